// Files, whole: reading, replacing without a moment in between, appending for good.
import Glibc

/// Operations on files and directories, by path. Every error names the path.
package enum Files {
    /// The whole content of a file; `EFBIG` when it is larger than the limit.
    package static func read(_ path: String, bytesMax: Int) throws(SystemError) -> [UInt8] {
        let file = try Descriptor.open(path, O_RDONLY)
        var bytes: [UInt8] = []
        while true {
            // One byte more than allowed tells "just fits" from "too large".
            let room = bytesMax - bytes.count + 1
            let chunk: ReadOutcome
            do throws(SystemError) {
                chunk = try file.read(bytesMax: min(room, 1 << 18))
            } catch {
                throw SystemError(code: error.code, call: "read", path: path)
            }
            guard case .bytes(let more) = chunk else { return bytes }
            bytes += more
            guard bytes.count <= bytesMax else {
                throw SystemError(code: EFBIG, call: "read", path: path)
            }
        }
    }

    /// At most so many bytes of a file, from an offset on; none when the file is shorter.
    package static func read(
        _ path: String, from offset: Int64, bytesMax: Int,
    ) throws(SystemError) -> [UInt8] {
        let file = try Descriptor.open(path, O_RDONLY)
        guard lseek(file.rawValue, off_t(offset), SEEK_SET) >= 0 else {
            throw SystemError.last("read", path)
        }
        var bytes: [UInt8] = []
        while bytes.count < bytesMax,
            case .bytes(let more) = try file.read(bytesMax: min(bytesMax - bytes.count, 1 << 18))
        {
            bytes += more
        }
        return bytes
    }

    /// Replaces a file: whoever reads it, even after a crash, sees the old content or the new.
    ///
    /// Writes a neighbour, syncs it, renames it into place, syncs the directory.
    package static func writeAtomically(
        _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644,
    ) throws(SystemError) {
        let neighbour = "\(path).\(String(Entropy.uint64(), radix: 36)).new"
        do throws(SystemError) {
            try writeNew(bytes, to: neighbour, mode: mode)
            guard unsafe Glibc.rename(neighbour, path) == 0 else {
                throw SystemError.last("write", path)
            }
        } catch {
            unsafe unlink(neighbour)
            throw error.path == neighbour
                ? SystemError(code: error.code, call: error.call, path: path) : error
        }
        try syncDirectory(parent(of: path))
    }

    /// Makes a file that must not be there yet (`EEXIST`), and puts it on stable storage. Its
    /// name is durable only after `syncDirectory`.
    package static func writeNew(
        _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644,
    ) throws(SystemError) {
        let file = try Descriptor.open(
            path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode, call: "make")
        do throws(SystemError) {
            // The mode given to open(2) is cut by the umask; this one is not.
            guard fchmod(file.rawValue, mode) == 0 else { throw SystemError.last("write", path) }
            try file.writeAll(bytes)
            try file.sync()
        } catch {
            throw SystemError(code: error.code, call: "write", path: path)
        }
    }

    /// Makes the names in a directory durable: files made, renamed and removed there.
    package static func syncDirectory(_ path: String) throws(SystemError) {
        let directory = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
        guard fsync(directory.rawValue) == 0 else { throw SystemError.last("fsync", path) }
    }

    /// Opens a file for appending, making it where it is missing.
    package static func openForAppending(
        _ path: String, mode: UInt32 = 0o644,
    ) throws(SystemError) -> Descriptor {
        try Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: mode)
    }

    /// Appends to a file and returns when the bytes, and the file's name, are durable.
    package static func appendDurably(
        _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644,
    ) throws(SystemError) {
        let isNew = try status(of: path) == nil
        let file = try openForAppending(path, mode: mode)
        do throws(SystemError) {
            try file.writeAll(bytes)
            try file.sync()
        } catch {
            throw SystemError(code: error.code, call: "append to", path: path)
        }
        if isNew { try syncDirectory(parent(of: path)) }
    }

    /// The directory part of a path; `.` for a bare name.
    package static func parent(of path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? path.dropLast() : path[...]
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    /// The last part of a path.
    package static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
