// index.md of a brief's deliverables, for somebody who decides: what waits for a decision or went
// wrong, the summary, decisions, open questions, the top risks, a dozen numbers, the next steps,
// and links to everything else. The other numbers stay in the analyses.
package import JSON

extension DeliverableMarkdown {
    /// Risks and numbers that a person takes in at once; the documents have them all.
    private static let risksMax = 5
    private static let numbersMax = 12

    /// One accepted task.
    package struct IndexEntry: Sendable {
        /// `t-18`.
        package var task: String
        package var kind: TaskKindName
        package var agent: String
        package var title: String
        package var state: String
        /// File names relative to the index.
        package var files: [String]
        /// Parsed documents by part name; those that are there are summed up.
        package var documents: [String: JSONValue]

        package init(
            task: String, kind: TaskKindName, agent: String, title: String, state: String,
            files: [String], documents: [String: JSONValue],
        ) {
            self.task = task
            self.kind = kind
            self.agent = agent
            self.title = title
            self.state = state
            self.files = files
            self.documents = documents
        }
    }

    /// An escalation that waits for an answer.
    package struct OpenQuestion: Sendable {
        /// `e-119`.
        package var escalation: String
        /// escalation.json.
        package var document: JSONValue
        /// The inputs as they are now, for the effects of options; null if they are not known.
        package var inputs: JSONValue

        package init(escalation: String, document: JSONValue, inputs: JSONValue = .null) {
            self.escalation = escalation
            self.document = document
            self.inputs = inputs
        }
    }

    /// A dead task.
    package struct Failure: Sendable {
        package var task: String
        package var agent: String
        /// What its last attempt said.
        package var reason: String

        package init(task: String, agent: String, reason: String) {
            self.task = task
            self.agent = agent
            self.reason = reason
        }
    }

    /// The text of index.md.
    /// - Parameters:
    ///   - brief: brief.json.
    ///   - questions: the open escalations of a blocked brief.
    ///   - failures: the dead tasks of a dead brief.
    package static func index(
        briefID: String, state: String, brief: JSONValue, entries: [IndexEntry],
        questions: [OpenQuestion] = [], failures: [Failure] = [],
    ) -> String {
        var writer = MarkdownWriter()
        writer.heading(1, brief["title"]?.stringValue ?? "Brief \(briefID)")
        writer.paragraph("Brief \(briefID) is \(state).")
        if let objective = brief["objective"]?.stringValue { writer.paragraph(objective) }
        open(questions, &writer)
        failed(failures, &writer)
        let close = entries.last { $0.kind == .close }
        let sources = close.map { [$0] } ?? entries.filter { $0.kind != .plan }
        if let handoff = close?.documents["handoff_packet.json"] { summary(handoff, &writer) }
        if let handoff = close?.documents["handoff_packet.json"] {
            openDecisions(handoff["open_decisions"]?.listed ?? [], &writer)
        }
        topRisks(sources, &writer)
        keyNumbers(sources, &writer)
        if let handoff = close?.documents["handoff_packet.json"] {
            let steps = (handoff["next_steps"]?.listed ?? []).map(\.readable)
            if !steps.isEmpty { writer.section(2, "Next steps", steps) }
        }
        if !entries.isEmpty { documents(entries, &writer) }
        return writer.text
    }

    private static func open(_ questions: [OpenQuestion], _ writer: inout MarkdownWriter) {
        guard !questions.isEmpty else { return }
        writer.heading(2, "Waiting for a decision")
        for question in questions {
            let document = question.document
            let recommended = document["recommended"]?.stringValue
            writer.heading(3, "\(question.escalation), for \(document.shown("owner"))")
            writer.paragraph(document.shown("blocker"))
            writer.paragraph("Needed: \(document.shown("needs"))")
            writer.table(
                ["Option", "What", "Effect", "Trade-offs"],
                (document["options"]?.listed ?? []).map { option in
                    let id = option.shown("id")
                    return [
                        id == recommended ? "\(id) (recommended)" : id, option.shown("label"),
                        effect(option["effect"] ?? .null, inputs: question.inputs),
                        option.shown("tradeoffs"),
                    ]
                })
            writer.paragraph(
                "```sh\nbaton escalation answer \(question.escalation) --option"
                    + " \(recommended ?? "a") --reason \"…\"\n```")
        }
    }

    /// What an option does: the fields it changes, its instructions, or its kind.
    static func effect(_ effect: JSONValue, inputs: JSONValue) -> String {
        if let patch = effect["patch"] {
            let known = inputs.objectValue == nil ? .object(JSONObject()) : inputs
            let changes = InputChange.list(patch: patch, inputs: known)
            let texts =
                inputs.objectValue == nil ? changes.map(\.description) : changes.map(\.arrow)
            return texts.isEmpty ? "changes nothing" : texts.joined(separator: "; ")
        }
        return effect["instructions"]?.stringValue ?? effect.shown("kind")
    }

    private static func failed(_ failures: [Failure], _ writer: inout MarkdownWriter) {
        guard !failures.isEmpty else { return }
        writer.heading(2, "Why it stopped")
        writer.table(
            ["Task", "Agent", "Reason"], failures.map { [$0.task, $0.agent, $0.reason] })
        writer.paragraph("After mending the cause:")
        let commands = failures.map { "baton dead redrive \($0.task)" }
        writer.paragraph("```sh\n\(commands.joined(separator: "\n"))\n```")
    }

    private static func summary(_ handoff: JSONValue, _ writer: inout MarkdownWriter) {
        writer.heading(2, "Summary")
        writer.paragraph(handoff.shown("summary"))
        let answers = handoff["answers"]?.listed ?? []
        if !answers.isEmpty {
            writer.heading(2, "Decisions taken")
            writer.table(
                ["Escalation", "Blocker", "Decision", "Reason", "By"],
                answers.map { row in
                    ["escalation", "blocker", "label", "reason", "by"].map { row.shown($0) }
                })
        }
        let questions = (handoff["open_questions"]?.listed ?? []).map(\.readable)
        if !questions.isEmpty { writer.section(2, "Open questions", questions) }
    }

    /// The worst risks of the closing, or of the specialists while there is none.
    private static func topRisks(_ entries: [IndexEntry], _ writer: inout MarkdownWriter) {
        let risks = bySeverity(
            entries.flatMap { $0.documents["risk_register.json"]?["risks"]?.listed ?? [] })
        guard !risks.isEmpty else { return }
        writer.heading(2, "Top risks")
        writer.table(
            ["Risk", "Severity", "Mitigation", "Owner"],
            risks.prefix(risksMax).map { row in
                ["risk", "severity", "mitigation", "owner"].map { row.shown($0) }
            })
        if risks.count > risksMax {
            writer.paragraph("The risk registers hold \(risks.count - risksMax) more.")
        }
    }

    /// Ids that say most to somebody who decides, most telling first; a queue or a call stands
    /// after the dot. Numbers of agents that name theirs otherwise come after, in their order.
    private static let telling = [
        "error_budget.minutes", "availability.attainable", "availability.dependencies",
        "worst_case.path", "retry.amplification", "workers.planned", "utilisation",
        "wait.objective", "wait.mean", "wait.peak", "peak.delay", "outage.drain", "visibility",
        "idempotency", "cost", "dead_letters",
    ]

    private static func keyNumbers(_ entries: [IndexEntry], _ writer: inout MarkdownWriter) {
        let all = entries.flatMap { $0.documents["analysis.json"]?["quantities"]?.listed ?? [] }
        guard !all.isEmpty else { return }
        let ranked = all.enumerated().sorted { left, right in
            let first = rank(left.element.shown("id"))
            let second = rank(right.element.shown("id"))
            return first == second ? left.offset < right.offset : first < second
        }
        var labels: Set<String> = []
        let chosen = ranked.filter { labels.insert($0.element.shown("label")).inserted }
            .prefix(numbersMax).map(\.element)
        writer.heading(2, "Key numbers")
        writer.table(
            ["Number", "Value"], chosen.map { [$0.shown("label"), $0.shown("shown")] })
        if all.count > chosen.count {
            writer.paragraph(
                "All \(all.count) numbers, with formulas and inputs, stand in the analyses.")
        }
    }

    private static func rank(_ id: String) -> Int {
        telling.firstIndex { id == $0 || id.hasPrefix($0 + ".") } ?? telling.count
    }

    private static func documents(_ entries: [IndexEntry], _ writer: inout MarkdownWriter) {
        writer.heading(2, "Documents")
        writer.table(
            ["Task", "Agent", "What", "State", "Read"],
            readingOrder(entries).map { entry in
                // JSON lies beside its Markdown; what a person reads is linked.
                let files = entry.files.filter { file in
                    !file.hasSuffix(".json")
                        || !entry.files.contains(String(file.dropLast(5)) + ".md")
                }
                return [
                    entry.task, entry.agent, entry.title, entry.state,
                    files.map { "[\(linkName($0))](\($0))" }.joined(separator: ", "),
                ]
            })
    }

    /// The closing first, then what it was made of, then the plan and the verdicts.
    private static func readingOrder(_ entries: [IndexEntry]) -> [IndexEntry] {
        let last: [TaskKindName] = [.plan, .review]
        return entries.filter { $0.kind == .close }
            + entries.filter { $0.kind != .close && !last.contains($0.kind) }
            + entries.filter { last.contains($0.kind) }
    }

    /// `t-5-agent/risk_register.md` is “risk register”.
    private static func linkName(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let stem = name.hasSuffix(".md") ? String(name.dropLast(3)) : name
        return String(stem.map { $0 == "_" ? " " : $0 })
    }
}
