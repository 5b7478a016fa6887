// One holder at a time, and a name for whoever holds it.
import Glibc

/// An exclusive lock on a file. It ends with its holder: when dropped, and when the process dies in
/// whatever way. Calls `flock`.
///
/// The file is never removed: a second process could otherwise lock a file that no longer has a
/// name, while a third makes a new one.
package struct FileLock: ~Copyable {
    private let descriptor: Descriptor

    /// What became of an attempt.
    package enum Attempt: ~Copyable {
        case acquired(FileLock)
        /// Somebody else has it; the process id they wrote, where it can be read.
        case heldBy(processID: Int32?)
    }

    /// Takes the lock, or tells who has it. Makes the file (0600) where it is missing.
    package static func acquire(_ path: String) throws(SystemError) -> Attempt {
        let file = try Descriptor.open(
            path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600, call: "open the lock")
        while flock(file.rawValue, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw SystemError.last("lock", path) }
            return .heldBy(processID: processID(in: file))
        }
        let text = [UInt8]("\(getpid())\n".utf8)
        guard ftruncate(file.rawValue, 0) == 0 else { throw SystemError.last("lock", path) }
        do {
            try file.writeAll(text)
        } catch {
            throw SystemError(code: error.code, call: "write the lock", path: path)
        }
        return .acquired(FileLock(descriptor: file))
    }

    private static func processID(in file: borrowing Descriptor) -> Int32? {
        // The holder may be between truncating and writing; then nobody can be named.
        guard case .bytes(let bytes)? = try? file.read(bytesMax: 32) else { return nil }
        return Int32(String(decoding: bytes.prefix(while: { $0 != 10 }), as: UTF8.self))
    }
}
