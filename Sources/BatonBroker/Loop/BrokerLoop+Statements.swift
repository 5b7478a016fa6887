// What is stated about a brief beside its work: DECIDE and ATTEST (wire.md §4.4).

import BatonBrief
import BatonCore
import BatonWire
import JSON

extension BrokerLoop {
    mutating func decide(_ request: Request) throws(Refusal) {
        let brief = try request.brief()
        let (_, bytes) = try request.document(.decision, .badStatement, wireLimits)
        let body = DecisionRecorded(
            match: intake.match(bytes), parts: [intake.seal(json: bytes, as: "decision.json")])
        try sayStated(run(.decide(brief, body), for: request), request)
    }

    /// The first part is evidence.json, which says what the others show.
    mutating func attest(_ request: Request) throws(Refusal) {
        let brief = try request.brief()
        guard let gate = GateName(try request.text("gate")) else {
            throw request.malformed("\"gate\" must match [A-Za-z0-9_.-]{1,64}")
        }
        guard let isPassed = request.message.flag("passed") else {
            throw request.malformed("header member \"passed\" is missing or no boolean")
        }
        let parcel = try request.parcel(wireLimits)
        guard let first = parcel.parts.first, first.name == Self.evidenceName else {
            throw Refusal(.badStatement, "the first part of evidence is \(Self.evidenceName)")
        }
        do {
            _ = try DocumentKind.evidence.parse(first.body)
        } catch {
            throw Refusal(.badStatement, .evidence, error)
        }
        let body = EvidenceAdded(
            gate: gate, isPassed: isPassed,
            match: intake.match(
                parcel.parts + [
                    .init(name: gate.text, mediaType: "", body: [isPassed ? 1 : 0])
                ]), parts: intake.seal(parcel.parts))
        try sayStated(run(.attest(brief, body), for: request), request)
    }

    private static let evidenceName = "evidence.json"

    private mutating func sayStated(_ reply: Reply, _ request: Request) throws(Refusal) {
        guard case .stated(let event, let isDuplicate) = reply else {
            throw refusal(reply, request)
        }
        say(
            request,
            JSONObject([
                ("event", .integer(Int64(event))), ("duplicate", .bool(isDuplicate)),
            ]))
    }
}
