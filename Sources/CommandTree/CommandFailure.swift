// A command that could not do what it was asked: what is wrong, all of it, and what to type next.
//
// Parsing makes them for usage errors, actions throw them for everything else; one place prints
// both. Spec: DESIGN of the command line, exit statuses.

/// Why a command failed. Nobody should be left without the next command to type.
package struct CommandFailure: Error, Sendable, Equatable {
    /// One thing that is wrong.
    package struct Problem: Sendable, Equatable {
        /// The field, word or file that is meant; empty when the message says it.
        package var subject: String
        /// The line in the file that was read, counted from 1.
        package var line: Int?
        package var message: String
        /// What was probably meant.
        package var suggestion: String?

        package init(
            _ subject: String = "", line: Int? = nil, _ message: String, suggestion: String? = nil
        ) {
            self.subject = subject
            self.line = line
            self.message = message
            self.suggestion = suggestion
        }
    }

    package var status: ExitStatus
    /// A stable word for programs: `usage`, `bad_brief`, `unreachable`.
    package var code: String
    /// One sentence.
    package var message: String
    package var problems: [Problem]
    /// Commands to type next, the likeliest first.
    package var next: [String]
    /// When the same is worth another try; nil when nobody said.
    package var retryAfterMilliseconds: Int64?

    package init(
        _ status: ExitStatus, code: String, _ message: String, problems: [Problem] = [],
        next: [String] = [], retryAfterMilliseconds: Int64? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.problems = problems
        self.next = next
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }
}
