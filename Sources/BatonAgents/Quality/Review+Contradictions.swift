// Rules about what is said twice and differently, within a deliverable and across them.

import JSON
import PlainText

extension Review {
    /// What two deliverables both say is the same in both, and what the packet says is passed on.
    mutating func checkAcross() {
        checkCarriedOn()
        checkSummaries()
        checkDecisionsAgree()
    }

    /// The parts of the packet that travel through the handoff and the snapshot unchanged.
    private mutating func checkCarriedOn() {
        let carried: [(kind: String, members: [String])] = [
            ("objective_snapshot", ["success_criteria"]),
            (
                "handoff_packet",
                ["objective", "success_criteria", "constraints", "inputs", "definition_of_done"]
            ),
        ]
        for (kind, members) in carried {
            guard let document = delivery[kind] else { continue }
            for member in members {
                let wanted = Self.plain(origin[member])
                guard wanted != noneStated, let stated = document[member],
                    // By bytes: a whole number is the same with and without a fraction.
                    Self.plain(stated).encoded() != wanted.encoded()
                else { continue }
                find(
                    .contradictionAcross, omission, part: delivery.part(kind),
                    place: "/\(member)", "\(member) is not what the packet states",
                    satisfy: "carry \(member) on as the packet has it")
            }
        }
    }

    /// A list of texts, whether or not its entries have ids; absent and `none stated` are the same.
    private static func plain(_ value: JSONValue?) -> JSONValue {
        guard let value, !value.isNull else { return noneStated }
        guard let list = value.arrayValue else {
            if value.objectValue?.isEmpty ?? false { return noneStated }
            return value.stringValue.map { .string($0.trimmed) } ?? value
        }
        guard !list.isEmpty else { return noneStated }
        return .array(list.map { $0["text"] ?? $0 })
    }

    /// One delivery has one summary.
    private mutating func checkSummaries() {
        guard isBuiltIn, let analysis = delivery["analysis"]?["summary"],
            let handoff = delivery["handoff_packet"]?["summary"], analysis != handoff
        else { return }
        find(
            .contradictionAcross, .high, part: delivery.part("handoff_packet"), place: "/summary",
            "the summaries of analysis and handoff differ",
            satisfy: "say the same in both")
    }

    /// Whoever gets the handoff reads the decisions of the plan, not others.
    private mutating func checkDecisionsAgree() {
        guard isBuiltIn, let plan = delivery["execution_plan"]?["decisions"],
            let handoff = delivery["handoff_packet"]?["decisions"], plan != handoff
        else { return }
        find(
            .contradictionAcross, .high, part: delivery.part("handoff_packet"),
            place: "/decisions", "the decisions of plan and handoff differ",
            satisfy: "hand over the decisions of the plan")
    }

    /// No deliverable says two things about one matter.
    mutating func checkWithin() {
        checkOneThreshold()
        checkOneRating()
        checkAssumedValues()
    }

    /// One metric has one threshold.
    private mutating func checkOneThreshold() {
        let part = delivery.part("validation_checklist")
        var seen: [(metric: String, check: JSONValue)] = []
        for (index, check) in delivery.list("validation_checklist", "checks").enumerated() {
            let metric = check["metric"]?.stringValue?.trimmed.lowercased() ?? ""
            if let other = seen.first(where: { $0.metric == metric })?.check,
                other["threshold"] != check["threshold"] || other["unit"] != check["unit"]
                    || other["comparator"] != check["comparator"]
            {
                // Two specialists may differ; the closing then leaves the decision to a person.
                let isAsked = delivery.list("handoff_packet", "open_decisions").contains {
                    $0["question"]?.stringValue?.lowercased().contains(metric) ?? false
                }
                guard !isAsked else { continue }
                find(
                    .contradictionWithin, authored, part: part, place: "/checks/\(index)",
                    "“\(check["metric"]?.stringValue ?? "")” has two thresholds",
                    satisfy: "keep the one that the criterion states")
            }
            seen.append((metric, check))
        }
    }

    /// One risk has one rating.
    private mutating func checkOneRating() {
        let part = delivery.part("risk_register")
        var seen: [(text: String, risk: JSONValue)] = []
        for (index, risk) in delivery.list("risk_register", "risks").enumerated() {
            let text = risk["risk"]?.stringValue?.trimmed.lowercased() ?? ""
            if let other = seen.first(where: { $0.text == text })?.risk,
                other["severity"] != risk["severity"] || other["likelihood"] != risk["likelihood"]
            {
                find(
                    .contradictionWithin, authored, part: part, place: "/risks/\(index)",
                    "“\(risk["risk"]?.stringValue ?? "")” has two ratings",
                    satisfy: "keep the graver one")
            }
            seen.append((text, risk))
        }
    }

    /// The value that a figure takes from an assumption is the one that the assumption states.
    private mutating func checkAssumedValues() {
        let part = delivery.part("objective_snapshot")
        let assumptions = delivery.list("objective_snapshot", "assumptions")
        var judged: Set<String> = []
        for quantity in delivery.list("analysis", "quantities") {
            for input in quantity["inputs"]?.arrayValue ?? [] {
                guard let id = input["assumption"]?.stringValue,
                    let value = input["value"]?.doubleValue,
                    judged.insert("\(id) \(value)").inserted,
                    let at = assumptions.firstIndex(where: { $0["id"]?.stringValue == id })
                else { continue }
                let text = assumptions[at]["statement"]?.stringValue ?? ""
                if NumberReader.states(text, value) { continue }
                find(
                    .contradictionWithin, authored, part: part,
                    place: "/assumptions/\(at)/statement",
                    "figures take \(Shown.significant(value)) from \(id), which does not state it",
                    satisfy: "state the value in the assumption that it rests on")
            }
        }
    }
}
