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
        /// Where the derivations of its figures stand; nil where they stand nowhere.
        package var figures: FigureLinks?

        package init(
            task: String, kind: TaskKindName, agent: String, title: String, state: String,
            files: [String], documents: [String: JSONValue], figures: FigureLinks? = nil,
        ) {
            self.task = task
            self.kind = kind
            self.agent = agent
            self.title = title
            self.state = state
            self.files = files
            self.documents = documents
            self.figures = figures
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
    ///   - brief: SHOW brief.
    ///   - questions: the open escalations of a blocked brief.
    ///   - failures: the dead tasks of a dead brief.
    package static func index(
        briefID: String, state: String, brief: JSONValue, entries: [IndexEntry],
        questions: [OpenQuestion] = [], failures: [Failure] = [],
    ) -> String {
        var writer = MarkdownWriter(figures: leading(entries)?.figures)
        writer.heading(1, title(briefID, brief))
        writer.paragraph(
            DocumentText("Brief \(briefID) is \(state). On one page, with everything behind it: ")
                + DocumentText(BriefReport.file, target: BriefReport.file) + ".")
        outcome(brief, entries, questions, failures, &writer)
        if !entries.isEmpty { documents(entries, &writer) }
        return writer.text
    }

    static func title(_ briefID: String, _ brief: JSONValue) -> String {
        brief["title"]?.stringValue ?? "Brief \(briefID)"
    }

    /// The task that sums up the others, as far as one does.
    static func leading(_ entries: [IndexEntry]) -> IndexEntry? {
        entries.last { $0.kind == .close }
    }

    /// What somebody who decides has to know.
    static func outcome(
        _ brief: JSONValue, _ entries: [IndexEntry], _ questions: [OpenQuestion],
        _ failures: [Failure], _ writer: inout MarkdownWriter,
    ) {
        if let objective = brief["objective"]?.stringValue { writer.paragraph(objective) }
        open(questions, &writer)
        failed(failures, &writer)
        let close = leading(entries)
        let sources = close.map { [$0] } ?? entries.filter { $0.kind != .plan }
        if let handoff = close?.documents["handoff_packet.json"] { summary(handoff, &writer) }
        if let handoff = close?.documents["handoff_packet.json"] {
            openDecisions(handoff["open_decisions"]?.listed ?? [], &writer)
        }
        confidence(sources, &writer)
        topRisks(sources, &writer)
        keyNumbers(sources, &writer)
        if let handoff = close?.documents["handoff_packet.json"] {
            let steps = (handoff["next_steps"]?.listed ?? []).map(\.readable)
            if !steps.isEmpty { writer.section(2, "Next steps", steps) }
        }
    }

    /// A whole is as sure as its least sure figure.
    private static func confidence(
        _ entries: [IndexEntry], _ writer: inout MarkdownWriter,
    ) {
        let weakest = entries.compactMap { entry -> (IndexEntry, JSONValue)? in
            guard let analysis = entry.documents[Deliverables.analysisName] else { return nil }
            return Derivations(analysis, DeliveryContext(documents: entry.documents)).weakest
                .map { (entry, $0) }
        }.min {
            ($0.1["confidence"]?.doubleValue ?? 1) < ($1.1["confidence"]?.doubleValue ?? 1)
        }
        guard let (entry, row) = weakest, row["confidence"] != nil else { return }
        writer.heading(2, "Confidence")
        writer.paragraph(
            DocumentText(
                "\(DeliverableMarkdown.confidence(of: row)). The least sure of the figures: ")
                + DocumentText(
                    row.shown("label"), target: entry.figures?.target(of: row.shown("id"))) + ".")
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
                        effect(
                            option["effect"] ?? .null, inputs: question.inputs,
                            escalation: question.escalation),
                        option.shown("tradeoffs"),
                    ]
                })
            writer.code(
                "sh",
                "baton escalation answer \(question.escalation) --option \(recommended ?? "a")"
                    + " --reason \"…\"")
        }
    }

    /// Changed fields that are listed with an option; more would hide what it is about.
    private static let changesMax = 6

    /// What an option does: the fields it changes, its instructions, or its kind.
    static func effect(_ effect: JSONValue, inputs: JSONValue, escalation: String) -> String {
        if let patch = effect["patch"] {
            let known = inputs.objectValue == nil ? .object(JSONObject()) : inputs
            let changes = InputChange.list(patch: patch, inputs: known)
            let texts =
                inputs.objectValue == nil ? changes.map(\.description) : changes.map(\.arrow)
            let rest = texts.count - changesMax
            let more =
                rest > 0
                ? ["\(rest) more, shown by `baton escalation show \(escalation)`"] : []
            return texts.isEmpty
                ? "changes nothing" : (texts.prefix(changesMax) + more).joined(separator: "; ")
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
        writer.code("sh", commands.joined(separator: "\n"))
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

    /// Ids that say most to somebody who decides, most telling first; what they are of may follow
    /// after a dot. `#` is its position, where other cases of the figure stand there, too. Numbers
    /// of agents that name theirs otherwise come after, in their order.
    private static let telling = [
        "error_budget.minutes", "availability.attainable", "availability.dependencies",
        "worst_case.path", "retry.amplification", "workers.planned", "utilisation.#",
        "utilisation.peak", "wait.objective", "wait.mean", "wait.peak.#", "cost.#",
        "cost.total.shared", "cost.total.planned", "rollout.budget.one", "peak.delay",
        "outage.drain", "visibility",
        "idempotency", "dead_letters",
    ]

    private static func keyNumbers(_ entries: [IndexEntry], _ writer: inout MarkdownWriter) {
        let all = entries.flatMap { entry in
            (entry.documents[Deliverables.analysisName]?["quantities"]?.listed ?? []).map { row in
                (row: row, target: entry.figures?.target(of: row.shown("id")))
            }
        }
        guard !all.isEmpty else { return }
        let ranked = all.enumerated().sorted { left, right in
            let first = rank(left.element.row.shown("id"))
            let second = rank(right.element.row.shown("id"))
            return first == second ? left.offset < right.offset : first < second
        }
        var labels: Set<String> = []
        let chosen = ranked.filter { labels.insert($0.element.row.shown("label")).inserted }
            .prefix(numbersMax).map(\.element)
        writer.heading(2, "Key numbers")
        writer.table(
            ["Number", "Value"],
            chosen.map { row, target -> [DocumentText] in
                [
                    DocumentText(row.shown("label")),
                    DocumentText(row.shown("shown"), target: target),
                ]
            })
        if all.count > chosen.count {
            writer.paragraph(
                "All \(all.count) numbers, with formulas and inputs, stand in the analyses.")
        }
    }

    private static func rank(_ id: String) -> Int {
        telling.firstIndex { name in
            guard name.hasSuffix("#") else { return id == name || id.hasPrefix(name + ".") }
            let start = name.dropLast()
            return id.hasPrefix(start) && id.dropFirst(start.count).first?.isNumber ?? false
        } ?? telling.count
    }

    private static func documents(_ entries: [IndexEntry], _ writer: inout MarkdownWriter) {
        writer.heading(2, "Documents")
        writer.table(
            ["Task", "Agent", "What", "State", "Read"],
            readingOrder(entries).map { entry -> [DocumentText] in
                // JSON lies beside its Markdown and drawings stand in it: the Markdown is linked.
                let files = entry.files.filter { file in
                    !file.hasSuffix(".svg")
                        && !(file.hasSuffix(".json")
                            && entry.files.contains(String(file.dropLast(5)) + ".md"))
                }
                let links = files.map { DocumentText(linkName($0), target: $0) }
                let facts = [entry.task, entry.agent, entry.title, entry.state]
                return facts.map { DocumentText($0) } + [.joined(links, separator: ", ")]
            })
    }

    /// The closing first, then what it was made of, then the plan and the verdicts.
    static func readingOrder(_ entries: [IndexEntry]) -> [IndexEntry] {
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
