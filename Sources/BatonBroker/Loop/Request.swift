// One request in hand, with the readers of its header and body that say what is wrong.

import BatonBrief
import BatonCore
import BatonWire
import JSON

struct Request {
    let message: Message
    let id: Int64
    let route: RoutingID
    let session: Session
    let moment: Moment

    var actor: ActorName { session.actor }

    // MARK: Header

    func text(_ name: String) throws(Refusal) -> String {
        guard let text = message.text(name), !text.isEmpty, text.utf8.count <= 512 else {
            throw malformed("header member \"\(name)\" is missing or no text of 1 to 512 bytes")
        }
        return text
    }

    func integer(_ name: String) throws(Refusal) -> Int64 {
        guard let value = message.integer(name) else {
            throw malformed("header member \"\(name)\" is missing or no integer")
        }
        return value
    }

    func task() throws(Refusal) -> TaskID {
        guard let id = TaskID(text: try text("task")) else {
            throw malformed("\"task\" is no task id such as t-18")
        }
        return id
    }

    func brief() throws(Refusal) -> BriefID {
        guard let id = BriefID(text: try text("brief")) else {
            throw malformed("\"brief\" is no brief id such as b-17")
        }
        return id
    }

    func escalation() throws(Refusal) -> EscalationID {
        guard let id = EscalationID(text: try text("escalation")) else {
            throw malformed("\"escalation\" is no escalation id such as e-23")
        }
        return id
    }

    func agent() throws(Refusal) -> AgentName { AgentName(try text("agent")) }

    func attempt() throws(Refusal) -> Attempt {
        guard let token = UInt64(exactly: try integer("token")) else {
            throw malformed("\"token\" is negative")
        }
        return Attempt(task: try task(), token: Token(token))
    }

    /// A duration in milliseconds, at most ten years: what is longer is a mistake.
    func milliseconds(_ name: String) throws(Refusal) -> Duration? {
        guard message.header[name] != nil else { return nil }
        let value = try integer(name)
        guard value >= 0, value <= 10 * 365 * 86_400_000 else {
            throw malformed("\"\(name)\" of \(value) ms is not between 0 and ten years")
        }
        return .milliseconds(value)
    }

    func instant(_ name: String) throws(Refusal) -> Instant? {
        guard message.header[name] != nil else { return nil }
        let value = try integer(name)
        guard value > 0, value < 1 << 53 else {
            throw malformed("\"\(name)\" \(value) is no time in microseconds")
        }
        return Instant(microseconds: value)
    }

    /// What an attempt cost, in millionths of a US dollar; nil: not said.
    func cost() throws(Refusal) -> Int? {
        guard message.header["cost_microusd"] != nil else { return nil }
        let value = try integer("cost_microusd")
        guard (0...Int64(BudgetUse.attemptCostMax)).contains(value) else {
            throw malformed(
                "\"cost_microusd\" of \(value) is not between 0 and \(BudgetUse.attemptCostMax)")
        }
        return Int(value)
    }

    // MARK: Body

    func parcel(_ limits: WireLimits) throws(Refusal) -> Parcel {
        guard message.body.count == 2 else {
            throw malformed(
                "a parcel has two body frames, a manifest and the bodies; found"
                    + " \(message.body.count)"
            )
        }
        do {
            return try Parcel(manifest: message.body[0], bodies: message.body[1], limits: limits)
        } catch {
            throw Refusal(error.isOverLimit ? .tooLarge : .malformed, error.message)
        }
    }

    /// The one body frame that holds a control document.
    func control(_ limits: WireLimits) throws(Refusal) -> [UInt8] {
        guard message.body.count == 1 else {
            throw malformed(
                "one body frame with a JSON document is needed; found \(message.body.count)")
        }
        let bytes = message.body[0]
        guard bytes.count <= limits.controlBytesMax else {
            throw Refusal(
                .tooLarge,
                "document of \(bytes.count) bytes exceeds controlBytesMax \(limits.controlBytesMax)"
            )
        }
        return bytes
    }

    /// A control document checked against its kind; every finding in the refusal.
    func document(
        _ kind: DocumentKind, _ code: ErrorCode, _ limits: WireLimits
    ) throws(Refusal) -> (json: JSONValue, bytes: [UInt8]) {
        let bytes = try control(limits)
        do {
            return (try kind.parse(bytes), bytes)
        } catch {
            throw Refusal(code, kind, error)
        }
    }

    func malformed(_ message: String) -> Refusal { Refusal(.malformed, message) }
}

extension Refusal {
    /// The refusal of a document, with all its findings.
    init(_ code: ErrorCode, _ kind: DocumentKind, _ refusal: DocumentRefusal) {
        let count = refusal.findings.count
        self.init(
            code, "\(kind.title): \(count) problem\(count == 1 ? "" : "s")",
            problems: refusal.findings.map(Problem.init(finding:)))
    }
}

extension Problem {
    init(finding: DocumentFinding) {
        self.init(
            place: finding.pointer, message: finding.message, suggestion: finding.satisfy)
    }
}
