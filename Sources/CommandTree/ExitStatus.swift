// The exit statuses of the command line: a contract that scripts rely on (sysexits where one fits).

/// How a command ended.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    /// Done.
    case done = 0
    /// Failed; also: the brief ended dead or cancelled, or the escalation was already answered.
    case failed = 1
    /// A brief is blocked by an escalation that waits for a person.
    case blocked = 2
    /// The command line itself is wrong.
    case usage = 64
    /// Bad input or an unknown id; every problem was listed.
    case badInput = 65
    /// The broker, or an agent that should be there, cannot be reached.
    case unreachable = 69
    /// The journal could not be written.
    case journalFailed = 74
    /// Try again: backpressure, timeout, or another broker holds this home.
    case tryAgain = 75
    /// Not permitted.
    case notPermitted = 77
    /// A configuration or format that is not understood; the journal is missing.
    case configuration = 78
    /// Detached by Ctrl-C; nothing was cancelled.
    case detached = 130

    /// What it means in general, in a few words.
    package var meaning: String {
        switch self {
        case .done: "done"
        case .failed: "failed"
        case .blocked: "blocked by an escalation"
        case .usage: "the command line is wrong"
        case .badInput: "bad input or unknown id; every problem is listed"
        case .unreachable: "the broker cannot be reached"
        case .journalFailed: "the journal could not be written"
        case .tryAgain: "try again: busy, timed out, or the home is held by another broker"
        case .notPermitted: "not permitted"
        case .configuration: "configuration or format not understood"
        case .detached: "detached by Ctrl-C; nothing was cancelled"
        }
    }
}
