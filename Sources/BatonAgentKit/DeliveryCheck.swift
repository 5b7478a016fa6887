// What the kit does to a result before it is sent: fill in what the kit knows better than the
// agent, and check the documents against the same shapes that the broker and the quality gate use,
// so that a mistake is found while the agent can still mend it.
import BatonBrief
import BatonClient
import BatonWire
import JSON

/// Turns a handler's result into the end of an attempt, with findings when it is not fit to be
/// sent.
struct DeliveryCheck: Sendable {
    private let packet: HandoffPacket
    private let isReviewed: Bool
    private let isOn: Bool

    init(packet: AgentPacket, isReviewed: Bool, isOn: Bool) {
        self.packet = packet.handoff
        self.isReviewed = isReviewed
        self.isOn = isOn
    }

    func prepare(_ result: AgentResult) -> (end: AttemptEnd, findings: [String]) {
        switch result {
        case .deliver(let made):
            let (parts, lineFindings) = isOn ? withoutMarkdown(made) : (made, [])
            let parcel = parts.map {
                Parcel.Part(name: $0.name, mediaType: $0.mediaType, body: $0.body)
            }
            guard isOn, lineFindings.isEmpty else { return (.deliver(parcel), lineFindings) }
            return (.deliver(parcel), findings(in: parts))
        case .escalate(let document):
            return (.escalate(document), isOn ? findings(inEscalation: document) : [])
        case .fail(let retryable, let message, let code, let retryAfter):
            let bounded = String(
                decoding: message.utf8.prefix(Attempt.messageBytesMax), as: UTF8.self)
            let wait = retryAfter.map { min(max($0, .zero), Self.retryAfterMax) }
            let end = AttemptEnd.fail(
                retryable: retryable, retryAfterMilliseconds: wait?.wholeMilliseconds,
                code: code.flatMap(Self.code), message: bounded)
            return (end, [])
        }
    }

    /// The longest wait that a broker grants.
    private static let retryAfterMax = Duration.seconds(86_400)

    /// The text as a failure's code, `[a-z0-9_.-]{1,64}`, other characters replaced: a broker
    /// refuses a FAIL whose code is none, and then nobody hears of the failure. Nil for no text.
    static func code(_ text: String) -> String? {
        let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789_.-".utf8)
        let bytes = text.lowercased().utf8.prefix(64).map { allowed.contains($0) ? $0 : 0x5F }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// One Markdown document with the five headings becomes the five documents; what is wrong with
    /// it is told with its lines, as its author knows it.
    private func withoutMarkdown(_ parts: [Part]) -> (parts: [Part], findings: [String]) {
        let hasJSON = parts.contains { Deliverables.fiveNames.contains($0.name) }
        guard !hasJSON, let source = parts.first(where: { $0.name == Deliverables.markdownName })
        else { return (parts, []) }
        let documents: [(name: String, document: JSONValue)]
        do {
            documents = try MarkdownDeliverables.documents(
                fromMarkdown: source.body, packet: packet)
        } catch {
            return (parts, error.diagnostics.map { $0.shown(file: source.name) })
        }
        let made = documents.map {
            Part(
                name: $0.name, mediaType: Deliverables.jsonMediaType, body: $0.document.encoded())
        }
        let others = parts.filter { $0.name != source.name && $0.name != Deliverables.sourceName }
        let kept = Part(
            name: Deliverables.sourceName, mediaType: source.mediaType, body: source.body)
        return (made + others + [kept], [])
    }

    private func findings(in parts: [Part]) -> [String] {
        let manifest = parts.map {
            PartManifest(name: $0.name, mediaType: $0.mediaType, size: $0.body.count)
        }
        var texts = Deliverables.problems(with: manifest, for: packet.kind, isReviewed: isReviewed)
            .map(\.description)
        for part in parts {
            texts += Deliverables.contentFindings(part: part.name, bytes: part.body).map {
                "\(part.name)\($0)"
            }
        }
        return texts
    }

    private func findings(inEscalation document: [UInt8]) -> [String] {
        do {
            _ = try DocumentKind.escalation.parse(document)
            return []
        } catch {
            return error.findings.map { "escalation\($0)" }
        }
    }
}
