// The two clocks. The core never asks them: their readings travel in commands.
import Glibc

/// The calendar's time, which people and other machines share. It can be set, and step.
package enum WallClock {
    /// Microseconds since 1970-01-01T00:00Z. Calls `clock_gettime(CLOCK_REALTIME)`.
    package static func nowMicroseconds() -> Int64 { read(CLOCK_REALTIME) }
}

/// Time that only passes: it never steps, and never stops while the machine is up.
///
/// `CLOCK_BOOTTIME`, not `CLOCK_MONOTONIC`: the latter stands still while a machine is suspended,
/// and a lease is a promise about time that really passed.
package enum MonotonicClock {
    /// Microseconds since some moment before the start; comparable within one boot only, but
    /// across processes. Calls `clock_gettime(CLOCK_BOOTTIME)`.
    package static func nowMicroseconds() -> Int64 { read(CLOCK_BOOTTIME) }
}

/// What the calling thread has used of a processor: other threads and other processes do not count.
package enum ThreadClock {
    /// Microseconds since the thread began. Calls `clock_gettime(CLOCK_THREAD_CPUTIME_ID)`.
    package static func nowMicroseconds() -> Int64 { read(CLOCK_THREAD_CPUTIME_ID) }
}

private func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    let result = unsafe clock_gettime(clock, &time)
    precondition(result == 0, "Linux always has clock \(clock)")
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
}
