// What this process keeps of memory that it no longer uses.
import CLinux

extension Host {
    /// Gives freed memory back to the system, as far as whole pages of it are free. Takes
    /// milliseconds for a large heap. Calls `malloc_trim`.
    package static func returnFreeMemory() {
        malloc_trim(0)
    }
}
