// Rules about completeness, scope, traceability, risks, steps and decisions.

import BatonBrief
import JSON
import PlainText

extension Review {
    /// All five deliverables are there; an engine's delivery also has its analysis.
    mutating func checkCompleteness() {
        for problem in delivery.markdownProblems {
            find(
                .shape, .high, part: Deliverables.markdownName, place: problem.place,
                problem.message, satisfy: "write the section as Protocols/ describes it")
        }
        if !delivery.markdownProblems.isEmpty { return }
        let needed = DeliverySet.five + (isBuiltIn ? ["analysis"] : [])
        for kind in needed {
            guard let document = delivery.documents.first(where: { $0.kind == kind }) else {
                find(
                    .complete, .critical, part: "\(kind).json", place: "",
                    "the delivery has no \(kind)", satisfy: "deliver \(kind).json")
                continue
            }
            if let problem = document.problem {
                find(
                    .shape, .critical, part: document.part, place: problem,
                    "the part is no JSON: \(problem)", satisfy: "deliver valid JSON")
            }
        }
    }

    /// Each document has the shape of its schema.
    mutating func checkShapes() {
        for document in delivery.documents {
            guard let value = document.value, let kind = DocumentKind(rawValue: document.kind)
            else { continue }
            for finding in kind.findings(in: value) {
                find(
                    .shape, .high, part: document.part, place: finding.pointer, finding.message,
                    satisfy: finding.satisfy)
            }
        }
    }

    /// The delivery is by the agent, for the task and about the objective that were asked for.
    mutating func checkScope() {
        for document in delivery.documents {
            for (member, wanted) in [("agent", subjectAgent), ("task", subjectTask)] {
                guard let value = document.value?[member]?.stringValue, value != wanted else {
                    continue
                }
                find(
                    .scopeKept, .high, part: document.part, place: "/\(member)",
                    "\(member) is \(value), and the subject's is \(wanted)",
                    satisfy: "state \(wanted)")
            }
        }
        guard let snapshot = delivery["objective_snapshot"] else { return }
        let part = delivery.part("objective_snapshot")
        if let objective = packet.text("/objective"),
            snapshot["objective"]?.stringValue?.trimmed != objective.trimmed
        {
            find(
                .scopeKept, omission, part: part, place: "/objective",
                "the objective is not the one of the packet",
                satisfy: "repeat the objective as it was stated")
        }
        let kept = (snapshot["acceptance_criteria"]?.arrayValue ?? [])
            .compactMap { $0["text"]?.stringValue?.trimmed }
        for criterion in packet.acceptanceCriteria where !kept.contains(criterion.trimmed) {
            find(
                .scopeKept, omission, part: part,
                place: "/acceptance_criteria", "the criterion “\(criterion)” is missing",
                satisfy: "repeat every acceptance criterion of the packet")
        }
        checkConstraints(snapshot, part)
        if delivery["handoff_packet"]?["to"]?.stringValue == subjectAgent {
            find(
                .scopeKept, .high, part: delivery.part("handoff_packet"), place: "/to",
                "the agent hands over to itself", satisfy: "name the next owner, or none stated")
        }
    }

    private mutating func checkConstraints(_ snapshot: JSONValue, _ part: String) {
        for (kind, text) in packet.constraintTexts {
            let kept = (snapshot.value(at: "/constraints/\(kind)")?.arrayValue ?? [])
                .compactMap(\.stringValue)
            if !kept.contains(text) {
                find(
                    .scopeKept, omission, part: part,
                    place: "/constraints/\(kind)", "the constraint “\(text)” is missing",
                    satisfy: "repeat every constraint of the packet")
            }
        }
    }

    /// Each criterion has a measurable check, and each trace leads to a criterion.
    mutating func checkCriteria() {
        let part = delivery.part("validation_checklist")
        let checks = delivery.list("validation_checklist", "checks")
        guard delivery["validation_checklist"] != nil else { return }
        let acceptance = delivery.list("objective_snapshot", "acceptance_criteria")
        let success = delivery.list("objective_snapshot", "success_criteria")
        let criteria = acceptance.isEmpty ? success : acceptance
        let ids =
            (acceptance + success + delivery.list("objective_snapshot", "requirements")
            + delivery.list("objective_snapshot", "assumptions")
            + delivery.list("risk_register", "risks")).compactMap { $0["id"]?.stringValue }
        for (index, check) in checks.enumerated() {
            for trace in Router.texts(check["traces"]) where !ids.contains(trace) {
                find(
                    .traceExists, omission, part: part,
                    place: "/checks/\(index)/traces",
                    "\(trace) is no criterion, requirement, assumption or risk",
                    satisfy: "trace to an id of the objective snapshot or the risk register")
            }
            for member in ["metric", "method", "when", "owner"]
            where check[member]?.stringValue.map(\.isEmptyTalk) ?? false {
                find(
                    .checkMeasurable, member == "metric" ? .high : authored, part: part,
                    place: "/checks/\(index)/\(member)",
                    "the check says no \(member)", satisfy: "state the \(member)")
            }
            if isBuiltIn, check["threshold"]?.doubleValue == nil {
                find(
                    .checkMeasurable, .high, part: part, place: "/checks/\(index)/threshold",
                    "the threshold is no number", satisfy: "state a number with its unit")
            }
            if isBuiltIn, check["unit"]?.stringValue.map(\.isEmptyTalk) ?? false {
                find(
                    .checkMeasurable, .high, part: part, place: "/checks/\(index)/unit",
                    "the threshold has no unit", satisfy: "state the unit")
            }
        }
        for criterion in criteria {
            guard let id = criterion["id"]?.stringValue else { continue }
            let mine = checks.filter { Router.texts($0["traces"]).contains(id) }
            // What another specialist on the route has to check is checked there.
            let isOwn = CriterionScope.isOwn(
                criterion["text"]?.stringValue ?? "", agent: subjectAgent, packet: packet)
            if mine.isEmpty, !isOwn { continue }
            if mine.isEmpty {
                find(
                    .criterionChecked, omission, part: part, place: "/checks",
                    "no check traces \(id): “\(criterion["text"]?.stringValue ?? "")”",
                    satisfy: "add a check with metric, comparator, threshold, unit and method")
            }
            checkStrictness(criterion, mine, part)
        }
    }

    /// A check must not be looser than the number that the criterion states.
    private mutating func checkStrictness(
        _ criterion: JSONValue, _ checks: [JSONValue], _ part: String
    ) {
        guard let id = criterion["id"]?.stringValue,
            let reading = CriterionReader.read(criterion["text"]?.stringValue ?? "")
        else { return }
        let isCeiling = reading.comparator.hasPrefix("<")
        let comparable = checks.compactMap { check -> Double? in
            guard check["unit"]?.stringValue == reading.unit,
                let comparator = check["comparator"]?.stringValue,
                comparator.hasPrefix("<") == isCeiling
            else { return nil }
            return check["threshold"]?.doubleValue
        }
        guard let strictest = isCeiling ? comparable.min() : comparable.max() else {
            if isBuiltIn, !checks.isEmpty {
                find(
                    .criterionChecked, .high, part: part, place: "/checks",
                    "no check of \(id) compares with \(Shown.significant(reading.threshold))"
                        + " \(reading.unit), which it states",
                    satisfy: "check the stated number")
            }
            return
        }
        let slack = 1e-9 * reading.threshold.magnitude
        let isLooser =
            isCeiling
            ? strictest > reading.threshold + slack : strictest < reading.threshold - slack
        if isLooser {
            // Which number of an agent of one's own means the same quantity is a guess.
            find(
                .criterionChecked, omission, part: part, place: "/checks",
                "the checks of \(id) allow \(strictest) \(reading.unit), and it states"
                    + " \(reading.threshold)", satisfy: "check the stated number")
        }
    }

    /// Each risk can be managed: severity, impact, mitigation, owner, trigger.
    mutating func checkRisks() {
        let part = delivery.part("risk_register")
        for (index, risk) in delivery.list("risk_register", "risks").enumerated() {
            for member in ["risk", "impact", "mitigation", "owner", "trigger"]
            where risk[member]?.stringValue.map(\.isEmptyTalk) ?? false {
                find(
                    .riskManageable, member == "impact" ? authored : .high, part: part,
                    place: "/risks/\(index)/\(member)",
                    "the risk says no \(member)", satisfy: "state the \(member)")
            }
        }
    }

    /// Each step has an owner and an end, and the order has no circle.
    mutating func checkSteps() {
        let part = delivery.part("execution_plan")
        let steps = delivery.list("execution_plan", "steps")
        for (index, step) in steps.enumerated() {
            for member in ["title", "owner", "done_when"]
            where step[member]?.stringValue.map(\.isEmptyTalk) ?? false {
                find(
                    .stepOwned, member == "done_when" ? authored : .high, part: part,
                    place: "/steps/\(index)/\(member)",
                    "the step says no \(member)", satisfy: "state the \(member)")
            }
        }
        var left = steps
        while true {
            let ids = left.compactMap { $0["id"]?.stringValue }
            let rest = left.filter { step in
                Router.texts(step["depends_on"]).contains { ids.contains($0) }
            }
            if rest.count == left.count { break }
            left = rest
        }
        if !left.isEmpty {
            let names = left.compactMap { $0["id"]?.stringValue }.joined(separator: ", ")
            find(
                .stepOrder, .high, part: part, place: "/steps",
                "the steps \(names) wait for each other", satisfy: "break the circle")
        }
    }

    /// Each decision names what was rejected and why, unless a person made it.
    mutating func checkDecisions() {
        let part = delivery.part("execution_plan")
        for (index, decision) in delivery.list("execution_plan", "decisions").enumerated() {
            let text = decision["decision"]?.stringValue ?? ""
            let alternatives = decision["alternatives"]?.arrayValue ?? []
            for (number, alternative) in alternatives.enumerated() {
                checkAlternative(
                    alternative, of: text, part: part,
                    place: "/decisions/\(index)/alternatives/\(number)")
            }
            checkRank(decision, part: part, place: "/decisions/\(index)/rank")
            if alternatives.isEmpty, !isAnswer(text) {
                find(
                    .decisionAlternatives, authored == .high ? .high : .low, part: part,
                    place: "/decisions/\(index)/alternatives",
                    "the decision names nothing that was rejected",
                    satisfy: "name at least one alternative and why not")
            }
            if decision["rationale"]?.stringValue.map(\.isEmptyTalk) ?? false {
                find(
                    .decisionRationale, authored, part: part,
                    place: "/decisions/\(index)/rationale", "the decision says not why",
                    satisfy: "state the rationale and the rank that decided")
            }
        }
    }

    /// What was rejected is something else than what was decided, and the reason is one.
    private mutating func checkAlternative(
        _ alternative: JSONValue, of decision: String, part: String, place: String
    ) {
        let option = alternative["option"]?.stringValue ?? ""
        let reason = alternative["why_not"]?.stringValue ?? ""
        if option.isEmptyTalk || option.trimmed == decision.trimmed {
            find(
                .decisionAlternatives, authored, part: part, place: place + "/option",
                "the alternative is none", satisfy: "name what else could have been done")
        }
        let words = reason.split { !$0.isLetter && !$0.isNumber }
        if reason.isEmptyTalk || words.count < 2 || reason.trimmed == option.trimmed {
            find(
                .decisionAlternatives, authored, part: part, place: place + "/why_not",
                "“\(reason)” is no reason", satisfy: "say why the alternative was rejected")
        }
    }

    /// The rank that decided is the one that the rationale names.
    private mutating func checkRank(_ decision: JSONValue, part: String, place: String) {
        let rank = decision["rank"]?.stringValue ?? ""
        let first = (decision["rationale"]?.stringValue ?? "").lowercased()
            .split { !$0.isLetter }.prefix(2).map(String.init)
        guard first.count == 2, ["decides", "ranks", "decided"].contains(first[1]),
            Rank(rawValue: first[0]) != nil, first[0] != rank
        else { return }
        find(
            .decisionRationale, authored, part: part, place: place,
            "the rank is \(rank), and the rationale says \(first[0])",
            satisfy: "state the rank that decided")
    }

    /// Answers of people are carried on, in the handoff and among what is decided.
    mutating func checkAnswers() {
        for answer in packet.answers {
            guard let escalation = answer["escalation"]?.stringValue else { continue }
            let places = [("objective_snapshot", "decided"), ("handoff_packet", "answers")]
            for (kind, member) in places where delivery[kind] != nil {
                let isCited = delivery.list(kind, member).contains {
                    $0["escalation"]?.stringValue == escalation
                }
                if !isCited {
                    find(
                        .answerCited, omission, part: delivery.part(kind),
                        place: "/\(member)", "the answer to \(escalation) is not carried on",
                        satisfy: "list every answer of the packet")
                }
            }
        }
    }
}
