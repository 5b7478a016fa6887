// The end of this process.
import Glibc

extension Host {
    /// Ends the process with a status, after flushing what C has buffered. Calls `exit`.
    package static func exit(_ status: Int32) -> Never { Glibc.exit(status) }
}
