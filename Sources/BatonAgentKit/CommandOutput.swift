// What a command printed, read as a result (Protocols/worker.md, "Command"): one JSON object, the
// same inside a fence within other text, or Markdown.
package import BatonBrief
import BatonClient
package import JSON
import PlainText

/// Reads the standard output of a command.
package struct CommandOutput: Sendable {
    let kind: TaskKindName
    let agent: String
    let task: String
    /// Whether the five deliverables are wanted for a direct task too.
    let isReviewed: Bool

    /// A command may ask for any wait; a day is the longest that a broker grants.
    private static let retryAfterSecondsMax = 86_400.0

    package init(kind: TaskKindName, agent: String, task: String, isReviewed: Bool) {
        self.kind = kind
        self.agent = agent
        self.task = task
        self.isReviewed = isReviewed
    }

    /// What the text amounts to, and the usage it states; a failure that says what was wrong with
    /// it when it amounts to nothing.
    package func result(of text: String) -> (result: AgentResult, usage: JSONValue?) {
        let content = text.trimmed
        if content.isEmpty { return (unfit("the command printed nothing"), nil) }
        let headings = wantsFive ? Self.headingCount(content) : 0
        // A whole document may well show a piece of JSON in a fence; that is not its result.
        if headings == 5 {
            return (.deliver([markdown(Deliverables.markdownName, content)]), nil)
        }
        for object in Self.objects(in: content) {
            if let result = result(of: object) { return (result, object["usage"]) }
        }
        if wantsFive {
            // Meant as one, it seems: the check will say what is missing, with lines.
            if headings >= 2 {
                return (.deliver([markdown(Deliverables.markdownName, content)]), nil)
            }
            return (
                unfit(
                    "the command printed neither one of the JSON objects nor Markdown with the "
                        + "five headings; it begins: \(content.prefix(bytes: 200))"), nil
            )
        }
        if kind == .direct { return (.deliver([markdown("result.md", content)]), nil) }
        let wanted = kind == .plan ? "plan" : "verdict"
        return (
            unfit(
                "the command printed no JSON object with \"\(wanted)\"; it begins: "
                    + "\(content.prefix(bytes: 200))"), nil
        )
    }

    private var wantsFive: Bool {
        switch kind {
        case .work, .close: true
        case .direct: isReviewed
        case .plan, .review: false
        }
    }

    private func unfit(_ message: String) -> AgentResult {
        .fail(retryable: true, message: message, code: "unfit_output")
    }

    // MARK: - JSON

    /// The result that an object stands for; nil when it is about something else.
    private func result(of object: JSONValue) -> AgentResult? {
        if let document = object["escalation"], document.objectValue != nil {
            return escalation(document)
        }
        if kind == .plan, let document = object["plan"], document.objectValue != nil {
            return single(document, .plan)
        }
        if kind == .review, let document = object["verdict"], document.objectValue != nil {
            return single(document, .verdict)
        }
        if let failure = object["fail"], failure.objectValue != nil {
            return .fail(
                retryable: failure["retryable"]?.boolValue ?? true,
                message: (failure["message"]?.stringValue ?? "the command gave no reason")
                    .prefix(bytes: Attempt.messageBytesMax),
                code: failure["code"]?.stringValue.flatMap(DeliveryCheck.code),
                retryAfter: failure["retry_after"]?.doubleValue.map {
                    .seconds(min(max($0, 0), Self.retryAfterSecondsMax))
                })
        }
        if let parts = object["deliverables"]?.objectValue {
            return .deliver(parts.members.map { part(named: $0.key, $0.value) })
        }
        // The document itself, without the member around it.
        switch object["format"]?.stringValue {
        case DocumentKind.plan.format: return single(object, .plan)
        case DocumentKind.verdict.format: return single(object, .verdict)
        case DocumentKind.escalation.format: return escalation(object)
        default: return nil
        }
    }

    private func single(_ document: JSONValue, _ kind: DocumentKind) -> AgentResult {
        var document = document
        document["format"] = .string(kind.format)
        let part = Part(
            name: "\(kind.rawValue).json", mediaType: Deliverables.jsonMediaType,
            body: document.encoded())
        return .deliver([part])
    }

    private func escalation(_ document: JSONValue) -> AgentResult {
        var document = document
        document["format"] = .string(DocumentKind.escalation.format)
        return .escalate(document.encoded())
    }

    /// A deliverable by its name, with or without `.json`; what the kit knows better than the
    /// agent is filled in.
    private func part(named name: String, _ value: JSONValue) -> Part {
        if let text = value.stringValue {
            return markdown(name.contains(".") ? name : "\(name).md", text)
        }
        let fullName = name.contains(".") ? name : "\(name).json"
        var document = value
        if let known = Deliverables.kind(ofPart: fullName), document.objectValue != nil {
            document["format"] = .string(known.format)
            if known != .plan, known != .verdict {
                document["agent"] = .string(agent)
                document["task"] = .string(task)
            }
        }
        return Part(
            name: fullName, mediaType: Deliverables.jsonMediaType, body: document.encoded())
    }

    private func markdown(_ name: String, _ text: String) -> Part {
        Part(
            name: name, mediaType: Deliverables.markdownMediaType,
            body: Array((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }

    // MARK: - Finding it

    /// JSON objects in the text, the likeliest first: the whole text, then fenced blocks from the
    /// last to the first, then what stands between the first brace and the last.
    static func objects(in text: String) -> [JSONValue] {
        let whole = text.trimmed
        if let object = object(whole) { return [object] }
        var found = fencedBlocks(in: whole).reversed().compactMap(object)
        if let first = whole.firstIndex(of: "{"), let last = whole.lastIndex(of: "}"), first < last,
            let object = object(String(whole[first...last]))
        {
            found.append(object)
        }
        return found
    }

    private static func object(_ text: String) -> JSONValue? {
        guard let value = try? JSONValue(parsing: text), value.objectValue != nil else {
            return nil
        }
        return value
    }

    /// The contents of ``` fences. A fence of more ticks may hold one of fewer.
    private static func fencedBlocks(in text: String) -> [String] {
        var blocks: [String] = []
        var open: (fence: String, lines: [Substring])?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let content = line.drop(while: { $0 == " " })
            let ticks = content.prefix(while: { $0 == "`" })
            if let current = open {
                if ticks.count >= current.fence.count,
                    content.dropFirst(ticks.count).allSatisfy(\.isWhitespace)
                {
                    blocks.append(current.lines.joined(separator: "\n"))
                    open = nil
                } else {
                    open?.lines.append(line)
                }
            } else if ticks.count >= 3 {
                open = (String(ticks), [])
            }
        }
        return blocks
    }

    /// How many of the five headings there are. The full check, with line numbers, comes later;
    /// this decides what the text is *meant* to be.
    private static func headingCount(_ text: String) -> Int {
        var found: Set<String> = []
        for line in text.split(whereSeparator: \.isNewline) where line.first == "#" {
            let title = line.drop { !$0.isLetter }.lowercased()
            for (_, heading) in MarkdownDeliverables.headings where title.hasPrefix(heading) {
                found.insert(heading)
            }
        }
        return found.count
    }
}
