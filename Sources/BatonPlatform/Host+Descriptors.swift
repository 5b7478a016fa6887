// How many files, sockets and pipes this process may have open at once.
import Glibc

extension Host {
    /// Raises the soft limit of open descriptors to the hard one: 1,024, the usual soft limit, is
    /// one for each session and nothing else. Calls `setrlimit(RLIMIT_NOFILE)`.
    package static func raiseDescriptorLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        // Where this fails the old limit holds, and connections beyond it wait to be accepted.
        guard unsafe getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        _ = unsafe setrlimit(resource, &limit)
    }
}
