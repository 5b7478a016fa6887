// One event of the journal as one readable line: time, number, type, actor, ids, and the essence.
import CommandTree
import JSON

/// Writes events for people.
struct EventLine {
    private let console: Console
    private var paint: Paint { console.paint }
    private var lastDay = ""

    init(_ console: Console) {
        self.console = console
    }

    /// The line, with a line for the day before it whenever the day changes.
    mutating func text(_ event: JSONValue) -> String {
        let time = BrokerRows.text(event, "time")
        let day = String(time.prefix(10))
        var lines: [String] = []
        if day != lastDay {
            lines.append(paint.dim(Prose.harmless(day)))
            lastDay = day
        }
        let ids =
            ["brief", "task"].compactMap { event[$0]?.stringValue }
            + (event["attempt"]?.integerValue.map { ["#\($0)"] } ?? [])
        let type = BrokerRows.text(event, "type")
        // A narrow terminal has no room for the actor's kind, and little for its name.
        let isNarrow = (console.lineWidth ?? 1000) < 120
        let actorWidth = isNarrow ? 20 : 32
        let wholeActor = Prose.harmless(BrokerRows.text(event, "actor"))
        let actor = isNarrow ? Self.shortActor(wholeActor, width: actorWidth) : wholeActor
        let shownIDs = Prose.harmless(ids.joined(separator: " "))
        let head = [
            paint.dim(Self.time(of: event)),
            paint.dim(Self.padded(BrokerRows.count(event, "seq"), 5)),
            paint.look(Self.padded(Prose.harmless(type), -22), Self.look(of: event)),
            Self.padded(actor, -actorWidth), shownIDs,
        ].joined(separator: " ")
        // The same characters without colours: what the essence has to fit beside.
        let taken = 12 + 1 + 5 + 1 + 22 + 1 + actorWidth + 1 + shownIDs.count + 2
        let essence = Self.essence(of: event)
        guard !essence.isEmpty else { return (lines + [head]).joined(separator: "\n") }
        guard let width = console.lineWidth else {
            return (lines + [head + "  " + essence]).joined(separator: "\n")
        }
        if width - taken >= 30 || essence.count <= width - taken {
            lines.append(head + "  " + Prose.shortened(essence, width: width - taken))
        } else {
            // Below its event, so that it can be read at all.
            let indent = String(repeating: " ", count: 19)
            lines += [head, indent + Prose.shortened(essence, width: max(width - 19, 20))]
        }
        return lines.joined(separator: "\n")
    }

    /// `agent/core.quality` as `core.quality`.
    private static func shortActor(_ actor: String, width: Int) -> String {
        let name = actor.hasPrefix("agent/") ? String(actor.dropFirst(6)) : actor
        return Prose.shortenedName(name, width: width)
    }

    /// `08:09:10.123`, of an event or a story's entry.
    static func time(of event: JSONValue) -> String {
        if let microseconds = event["time"]?.integerValue { return MomentText.clock(microseconds) }
        let text = BrokerRows.text(event, "time")
        return Prose.harmless(String(text.dropFirst(11).prefix(12)))
    }

    /// Good news, bad news, or neither.
    static func look(of event: JSONValue) -> Table.Look {
        let type = BrokerRows.text(event, "type")
        switch type.split(separator: ".").last.map(String.init) ?? "" {
        case "accepted", "done", "answered", "closed", "resumed": return .good
        case "dead", "refused", "cancelled", "discarded", "opened": return .bad
        case "rejected", "failed", "expired", "blocked", "raised", "released", "paused":
            return .warning
        default: return type.hasPrefix("escalation.raised") ? .warning : .name
        }
    }

    /// What a person wants to know first: texts of the payload, then the plain members of `data`.
    private static func essence(of event: JSONValue) -> String {
        var words: [String] = []
        if let text = headline(of: event["payload"]) { words.append(text) }
        for (name, value) in event["data"]?.objectValue?.members ?? [] where !isNoise(name) {
            switch value {
            case .string(let text): words.append("\(name)=\(text)")
            case .integer(let number): words.append("\(name)=\(shown(number, name))")
            case .bool(let flag): if flag { words.append(name) }
            case .array(let elements):
                let texts = elements.compactMap { element in
                    element.stringValue ?? element.integerValue.map { String($0) }
                }
                if !texts.isEmpty, texts.count == elements.count {
                    words.append("\(name)=\(texts.joined(separator: ","))")
                }
            case .null, .number, .object: break
            }
        }
        return Prose.harmless(words.joined(separator: "  "))
    }

    /// Digests and the like: for machines, which use `--json`.
    private static func isNoise(_ name: String) -> Bool {
        [
            "key", "match", "digest", "parts", "content", "state", "vkey", "verifier_key", "format",
            "token", "holder", "until", "entry",
        ].contains(name)
            || ["_digest", "_match", "_timeout", "_max", "_until"].contains { name.hasSuffix($0) }
    }

    /// Instants as clock times, everything else as it is.
    private static func shown(_ number: Int64, _ name: String) -> String {
        number > 1_000_000_000_000_000 ? MomentText.clock(number) : String(number)
    }

    /// The text of a payload that says most: a summary before anything else.
    private static func headline(of payload: JSONValue?) -> String? {
        let documents = (payload?.objectValue?.members ?? []).filter { $0.key != "key" }
        for (_, document) in documents {
            if let summary = document["summary"]?.stringValue { return summary }
        }
        return documents.lazy.compactMap { headline($0.value) }.first
    }

    /// The member of a document that says what it is about.
    private static func headline(_ value: JSONValue) -> String? {
        if let text = value.stringValue { return text }
        for name in ["title", "blocker", "objective", "summary", "message", "reason", "id"] {
            if let text = value[name]?.stringValue { return text }
        }
        return nil
    }

    /// Padded on the left for a positive width, on the right for a negative one.
    private static func padded(_ text: String, _ width: Int) -> String {
        let gap = String(repeating: " ", count: max(abs(width) - text.count, 0))
        return width < 0 ? text + gap : gap + text
    }
}
