// The verbs of the wire protocol, in the order of wire.md §4: the table of contents of what can be
// said.

package enum Verb: String, CaseIterable, Sendable {
    // Session
    case hello = "HELLO"
    case beat = "BEAT"
    case credit = "CREDIT"
    case bye = "BYE"

    // Worker
    case assign = "ASSIGN"
    case deliver = "DELIVER"
    case fail = "FAIL"
    case release = "RELEASE"
    case escalate = "ESCALATE"
    case get = "GET"

    // Submitter
    case submit = "SUBMIT"
    case task = "TASK"
    case put = "PUT"

    // People and the supervisor
    case answer = "ANSWER"
    case decide = "DECIDE"
    case attest = "ATTEST"
    case cancel = "CANCEL"
    case retry = "RETRY"
    case redrive = "REDRIVE"
    case discard = "DISCARD"
    case pause = "PAUSE"
    case resume = "RESUME"
    case register = "REGISTER"
    case withdraw = "WITHDRAW"
    case raise = "RAISE"
    case notified = "NOTIFIED"

    // Reading
    case status = "STATUS"
    case list = "LIST"
    case show = "SHOW"
    case tail = "TAIL"
    case events = "EVENTS"
    case more = "MORE"
    case stop = "STOP"

    // Replies
    case ok = "OK"
    case error = "ERROR"
}
