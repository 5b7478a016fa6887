// Rules about scope: everything of the brief is covered, the bounds of the work are stated, and
// nothing goes beyond them.

import JSON

extension Review {
    private static let api = "backend.api_reliability"
    private static let queue = "backend.queue_worker_planner"

    /// An engine leaves out nothing that the packet gives it: it works on it, or asks about it.
    mutating func checkCoverage() {
        guard isBuiltIn, delivery["analysis"] != nil else { return }
        let part = delivery.part("analysis")
        var owed = [
            ("analysis", "quantities"), ("analysis", "sections"), ("handoff_packet", "next_steps"),
        ]
        // Attempts and workers are always somebody's choice.
        let ids = delivery.list("analysis", "quantities").compactMap { $0["id"]?.stringValue }
        if ids.contains(where: { $0 == "retry.amplification" || $0.hasPrefix("workers.planned.") })
        {
            owed.append(("execution_plan", "decisions"))
        }
        for (kind, member) in owed
        where subjectAgent != "core.orchestrator" && delivery[kind] != nil
            && delivery.list(kind, member).isEmpty
        {
            find(
                .inputsCovered, .high, part: delivery.part(kind), place: "/\(member)",
                "\(member) is empty", satisfy: "say what was found, decided or is to be done")
        }
        let view = PacketView(origin)
        let said = delivery.documents.filter { $0.kind != "objective_snapshot" }
            .compactMap { document in
                document.value.map { prose(document.kind, $0).map(\.text).joined(separator: "\n") }
            }.joined(separator: "\n")
        let lists: [(agent: String, what: String, items: [JSONValue], key: String)] = [
            (Self.queue, "queue", view.queues, "name"),
            (Self.api, "dependency", view.dependencies, "name"),
            (Self.api, "operation", view.operations, "id"),
        ]
        for (agent, what, items, key) in lists where agent == subjectAgent {
            for (index, item) in items.enumerated() {
                guard let name = item[key]?.stringValue else { continue }
                let mark = ".\(index).\(PointerText.slug(name))"
                if said.contains(name) || ids.contains(where: { $0.hasSuffix(mark) }) { continue }
                find(
                    .inputsCovered, .high, part: part, place: "/sections",
                    "the \(what) \(name) is mentioned nowhere",
                    satisfy: "work on it, or ask about it in the open questions")
            }
        }
        checkRequirementsKept(view)
    }

    /// Each objective that the packet states as a number is a requirement.
    private mutating func checkRequirementsKept(_ view: PacketView) {
        let kept = delivery.list("objective_snapshot", "requirements").compactMap {
            $0["source"]?.stringValue
        }
        for wanted in RequirementReader.requirements(of: view)
        where !kept.contains(wanted.source) && delivery["objective_snapshot"] != nil {
            find(
                .requirementKept, .high, part: delivery.part("objective_snapshot"),
                place: "/requirements",
                "the requirement of \(wanted.source) is missing: “\(wanted.text)”",
                satisfy: "list what the packet demands, with its source")
        }
    }

    /// An agent says what it decides itself, what it must ask a person, and what it leaves alone;
    /// and its plan keeps to that.
    mutating func checkLimits() {
        let part = delivery.part("objective_snapshot")
        guard delivery["objective_snapshot"] != nil else { return }
        let members = ["decides", "must_ask", "out_of_scope"]
        if isBuiltIn {
            for member in members where delivery.list("objective_snapshot", member).isEmpty {
                find(
                    .scopeStated, .high, part: part, place: "/\(member)",
                    "the snapshot does not say what is meant by \(member)",
                    satisfy: "list it, as the card does")
            }
        }
        for member in ["must_ask", "out_of_scope"] {
            for item in delivery.list("objective_snapshot", member) {
                guard let line = item.stringValue else { continue }
                checkRespected(line, member)
            }
        }
    }

    /// No step and no decision does what a line excludes or leaves to a person.
    private mutating func checkRespected(_ line: String, _ member: String) {
        let wanted = Self.stems(line)
        guard wanted.count >= 2 else { return }
        let places = [("steps", "title"), ("decisions", "decision")]
        for (list, key) in places {
            for (index, item) in delivery.list("execution_plan", list).enumerated() {
                let text = item[key]?.stringValue ?? ""
                guard !isAnswer(text), wanted.isSubset(of: Self.stems(text)) else { continue }
                find(
                    .scopeRespected, authored, part: delivery.part("execution_plan"),
                    place: "/\(list)/\(index)/\(key)",
                    member == "must_ask"
                        ? "“\(text)” is for a person to decide (\(line))"
                        : "“\(text)” is out of scope (\(line))",
                    satisfy: member == "must_ask"
                        ? "escalate it with options" : "leave it out, or propose it as a task")
            }
        }
    }

    /// Whether a decision repeats the answer of a person.
    func isAnswer(_ text: String) -> Bool {
        packet.answers.contains { answer in
            text.hasPrefix("\(answer["escalation"]?.stringValue ?? "?") was answered")
        }
    }

    /// The beginnings of the words that carry a meaning: “Lowering a promise” and “Lower the
    /// promised availability” share both.
    private static func stems(_ text: String) -> Set<String> {
        Set(
            text.lowercased().split { !$0.isLetter }
                .filter { $0.count >= 4 && !common.contains(String($0)) }
                .map { String($0.prefix(5)) })
    }

    /// Words that carry none.
    private static let common: Set<String> = [
        "that", "than", "this", "with", "from", "more", "does", "what", "which", "brief", "they",
        "their", "into",
    ]
}
