// Directories: making, listing, removing, and the temporary and private kinds.
import Glibc

extension Files {
    /// Makes a directory and those above it, as needed; an existing one keeps its mode.
    /// - Parameter mode: of every directory made here, not cut by the umask.
    package static func makeDirectory(_ path: String, mode: UInt32 = 0o755) throws(SystemError) {
        if unsafe mkdir(path, mode) == 0 {
            guard unsafe chmod(path, mode) == 0 else {
                throw SystemError.last("make directory", path)
            }
            return
        }
        let error = SystemError.last("make directory", path)
        switch error.code {
        case EEXIST:
            guard try status(of: path)?.kind == .directory else { throw error }
        case ENOENT:
            let above = parent(of: path)
            guard above != path else { throw error }
            try makeDirectory(above, mode: mode)
            try makeDirectory(path, mode: mode)
        default: throw error
        }
    }

    /// Makes a directory that is ours alone (0700), or checks that the one there is: no symbolic
    /// link, our own, closed to others (`EPERM` otherwise). For places under a shared `/tmp`.
    package static func makePrivateDirectory(_ path: String) throws(SystemError) {
        if unsafe mkdir(path, 0o700) == 0 { return }
        guard errno == EEXIST else { throw SystemError.last("make directory", path) }
        guard let found = try status(of: path, followingLinks: false),
            found.kind == .directory, found.userID == geteuid(), found.permissions & 0o077 == 0
        else { throw SystemError(code: EPERM, call: "use as private directory", path: path) }
    }

    /// Makes a directory of a fresh name, 0700. Calls `mkdtemp`, which follows no planted link.
    /// - Parameter directory: where; by default `$TMPDIR`, else `/tmp`.
    package static func makeTemporaryDirectory(
        prefix: String = "baton", in directory: String? = nil,
    ) throws(SystemError) -> String {
        let place = directory ?? Host.environment("TMPDIR") ?? "/tmp"
        var template = [UInt8]("\(place)/\(prefix).XXXXXX".utf8).map { CChar(bitPattern: $0) } + [0]
        guard unsafe mkdtemp(&template) != nil else {
            throw SystemError.last("make a directory in", place)
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names in a directory, without `.` and `..`, sorted by their bytes.
    package static func list(_ path: String) throws(SystemError) -> [String] {
        guard let directory = unsafe opendir(path) else { throw SystemError.last("list", path) }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(directory) else {
                guard errno == 0 else { throw SystemError.last("list", path) }
                return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }

    /// Removes a file, link or empty directory; it is no error when there is none.
    package static func remove(_ path: String) throws(SystemError) {
        guard unsafe Glibc.remove(path) == 0 || errno == ENOENT else {
            throw SystemError.last("remove", path)
        }
    }

    /// Removes a directory and all in it, following no links out of it.
    package static func removeTree(_ path: String) throws(SystemError) {
        guard let found = try status(of: path, followingLinks: false) else { return }
        if found.kind == .directory {
            for name in try list(path) { try removeTree("\(path)/\(name)") }
        }
        try remove(path)
    }

    /// Gives a file another name, replacing what had it. Calls `rename`.
    package static func rename(_ path: String, to newPath: String) throws(SystemError) {
        guard unsafe Glibc.rename(path, newPath) == 0 else {
            throw SystemError.last("rename", path)
        }
    }
}
