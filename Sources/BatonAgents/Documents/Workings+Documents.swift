// The collected workings as the five deliverables and the analysis.
// Shapes: Protocols/schemas; the quality gate checks that each promise in them is kept.

import BatonBrief
import JSON

extension Workings {
    /// All parts of the delivery.
    /// - Parameters:
    ///   - summary: what a manager reads first.
    ///   - to: the agent that gets the packet next; nil writes `none stated`.
    package func parts(summary: String, to: String?) -> [EnginePart] {
        [
            EnginePart(name: "objective_snapshot.json", value: snapshot),
            EnginePart(name: "execution_plan.json", value: executionPlan),
            EnginePart(name: "risk_register.json", value: riskRegister),
            EnginePart(name: "validation_checklist.json", value: checklist),
            EnginePart(name: "handoff_packet.json", value: handoff(summary: summary, to: to)),
            EnginePart(name: "analysis.json", value: analysis(summary: summary)),
        ] + attachments
    }

    private func document(_ kind: String, _ members: [(String, JSONValue)]) -> JSONValue {
        .object(
            JSONObject(
                [
                    ("format", .string("baton.\(kind)/1")), ("agent", .string(agentID)),
                    ("task", .string(packet.taskID)),
                ] + members))
    }

    private var snapshot: JSONValue {
        document(
            "objective_snapshot",
            [
                ("objective", .string(packet.objective)),
                ("success_criteria", Self.numbered(packet.successCriteria, "SC")),
                ("acceptance_criteria", Self.numbered(packet.acceptanceCriteria, "AC")),
                (
                    "requirements",
                    Self.orNone(requirements.enumerated().map { $1.json(id: "R\($0 + 1)") })
                ),
                ("constraints", packet.constraints),
                ("assumptions", Self.orNone(assumptions.map(\.json))),
                (
                    "decides",
                    .array(scope("decides:", or: "What the brief leaves open, within its figures."))
                ),
                (
                    "must_ask",
                    .array(
                        scope(
                            "must ask:",
                            or: "What the brief does not state and does not allow to assume."))
                ),
                (
                    "out_of_scope",
                    .array(scope("out of scope:", or: "What the brief does not ask for."))
                ),
                ("decided", Self.orNone(packet.answers.map(Self.decided))),
            ])
    }

    private var executionPlan: JSONValue {
        document(
            "execution_plan",
            [
                ("steps", .array(steps.map { $0.step.json(id: $0.id) })),
                (
                    "decisions",
                    Self.orNone(decisions.enumerated().map { $1.json(id: "D\($0 + 1)") })
                ),
            ])
    }

    private var riskRegister: JSONValue {
        document(
            "risk_register",
            [("risks", .array(risks.enumerated().map { $1.json(id: "K\($0 + 1)") }))])
    }

    private var checklist: JSONValue {
        document(
            "validation_checklist",
            [
                (
                    "checks",
                    .array(
                        checks.enumerated().map { index, check in
                            var traced = check
                            for trace in check.reasons.compactMap(id)
                            where !traced.traces.contains(trace) {
                                traced.traces.append(trace)
                            }
                            return traced.json(id: "C\(index + 1)")
                        })
                )
            ])
    }

    /// The id of what a check is there for; nil when there is no such requirement or risk.
    private func id(of reason: Check.Reason) -> String? {
        switch reason {
        case .requirement(let source):
            requirements.firstIndex { $0.source == source }.map { "R\($0 + 1)" }
        case .risk(let text):
            risks.firstIndex { $0.risk == text }.map { "K\($0 + 1)" }
        case .assumption(let statement):
            assumptions.first { $0.statement == statement }?.id
        }
    }

    private func handoff(summary: String, to: String?) -> JSONValue {
        document(
            "handoff_packet",
            [
                ("to", to.map(JSONValue.string) ?? noneStated),
                ("objective", .string(packet.objective)),
                (
                    "success_criteria",
                    Self.orNone(packet.successCriteria.map(JSONValue.string))
                ),
                ("constraints", packet.constraints),
                ("inputs", packet.document["inputs"] ?? noneStated),
                ("route", packet.document["route"] ?? noneStated),
                ("artifacts", Self.listOrNone(packet.document["artifacts"])),
                (
                    "definition_of_done",
                    Self.orNone(packet.definitionOfDone.map(JSONValue.string))
                ),
                ("findings", Self.listOrNone(packet.document["findings"])),
                ("answers", Self.listOrNone(packet.document["answers"])),
                (
                    "decisions",
                    Self.orNone(decisions.enumerated().map { $1.json(id: "D\($0 + 1)") })
                ),
                ("open_questions", Self.orNone(openQuestions.map(JSONValue.string))),
                (
                    "proposed_tasks",
                    Self.orNone(
                        proposedTasks.map {
                            [
                                "agent": .string($0.agent), "title": .string($0.title),
                                "why": .string($0.why),
                            ]
                        })
                ),
                (
                    "open_decisions",
                    Self.orNone(openDecisions.enumerated().map { $1.json(id: "O\($0 + 1)") })
                ),
                ("recommended_commands", Self.orNone(commands.map(\.json))),
                ("summary", .string(summary)),
                ("next_steps", Self.orNone(nextSteps.map(JSONValue.string))),
            ] + (delivered.isEmpty ? [] : [("delivered", .array(delivered.map(\.json)))]))
    }

    private func analysis(summary: String) -> JSONValue {
        document(
            "analysis",
            [
                ("summary", .string(summary)),
                ("quantities", .array(quantities.map(\.json))),
                ("sections", .array((sections + formulas).map(\.json))),
            ] + (plots.isEmpty ? [] : [("plots", .array(plots.map(\.json)))]))
    }

    /// What the formulas of the figures say, so that nobody has to look their names up.
    private var formulas: [Section] {
        let used = FormulaRegistry.standard.formulas.filter { formula in
            quantities.contains { $0.formula == formula.id }
        }
        guard !used.isEmpty else { return [] }
        return [
            Section(
                title: Self.formulaTitle,
                text: "What the figures were computed by; ranges and inputs are in"
                    + " Protocols/formulas.md.",
                columns: ["Formula", "Statement", "Source"],
                rows: used.map { [$0.id, $0.statement, $0.source] })
        ]
    }

    /// The closing writes a list of its own.
    static let formulaTitle = "Formulas"

    /// What the card's scope lists under a mark: its lines that begin with it, such as
    /// “Out of scope:”. A card may say nothing of it; what holds for every agent is said then.
    private func scope(_ mark: String, or common: String) -> [JSONValue] {
        let scope = card.value(at: "/sections/scope")?.stringValue ?? ""
        let lines = scope.split(separator: "\n").compactMap { line -> JSONValue? in
            let text = line.drop { $0 == "-" || $0 == "*" || $0 == " " }
            guard text.lowercased().hasPrefix(mark) else { return nil }
            let rest = text.dropFirst(mark.count).drop { $0 == " " }
            return rest.isEmpty ? nil : .string(String(rest))
        }
        return lines.isEmpty ? [.string(common)] : lines
    }

    private static func decided(_ answer: JSONValue) -> JSONValue {
        func text(_ key: String, or fallback: String) -> JSONValue {
            let value = answer[key]?.stringValue ?? ""
            return .string(value.isEmpty ? fallback : value)
        }
        return [
            "escalation": text("escalation", or: "e-0"), "option": text("option", or: "revise"),
            "label": text("label", or: "Revised inputs"),
            "reason": text("reason", or: "none stated"),
            "by": text("by", or: "none stated"),
        ]
    }

    private static func numbered(_ texts: [String], _ prefix: String) -> JSONValue {
        orNone(
            texts.enumerated().map {
                ["id": .string("\(prefix)\($0 + 1)"), "text": .string($1)]
            })
    }

    static func orNone(_ list: [JSONValue]) -> JSONValue {
        list.isEmpty ? noneStated : .array(list)
    }

    private static func listOrNone(_ value: JSONValue?) -> JSONValue {
        orNone(value?.arrayValue ?? [])
    }
}
