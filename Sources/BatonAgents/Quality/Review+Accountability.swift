// Rules about who answers for what: owners with a name, risks rated by likelihood and impact, and
// checks that measure in the right direction and for a reason.

import JSON
import PlainText

extension Review {
    /// Words that name nobody.
    private static let nobody: Set<String> = [
        "nobody", "no one", "somebody", "someone", "anybody", "anyone", "everybody", "everyone",
        "all", "us", "we", "they", "others", "to be named", "to be decided", "to be determined",
        "to be confirmed", "to be found", "whoever is free", "open", "unassigned",
    ]

    private static let owned = [
        ("execution_plan", "steps"), ("risk_register", "risks"), ("validation_checklist", "checks"),
    ]

    /// Each owner is somebody, and somebody whom the brief or the route knows.
    mutating func checkOwners() {
        let known = knownOwners
        for (kind, list) in Self.owned {
            for (index, item) in delivery.list(kind, list).enumerated() {
                guard let owner = item["owner"]?.stringValue, !owner.isEmptyTalk else { continue }
                let plain = owner.trimmed.lowercased()
                if Self.nobody.contains(plain) {
                    find(
                        .ownerNamed, .high, part: delivery.part(kind),
                        place: "/\(list)/\(index)/owner", "“\(owner)” is nobody",
                        satisfy: "name a person, a team or a role")
                } else if isBuiltIn, !known.contains(plain),
                    !plain.components(separatedBy: ", ").allSatisfy(known.contains)
                {
                    find(
                        .ownerNamed, authored, part: delivery.part(kind),
                        place: "/\(list)/\(index)/owner",
                        "“\(owner)” is no owner that the brief names",
                        satisfy: "name an owner of the brief: \(packet.serviceOwner) or"
                            + " \(packet.escalationOwner)")
                }
            }
        }
    }

    private var knownOwners: Set<String> {
        let view = PacketView(origin)
        let stated = (origin["owners"]?.objectValue?.members ?? []).compactMap {
            $0.value.stringValue
        }
        return Set(
            (stated + [view.serviceOwner, view.escalationOwner, subjectAgent]
                + ["service owner", "operator"]
                + view.list("/route/reasons").compactMap { $0["agent"]?.stringValue }
                + (origin["upstream"]?.arrayValue ?? []).compactMap { $0["agent"]?.stringValue })
                .map { $0.trimmed.lowercased() })
    }

    /// The severity of each risk is what its likelihood and its impact make of it.
    mutating func checkRatings() {
        let part = delivery.part("risk_register")
        for (index, risk) in delivery.list("risk_register", "risks").enumerated() {
            guard let severity = Severity(rawValue: risk["severity"]?.stringValue ?? ""),
                let likelihood = Severity(rawValue: risk["likelihood"]?.stringValue ?? "")
            else { continue }
            if let text = risk["impact_level"]?.stringValue {
                guard let impact = Impact(rawValue: text) else { continue }
                let rated = RiskMatrix.severity(likelihood: likelihood, impact: impact)
                if rated != severity {
                    find(
                        .riskSeverity, authored, part: part, place: "/risks/\(index)/severity",
                        "likelihood \(likelihood.rawValue) and impact \(impact.rawValue) make"
                            + " \(rated.rawValue), not \(severity.rawValue)",
                        satisfy: "state \(rated.rawValue), or correct likelihood or impact")
                }
            } else if isBuiltIn {
                find(
                    .riskSeverity, authored, part: part, place: "/risks/\(index)/impact_level",
                    "the impact has no level", satisfy: "state impact_level")
            } else if RiskMatrix.impact(severity: severity, likelihood: likelihood) == nil {
                find(
                    .riskSeverity, .medium, part: part, place: "/risks/\(index)/severity",
                    "no impact makes a risk of likelihood \(likelihood.rawValue)"
                        + " \(severity.rawValue)",
                    satisfy: "correct severity or likelihood")
            }
            let text = risk["risk"]?.stringValue?.trimmed ?? ""
            for member in ["mitigation", "impact", "trigger"]
            where risk[member]?.stringValue?.trimmed == text {
                find(
                    .riskManageable, authored, part: part, place: "/risks/\(index)/\(member)",
                    "the \(member) repeats the risk", satisfy: "state the \(member)")
            }
        }
    }

    // MARK: checks

    /// Words for methods and times that commit to nothing.
    private static let vague: Set<String> = [
        "as usual", "as always", "later", "sometime", "some time", "soon", "eventually",
        "when there is time", "regularly", "works well", "it works", "quality", "somehow",
        "when it is done", "when done", "done", "finished", "ok", "good", "acceptable",
        "acceptable level", "fast", "as needed", "as required", "if needed",
    ]

    /// Units in base form, as the documents store them.
    private static let strayUnits: Set<String> = [
        "ms", "msec", "millisecond", "milliseconds", "min", "minute", "minutes", "h", "hour",
        "hours", "d", "day", "days", "%", "percent", "kib", "mib", "gib",
    ]

    /// A check fails in the direction in which things go wrong, and says nothing vague.
    mutating func checkDirections() {
        let part = delivery.part("validation_checklist")
        for (index, check) in delivery.list("validation_checklist", "checks").enumerated() {
            for member in ["metric", "method", "when"] {
                let text = check[member]?.stringValue ?? ""
                guard Self.vague.contains(text.withoutFullStop.lowercased()) else { continue }
                find(
                    .checkMeasurable, authored, part: part, place: "/checks/\(index)/\(member)",
                    "“\(text)” says no \(member)", satisfy: "state the \(member)")
            }
            let unit = check["unit"]?.stringValue ?? ""
            if isBuiltIn, Self.strayUnits.contains(unit.lowercased()) {
                find(
                    .checkMeasurable, authored, part: part, place: "/checks/\(index)/unit",
                    "\(unit) is no base unit", satisfy: "state seconds, a ratio or bytes")
            }
            checkDirection(check, unit, part: part, place: "/checks/\(index)/comparator")
        }
        for (index, step) in delivery.list("execution_plan", "steps").enumerated() {
            let text = step["done_when"]?.stringValue ?? ""
            guard Self.vague.contains(text.withoutFullStop.lowercased()) else { continue }
            find(
                .stepOwned, authored, part: delivery.part("execution_plan"),
                place: "/steps/\(index)/done_when", "“\(text)” says no end",
                satisfy: "say what can be seen when the step is done")
        }
    }

    /// Times and failures are bounded from above, successes from below.
    private mutating func checkDirection(
        _ check: JSONValue, _ unit: String, part: String, place: String
    ) {
        // What the brief itself demands in these words has the direction that it demands.
        let traces = Router.texts(check["traces"])
        let isDemanded = delivery.list("objective_snapshot", "acceptance_criteria").contains {
            guard let id = $0["id"]?.stringValue, traces.contains(id),
                let reading = $0["text"]?.stringValue.flatMap({ CriterionReader.read($0) })
            else { return false }
            return reading.comparator == check["comparator"]?.stringValue
                && reading.unit == unit && reading.threshold == check["threshold"]?.doubleValue
        }
        guard !isDemanded else { return }
        let metric = (check["metric"]?.stringValue ?? "").lowercased()
        let comparator = check["comparator"]?.stringValue ?? ""
        let isFloor = comparator.hasPrefix(">")
        let isCeiling = comparator.hasPrefix("<")
        let isLoss = ["fail", "error", "lost", "duplicate", "utilis"].contains(
            where: metric.contains)
        let isGain =
            !isLoss && ["availab", "good requests", "success"].contains { metric.contains($0) }
        let isTime = unit == "s" && !metric.contains("between") && !metric.contains("retention")
        let isWindow = ["window", "timeout", "kept"].contains { metric.contains($0) }
        if isTime, isFloor, !isWindow {
            find(
                .checkDirection, authored, part: part, place: place,
                "a time that must be at least so long", satisfy: "compare with <=")
        } else if isLoss, isFloor, unit == "ratio" {
            find(
                .checkDirection, authored, part: part, place: place,
                "a share of failures that must be at least so large", satisfy: "compare with <=")
        } else if isGain, isCeiling, unit == "ratio" {
            find(
                .checkDirection, authored, part: part, place: place,
                "an availability that must be at most so large", satisfy: "compare with >=")
        }
    }

    /// Traces lead both ways: each check is there for something that was demanded or feared, and
    /// each requirement comes from somewhere.
    mutating func checkTraces() {
        let part = delivery.part("validation_checklist")
        for (index, check) in delivery.list("validation_checklist", "checks").enumerated()
        where Router.texts(check["traces"]).isEmpty && isBuiltIn {
            find(
                .checkTraced, authored, part: part, place: "/checks/\(index)/traces",
                "“\(check["metric"]?.stringValue ?? "")” is checked for nothing that was demanded",
                satisfy: "trace it to a criterion, a requirement or a risk, or leave it out")
        }
        let snapshot = delivery.part("objective_snapshot")
        for (index, item) in delivery.list("objective_snapshot", "requirements").enumerated() {
            guard let source = item["source"]?.stringValue, source.hasPrefix("/"),
                origin.value(at: source) == nil
            else { continue }
            find(
                .requirementSource, omission, part: snapshot,
                place: "/requirements/\(index)/source",
                "\(source) leads nowhere in the packet", satisfy: "point to what demands it")
        }
    }
}
