// Chance, from the kernel. The core never draws: what it needs comes with the command.
import CLinux
import Glibc

/// The kernel's random numbers, fit for keys. Calls `getrandom`.
package enum Entropy {
    /// Random bytes.
    package static func bytes(count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            unsafe fill(UnsafeMutableRawBufferPointer(buffer))
            filled = count
        }
    }

    /// A random number, all 64 bits of it.
    package static func uint64() -> UInt64 {
        var value: UInt64 = 0
        unsafe withUnsafeMutableBytes(of: &value) { unsafe fill($0) }
        return value
    }

    private static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        var filled = 0
        while filled < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = unsafe getrandom(rest.baseAddress, rest.count, 0)
            // It waits for the pool early in a boot, and may be interrupted while it does.
            if count < 0 && errno == EINTR { continue }
            precondition(count > 0, "the kernel gives no random numbers")
            filled += count
        }
    }
}
