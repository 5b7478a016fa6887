// The closing handoff: accepted deliverables of all specialists as one plan, one risk register, one
// checklist, with every figure derived again from the packet as it stands now.

import BatonBrief
import JSON
import PlainText

/// An accepted delivery.
struct Upstream: Sendable {
    let task: String
    let agent: String
    let title: String
    let acceptedBy: String
    /// The tasks that it waited for.
    let dependsOn: [String]
    /// What the playbook asked of it beyond the documents.
    let asked: [DeliveryItem]
    let documents: DeliverySet

    /// What it says of the things that the playbook asked for.
    var delivered: [DeliveredItem] {
        documents.list("handoff_packet", "delivered").compactMap { DeliveredItem($0) }
    }

    /// Where the thing of that id stands in the delivery; empty where it does not.
    func places(of item: ReliabilityRun.RolloutItem) -> [String] {
        for entry in delivered where entry.id == item.rawValue {
            if case .at(let places) = entry.answer { return places }
        }
        return []
    }

    /// The ids of the steps that answer an item; all where it names the list of them.
    func steps(for item: ReliabilityRun.RolloutItem) -> [String] {
        let places = places(of: item)
        let ids = documents.list("execution_plan", "steps").compactMap { $0["id"]?.stringValue }
        return places.contains("steps") || places.contains("execution_plan")
            ? ids : ids.filter(places.contains)
    }
}

/// One close task.
struct ClosingRun {
    let packet: PacketView
    var workings: Workings
    let upstream: [Upstream]
    /// The chapters that the playbook asks for.
    let chapters: [String]
    /// What the deliveries say against each other, with what the ranking makes of it.
    var conflicts: [Conflict] = []
    private var derivedAgain = 0

    init(_ input: EngineInput) {
        packet = PacketView(input.packet)
        chapters = Router.texts(packet.document.value(at: "/task/chapters"))
        workings = Workings(packet: packet, card: input.card)
        upstream = packet.list("/upstream").map { entry in
            let task = entry["task"]?.stringValue ?? ""
            let agent = entry["agent"]?.stringValue ?? ""
            return Upstream(
                task: task, agent: agent, title: entry["title"]?.stringValue ?? agent,
                acceptedBy: entry["accepted_by"]?.stringValue ?? "verdict",
                dependsOn: Router.texts(entry["depends_on"]),
                asked: (entry["deliver"]?.arrayValue ?? []).map(DeliveryItem.init),
                documents: DeliverySet(
                    names: (entry["parts"]?.arrayValue ?? []).compactMap(\.stringValue),
                    prefix: "upstream/\(task)/", parts: input.parts, agent: agent, task: task,
                    packet: input.packet))
        }
    }

    mutating func run() -> EngineOutcome {
        guard !upstream.isEmpty else {
            return .fail(message: "the close task has no accepted deliverables to merge")
        }
        workings.requirements = RequirementReader.requirements(of: packet)
        workings.citeAnswers()
        for index in upstream.indices {
            let assumptions = mergeAssumptions(upstream[index])
            mergeQuantities(upstream[index], assumptions)
            mergeSections(upstream[index])
            mergeHandoff(upstream[index])
        }
        conflicts = ConflictFinder(packet: packet, upstream: upstream).conflicts().map(answered)
        mergeDecisions()
        mergeRisks()
        proposeSpecialists()
        mergeChecks()
        if let question = contradictedDemands() { return .escalate(question) }
        settleConflicts()
        mergeSteps()
        mergeNextSteps()
        recommendCommands()
        evidence()
        answerAsked()
        addChapters()
        return .deliver(workings.parts(summary: summary, to: nil))
    }

    // MARK: figures

    /// Assumptions under new ids; returns old id → new id.
    private mutating func mergeAssumptions(_ source: Upstream) -> [String: String] {
        var ids: [String: String] = [:]
        for item in source.documents.list("objective_snapshot", "assumptions") {
            guard let id = item["id"]?.stringValue, let statement = item["statement"]?.stringValue
            else { continue }
            let evidence = Evidence(rawValue: item["evidence"]?.stringValue ?? "") ?? .inference
            ids[id] = workings.assume(
                statement, evidence, confidence: item["confidence"]?.doubleValue ?? 0,
                item["rationale"]?.stringValue ?? "from \(source.agent)")
        }
        return ids
    }

    /// Quantities under ids that are free, derived again; what has changed is an open question.
    private mutating func mergeQuantities(_ source: Upstream, _ assumptions: [String: String]) {
        var ids: [String: String] = [:]
        for item in source.documents.list("analysis", "quantities") {
            guard let id = item["id"]?.stringValue, let formula = item["formula"]?.stringValue,
                FormulaRegistry.standard[formula] != nil
            else { continue }
            let label = item["label"]?.stringValue ?? id
            var inputs: [(String, Source)] = []
            var isComplete = true
            for input in item["inputs"]?.arrayValue ?? [] {
                guard let name = input["name"]?.stringValue,
                    let origin = Self.source(input, ids: ids, assumptions: assumptions)
                else {
                    isComplete = false
                    break
                }
                inputs.append((name, origin))
            }
            // Two tasks of one agent begin with the same figures.
            if isComplete, let known = workings.quantity(id), known.formula == formula,
                known.inputs == inputs.map({ $0.1.json(named: $0.0) })
            {
                ids[id] = id
                continue
            }
            let free = freeID(id)
            let value = isComplete ? workings.derive(free, label, by: formula, inputs) : nil
            guard let value else {
                workings.ask(
                    "\(label) (\(source.agent)) cannot be derived from the inputs as they"
                        + " stand now."
                )
                continue
            }
            ids[id] = free
            derivedAgain += 1
            let old = item["value"]?.doubleValue ?? value
            if !QuantityRule.agree(old, value) {
                workings.ask(
                    "\(label) was \(item["shown"]?.stringValue ?? "\(old)") when \(source.agent)"
                        + " delivered and is \(workings.shown(free)) with the inputs as they stand"
                        + " now: an answer came in between.")
            }
        }
    }

    private static func source(
        _ input: JSONValue, ids: [String: String], assumptions: [String: String]
    ) -> Source? {
        if let pointer = input["pointer"]?.stringValue { return .pointer(pointer) }
        if let quantity = input["quantity"]?.stringValue {
            return ids[quantity].map(Source.quantity)
        }
        if let value = input["value"]?.doubleValue,
            let assumption = assumptions[input["assumption"]?.stringValue ?? ""]
        {
            return .assumed(value, assumption: assumption)
        }
        return nil
    }

    private func freeID(_ id: String) -> String {
        guard workings.quantity(id) != nil else { return id }
        var number = 2
        while workings.quantity("u\(number).\(id.suffix(56))") != nil { number += 1 }
        return "u\(number).\(id.suffix(56))"
    }

    // MARK: texts

    private mutating func mergeSections(_ source: Upstream) {
        for item in source.documents.list("analysis", "sections") {
            let title = item["title"]?.stringValue ?? "Untitled"
            if title == "Decisions by people" || title == Workings.formulaTitle { continue }
            let section = Section(
                title: "\(source.agent): \(title)", text: item["text"]?.stringValue ?? "",
                columns: Router.texts(item.value(at: "/table/columns")),
                rows: (item.value(at: "/table/rows")?.arrayValue ?? []).map { Router.texts($0) })
            // Two tasks of one agent may say the same.
            if !workings.sections.contains(section) { workings.sections.append(section) }
        }
    }

    private mutating func mergeDecisions() {
        var known = Set(workings.decisions.map(\.decision))
        for source in upstream {
            for item in source.documents.list("execution_plan", "decisions") {
                let decision = item["decision"]?.stringValue ?? ""
                let isOverruled = conflicts.compactMap(\.loser).contains {
                    $0.agent == source.agent && $0.way == decision.withoutFullStop
                }
                let isAnswer = packet.answers.contains { answer in
                    decision.hasPrefix("\(answer["escalation"]?.stringValue ?? "?") was answered")
                }
                guard !decision.isEmpty, !isOverruled, !isAnswer, known.insert(decision).inserted
                else {
                    continue
                }
                workings.decisions.append(
                    PlanDecision(
                        decision: decision,
                        alternatives: (item["alternatives"]?.arrayValue ?? []).map {
                            ($0["option"]?.stringValue ?? "", $0["why_not"]?.stringValue ?? "")
                        },
                        rank: Rank(rawValue: item["rank"]?.stringValue ?? "") ?? .convenience,
                        rationale: item["rationale"]?.stringValue ?? "from \(source.agent)",
                        evidence: (item["evidence"]?.arrayValue ?? []).compactMap(\.stringValue)))
            }
        }
    }

    static let evidenceTitle = "Validation evidence"

    /// What was checked, by whom it was accepted.
    private mutating func evidence() {
        let rows = upstream.map { source in
            [
                source.task, source.agent, source.acceptedBy,
                String(source.documents.list("analysis", "quantities").count),
                String(source.documents.list("validation_checklist", "checks").count),
            ]
        }
        workings.sections.append(
            Section(
                title: Self.evidenceTitle,
                text:
                    "\(derivedAgain) figures were derived again for this closing from the registry"
                    + " and the inputs as they stand now.",
                columns: ["Task", "Agent", "Accepted by", "Figures", "Checks"], rows: rows))
        workings.nextSteps.append(
            "\(packet.serviceOwner) is the next owner: run the validation checklist and keep its"
                + " evidence.")
    }

    // MARK: summary

    /// An agent with several tasks is named with what each is about.
    private static func name(of source: Upstream, among upstream: [Upstream]) -> String {
        guard upstream.count(where: { $0.agent == source.agent }) > 1 else { return source.agent }
        return "\(source.agent), \(source.title.components(separatedBy: ":")[0])"
    }

    /// One specialist may have several tasks.
    private var who: String {
        let agents = Set(upstream.map(\.agent)).count
        let text = Counted.text(agents, "specialist")
        if agents == upstream.count { return text + (agents == 1 ? " has" : " have") }
        return "\(text) with \(upstream.count) tasks" + (agents == 1 ? " has" : " have")
    }

    private var summary: String {
        let title = packet.text("/brief_document/title") ?? packet.objective
        var sentences = [
            "\(title.withoutFullStop): \(who) delivered, and every delivery was accepted"
                + (upstream.contains { $0.acceptedBy == "exception" }
                    ? " (one at least by a recorded exception)." : ".")
        ]
        for source in upstream {
            if let text = source.documents["handoff_packet"]?["summary"]?.stringValue {
                sentences.append("\(Self.name(of: source, among: upstream)): \(text)")
            }
        }
        for answer in packet.answers {
            let label = answer["label"]?.stringValue ?? ""
            sentences.append(
                "Decided by \(answer["by"]?.stringValue ?? "a person"):"
                    + " \((label.isEmpty ? "revised inputs" : label).withoutFullStop).")
        }
        let serious = workings.risks.count { $0.severity >= .high }
        sentences.append(
            "The register holds \(Counted.text(workings.risks.count, "risk")), \(serious) of them"
                + " high or critical; the checklist has"
                + " \(Counted.text(workings.checks.count, "check"))."
                + " Next owner:"
                + " \(packet.serviceOwner).")
        return sentences.joined(separator: "\n\n")
    }
}
