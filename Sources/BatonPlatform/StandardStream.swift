// Writing to standard output and error without losing bytes or dying of a closed pipe.
import Glibc

/// One of the two streams a program writes to.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Writes all bytes. False when the reader has gone (`EPIPE`), as with `| head`: a reason to
    /// stop quietly, not an error. Needs `ignoreBrokenPipes()` once at start.
    @discardableResult
    package func write(_ bytes: [UInt8]) throws(SystemError) -> Bool {
        do {
            try writeAllToDescriptor(rawValue, bytes)
            return true
        } catch {
            if error.code == EPIPE { return false }
            let name = self == .output ? "standard output" : "standard error"
            throw SystemError(code: error.code, call: "write to", path: name)
        }
    }

    /// Writes a text as it is.
    @discardableResult
    package func write(_ text: String) throws(SystemError) -> Bool {
        try write([UInt8](text.utf8))
    }

    /// The record of the file that it leads to. Calls `fstat`.
    package func status() throws(SystemError) -> FileStatus {
        var found = Glibc.stat()
        guard unsafe fstat(rawValue, &found) == 0 else {
            throw SystemError.last("look at a stream")
        }
        return FileStatus(found)
    }

    /// Lets streams lead to the end of a file from now on, made where missing. Calls `dup2`.
    package static func redirect(
        _ streams: [StandardStream], toEndOf path: String, mode: UInt32,
    ) throws(SystemError) {
        let file = try Files.openForAppending(path, mode: mode)
        for stream in streams where dup2(file.rawValue, stream.rawValue) < 0 {
            throw SystemError.last("write to", path)
        }
    }
}
