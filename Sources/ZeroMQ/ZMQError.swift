// The one error of this layer: which libzmq function failed, with what code, in whose words.
// Codes that can only mean a bug in the caller's code do not become errors; they trap.
import CZeroMQ
import Glibc

/// A libzmq call that failed because of the world (an address in use, a context shut down).
package struct ZMQError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The value of `zmq_errno` right after the call.
    package let code: Int32

    /// The C function that failed, such as `zmq_bind`.
    package let function: String

    /// libzmq's own text for the code, with what was acted on where that helps.
    package let message: String

    package init(code: Int32, function: String, message: String) {
        self.code = code
        self.function = function
        self.message = message
    }

    /// True when the context was shut down under the call (`ETERM`).
    package var isContextShutDown: Bool { code == ETERM }

    package var description: String { "\(function): \(message)" }

    /// Reads `zmq_errno` for a call that has just failed. Traps on codes that mean a bug here.
    static func last(_ function: String, on subject: String = "") -> ZMQError {
        let code = zmq_errno()
        let text = unsafe String(cString: zmq_strerror(code))
        let message = subject.isEmpty ? text : "\(text) (\(subject))"
        precondition(
            code != EFAULT && code != ENOTSOCK && code != EBADF,
            "\(function) was given a dead handle: \(message)")
        return ZMQError(code: code, function: function, message: message)
    }
}
