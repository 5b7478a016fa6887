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
}
