// What people and the supervisor say: ANSWER, CANCEL and the rest of wire.md §4.4.

import BatonBrief
import BatonCore
import BatonWire
import JSON

extension BrokerLoop {
    mutating func answer(_ request: Request) throws(Refusal) {
        let id = try request.escalation()
        let bytes = try request.control(wireLimits)
        let document: AnswerDocument
        do {
            document = try AnswerDocument(DocumentKind.answer.parse(bytes))
        } catch {
            throw Refusal(.badAnswer, .answer, error)
        }
        let reply = run(
            .answer(
                AnswerRequest(
                    escalation: id, option: document.option, match: intake.match(bytes),
                    parts: [intake.seal(json: bytes, as: "answer.json")])),
            for: request)
        switch reply {
        case .answered(let id, let isDuplicate):
            say(request, JSONObject([("escalation", .id(id)), ("duplicate", .bool(isDuplicate))]))
        case .refused(.alreadyAnswered(let id)):
            // The first answer lies in the journal; it is fetched when the reply leaves.
            show(request, .firstAnswer(id))
        case let other: throw refusal(other, request)
        }
    }

    mutating func cancel(_ request: Request) throws(Refusal) {
        let body: Command.Body
        if request.message.header["brief"] != nil {
            body = .cancelBrief(try request.brief())
        } else {
            body = .cancelTask(try request.task())
        }
        let reply = run(body, for: request)
        guard case .cancelled(let count) = reply else { throw refusal(reply, request) }
        say(request, JSONObject([("cancelled", .integer(Int64(count)))]))
    }

    /// A verb whose OK says nothing more.
    mutating func simple(_ request: Request, _ body: Command.Body) throws(Refusal) {
        let reply = run(body, for: request)
        guard case .done = reply else { throw refusal(reply, request) }
        say(request)
    }

    /// An agent; or the supervisor's own question about one.
    mutating func withdraw(_ request: Request) throws(Refusal) {
        guard request.message.header["escalation"] == nil else {
            return try simple(request, .withdrawQuestion(try request.escalation()))
        }
        try simple(request, .withdraw(try request.agent()))
    }

    mutating func raise(_ request: Request) throws(Refusal) {
        let agent = try request.agent()
        let facts = try escalationDocument(request)
        try sayEscalation(run(.raise(agent, facts), for: request), request)
    }

    mutating func notified(_ request: Request) throws(Refusal) {
        let status = try request.integer("status")
        guard (-255...255).contains(status) else {
            throw request.malformed("\"status\" \(status) is no exit status")
        }
        try simple(request, .notified(try request.escalation(), status: Int(status)))
    }

    /// The refusal that a reply is; a reply of another kind than the verb's is a bug.
    func refusal(_ reply: Reply, _ request: Request) -> Refusal {
        guard case .refused(let rejection) = reply else {
            preconditionFailure("\(request.message.verb) was answered with \(reply)")
        }
        return Refusal(rejection)
    }
}
