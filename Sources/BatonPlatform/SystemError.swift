// The one error of this target: a system call that failed, said as a sentence.
import Glibc

/// A system call that failed because of the world: a missing file, a full disk, no permission.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The value of `errno` right after the call.
    package let code: Int32

    /// What was attempted, as a verb phrase that follows "cannot": `open`, `make directory`.
    package let call: String

    /// What it was attempted on; empty where there is no such thing.
    package let path: String

    package init(code: Int32, call: String, path: String = "") {
        self.code = code
        self.call = call
        self.path = path
    }

    /// The thing is not there (`ENOENT`).
    package var isNotFound: Bool { code == ENOENT }

    /// The thing is there already (`EEXIST`).
    package var isAlreadyThere: Bool { code == EEXIST }

    /// The system's own words for the code, such as "No such file or directory".
    package var reason: String {
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }

    /// A sentence: "cannot open /x/y: No such file or directory".
    package var description: String {
        path.isEmpty ? "cannot \(call): \(reason)" : "cannot \(call) \(path): \(reason)"
    }

    /// The error of the call that has just failed. Must come before any other call.
    static func last(_ call: String, _ path: String = "") -> SystemError {
        SystemError(code: errno, call: call, path: path)
    }
}
