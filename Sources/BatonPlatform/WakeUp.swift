// Rousing a loop that sleeps in a poll, from another thread.
import CLinux
import Glibc

/// A bell: any thread rings, one loop watches the descriptor. Calls `eventfd`.
package final class WakeUp: Sendable {
    /// Readable from the first ring until `drain`.
    package let fileDescriptor: Int32

    package init() throws(SystemError) {
        let opened = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard opened >= 0 else { throw SystemError.last("open a wake-up descriptor") }
        fileDescriptor = opened
    }

    deinit { Glibc.close(fileDescriptor) }

    /// Wakes the loop. Rings that come before the loop looks count as one.
    package func ring() {
        // It can fail only when 2^64 rings wait, and then the loop is about to wake anyway.
        _ = eventfd_write(fileDescriptor, 1)
    }

    /// Takes all rings so far; tells whether there was any. To be called before looking at what
    /// was rung for, so that a ring in between is not lost.
    @discardableResult
    package func drain() -> Bool {
        var count: eventfd_t = 0
        return unsafe eventfd_read(fileDescriptor, &count) == 0
    }
}
