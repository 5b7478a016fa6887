// A pipe with a name in the file system, by which one process listens to others of its user.
import CLinux
import Glibc

/// The reading side of a FIFO.
package struct NamedPipe: ~Copyable {
    private let descriptor: Descriptor

    /// Makes the FIFO (0600) if it is missing, and listens. A file of another kind is replaced.
    package init(listeningAt path: String) throws(SystemError) {
        if let found = try Files.status(of: path, followingLinks: false), found.kind != .pipe {
            try Files.remove(path)
        }
        if unsafe mkfifo(path, 0o600) != 0, errno != EEXIST {
            throw SystemError.last("make the pipe", path)
        }
        // Open for writing too: without any writer it would be at its end all the time.
        descriptor = try Descriptor.open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW)
    }

    /// Readable when somebody has written.
    package var fileDescriptor: Int32 { descriptor.rawValue }

    /// What has been written so far, at most a pipe's content.
    package func takeAll() throws(SystemError) -> [UInt8] {
        guard case .bytes(let bytes) = try descriptor.read(bytesMax: 1 << 16) else { return [] }
        return bytes
    }

    /// Writes a message of at most 4,096 bytes, whole; `ENXIO` and `ENOENT` when nobody listens.
    package static func send(_ bytes: [UInt8], to path: String) throws(SystemError) {
        precondition(bytes.count <= 4_096, "a longer message could be mixed with another")
        let pipe = try Descriptor.open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW)
        guard try pipe.write(bytes[...]) == bytes.count else {
            throw SystemError(code: EAGAIN, call: "write to", path: path)
        }
    }
}
