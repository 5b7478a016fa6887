// Planted defects: one change to a good delivery each, and the rule that must find it.

import BatonAgents
import BatonBrief
import JSON
import Testing

/// One defect.
struct Mutation: Sendable, CustomTestStringConvertible {
    enum Edit: Sendable {
        case set(JSONValue)
        case remove
        /// Appends to a text.
        case append(String)
        /// Multiplies a number.
        case scale(Double)
    }

    let name: String
    let part: String
    let pointer: String
    let edit: Edit
    let rule: String

    init(_ name: String, _ part: String, _ pointer: String, _ edit: Edit, _ rule: String) {
        self.name = name
        self.part = part
        self.pointer = pointer
        self.edit = edit
        self.rule = rule
    }

    var testDescription: String { name }

    func applied(to document: JSONValue) throws -> JSONValue {
        let steps = pointer.split(separator: "/").map(String.init)
        return try change(document, steps[...])
    }

    private func change(_ value: JSONValue, _ steps: ArraySlice<String>) throws -> JSONValue {
        guard let step = steps.first else { return try edited(value) }
        if case .array(var list) = value {
            // `id=x` selects the first element with that id, `owner=y` that of this owner.
            let named = step.split(separator: "=", maxSplits: 1).map(String.init)
            let found =
                named.count == 2
                ? list.firstIndex { $0[named[0]]?.stringValue == named[1] } : Int(step)
            let index = try #require(found, "no \(step)")
            try #require(list.indices.contains(index), "no \(step)")
            if steps.count == 1, case .remove = edit {
                list.remove(at: index)
            } else {
                list[index] = try change(list[index], steps.dropFirst())
            }
            return .array(list)
        }
        var result = value
        if steps.count == 1, case .remove = edit {
            result[step] = nil
        } else {
            result[step] = try change(value[step] ?? .null, steps.dropFirst())
        }
        return result
    }

    private func edited(_ value: JSONValue) throws -> JSONValue {
        switch edit {
        case .set(let new): new
        case .append(let text): .string((value.stringValue ?? "") + text)
        case .scale(let factor): .number(try #require(value.doubleValue) * factor)
        case .remove: value
        }
    }
}

@Suite("Quality gate")
struct QualityMutationTests {
    static let analysis = "analysis.json"
    static let snapshot = "objective_snapshot.json"
    static let plan = "execution_plan.json"
    static let risks = "risk_register.json"
    static let checks = "validation_checklist.json"
    static let handoff = "handoff_packet.json"
    static let minutes = "/quantities/id=error_budget.minutes"

    static let figures: [Mutation] = [
        Mutation(
            "a wrong value", analysis, minutes + "/value", .scale(1.001), "quantity-recomputed"),
        Mutation(
            "a value off by 1e-6", analysis, minutes + "/value", .scale(1.000001),
            "quantity-recomputed"),
        Mutation(
            "a nine too many in an availability", analysis,
            "/quantities/id=availability.dependencies/value", .set(0.99999), "quantity-recomputed"),
        Mutation(
            "another figure shown", analysis, minutes + "/shown", .set("34.2 min"), "quantity-shown"
        ),
        Mutation(
            "a promise shown too high", analysis,
            "/quantities/id=availability.attainable/shown", .set("99.99 %"), "quantity-shown"),
        Mutation("another unit", analysis, minutes + "/unit", .set("s"), "quantity-unit"),
        Mutation(
            "an unknown formula", analysis, minutes + "/formula", .set("budget-x"),
            "quantity-formula"),
        Mutation(
            "the wrong formula for the inputs", analysis, minutes + "/formula", .set("series"),
            "quantity-recomputed"),
        Mutation(
            "a pointer that leads nowhere", analysis, minutes + "/inputs/0/pointer",
            .set("/inputs/slo/uptime"), "input-exists"),
        Mutation(
            "a pointer to another input", analysis, minutes + "/inputs/0/pointer",
            .set("/inputs/own_availability"), "quantity-recomputed"),
        Mutation(
            "a reference to a quantity that is not there", analysis,
            "/quantities/id=availability.attainable/inputs/1/quantity", .set("availability.all"),
            "input-exists"),
        Mutation(
            "a value without an assumption", analysis,
            "/quantities/id=alert.page_1h.burn/inputs/0/assumption", .remove, "input-assumed"),
        Mutation(
            "an assumed value that is not listed", analysis,
            "/quantities/id=alert.page_1h.burn/inputs/0/assumption", .set("A99"), "input-assumed"),
        Mutation(
            "an input left out", analysis, minutes + "/inputs/1", .remove, "quantity-recomputed"),
        Mutation(
            "more confidence than a report allows", analysis,
            "/quantities/id=error_budget.requests/confidence", .set(0.9), "confidence-ceiling"),
        Mutation(
            "a ceiling above that of the inputs", analysis,
            "/quantities/id=error_budget.requests/ceiling", .set(0.9), "confidence-ceiling"),
        Mutation(
            "a fitted quantile sold as computed", analysis,
            "/quantities/id=timeout.1.psp-a/evidence", .set("computed"), "confidence-ceiling"),
        Mutation(
            "an assumption above its ceiling", snapshot, "/assumptions/0/confidence", .set(0.99),
            "confidence-ceiling"),
        Mutation(
            "an assumption without a reason", snapshot, "/assumptions/0/rationale", .set("n/a"),
            "assumption-rationale"),
    ]

    static let words: [Mutation] = [
        Mutation("a risk without an owner", risks, "/risks/0/owner", .set("-"), "risk-manageable"),
        Mutation(
            "a risk without a trigger", risks, "/risks/1/trigger", .set("unknown"),
            "risk-manageable"),
        Mutation("a risk without a mitigation", risks, "/risks/0/mitigation", .set(""), "shape"),
        Mutation("a risk without a severity", risks, "/risks/0/severity", .remove, "shape"),
        Mutation(
            "a severity that does not exist", risks, "/risks/0/severity", .set("bad"), "shape"),
        Mutation("no risks at all", risks, "/risks", .set([]), "shape"),
        Mutation("a step without an owner", plan, "/steps/0/owner", .set("nobody"), "step-owned"),
        Mutation("a step without an end", plan, "/steps/0/done_when", .set("?"), "step-owned"),
        Mutation("steps in a circle", plan, "/steps/0/depends_on", .set(["S7"]), "step-order"),
        Mutation(
            "a step after one that is not there", plan, "/steps/1/depends_on", .set(["S77"]),
            "shape"),
        Mutation(
            "a decision without alternatives", plan, "/decisions/0/alternatives",
            .set("none stated"), "decision-alternatives"),
        Mutation(
            "a decision without a reason", plan, "/decisions/0/rationale", .set("—"),
            "decision-rationale"),
        Mutation("two steps with one id", plan, "/steps/1/id", .set("S1"), "shape"),
        Mutation("a placeholder in a step", plan, "/steps/2/detail", .set("TBD"), "no-placeholder"),
        Mutation(
            "a placeholder in a section", analysis, "/sections/0/text", .append(" TODO: explain."),
            "no-placeholder"),
        Mutation(
            "filler text", handoff, "/summary", .set("Lorem ipsum dolor sit amet."),
            "no-placeholder"),
        Mutation(
            "a private key", handoff, "/summary", .append(" -----BEGIN RSA PRIVATE KEY-----"),
            "no-secret"),
        Mutation(
            "an AWS key", analysis, "/sections/0/text", .append(" AKIA" + "ABCDEFGHIJKLMNOP"),
            "no-secret"),
        Mutation(
            "a GitHub token", plan, "/steps/0/detail",
            .append(" ghp_" + String(repeating: "a1", count: 18)), "no-secret"),
    ]

    static let traces: [Mutation] = [
        Mutation(
            "a criterion without a check", checks, "/checks", .set(someCheck), "criterion-checked"),
        Mutation(
            "a check looser than its criterion", checks, "/checks/id=C3/threshold", .set(1.5),
            "criterion-checked"),
        Mutation(
            "a check that traces nothing known", checks, "/checks/0/traces", .set(["AC42"]),
            "trace-exists"),
        Mutation(
            "a threshold in words", checks, "/checks/0/threshold", .set("high"),
            "check-measurable"),
        Mutation("a check without a unit", checks, "/checks/0/unit", .set(""), "check-measurable"),
        Mutation(
            "a check without a method", checks, "/checks/0/method", .set("n/a"),
            "check-measurable"),
        Mutation(
            "an acceptance criterion dropped", snapshot, "/acceptance_criteria/4", .remove,
            "scope-kept"),
        Mutation(
            "a constraint dropped", snapshot, "/constraints/security", .set("none stated"),
            "scope-kept"),
        Mutation(
            "another objective", snapshot, "/objective", .set("Something easier"), "scope-kept"),
        Mutation("another agent's name", risks, "/agent", .set("backend.other"), "scope-kept"),
        Mutation("another task's number", plan, "/task", .set("t-99"), "scope-kept"),
        Mutation(
            "a handover to itself", handoff, "/to", .set("backend.api_reliability"), "scope-kept"),
        Mutation("another format", handoff, "/format", .set("baton.handoff/9"), "shape"),
    ]

    static let someCheck: JSONValue = [
        [
            "id": "C1", "traces": ["AC1"], "metric": "p99", "comparator": "<=", "threshold": 0.8,
            "unit": "s", "method": "measure", "when": "always", "owner": "team",
        ]
    ]

    /// Made once: every mutation starts from the same bytes.
    private static let original = Result<(desk: Desk, item: Delivered), any Error> {
        let desk = try Desk(Repository.brief("payment-capture.md"))
        return (desk, try desk.delivered("backend.api_reliability", task: "t-5"))
    }

    private func good() throws -> (desk: Desk, item: Delivered) { try Self.original.get() }

    @Test("a planted defect is rejected by its rule", arguments: figures + words + traces)
    func defects(_ mutation: Mutation) throws {
        var (desk, item) = try good()
        let index = try #require(item.parts.firstIndex { $0.name == mutation.part })
        let original = try JSONValue(parsing: item.parts[index].bytes)
        let changed = try mutation.applied(to: original)
        try #require(changed != original, "the mutation changes something")
        item.parts[index].bytes = changed.encoded()

        let verdict = try desk.review(item)

        let findings = verdict["findings"]?.arrayValue ?? []
        #expect(verdict["verdict"] == "rejected")
        #expect(
            findings.contains { $0["rule"]?.stringValue == mutation.rule },
            "\(findings.map { $0["rule"]?.stringValue ?? "" })")
        #expect(findings.allSatisfy { !($0["satisfy"]?.stringValue ?? "").isEmpty })
    }

    @Test(
        "a missing part is rejected, an analysis included",
        arguments: [
            "objective_snapshot.json", "execution_plan.json", "risk_register.json",
            "validation_checklist.json", "handoff_packet.json", "analysis.json",
        ])
    func missing(_ name: String) throws {
        var (desk, item) = try good()
        item.parts.removeAll { $0.name == name }

        let verdict = try desk.review(item)

        #expect(verdict["verdict"] == "rejected")
        #expect(verdict.value(at: "/findings/0/rule") == "complete")
    }

    @Test("a part that is no JSON is rejected with its place")
    func broken() throws {
        var (desk, item) = try good()
        item.parts[2].bytes = Array("{\"format\": ".utf8)

        let verdict = try desk.review(item)

        #expect(verdict["verdict"] == "rejected")
        #expect(verdict.value(at: "/findings/0/place")?.stringValue?.contains("line 1") ?? false)
    }

    @Test("an answer that is not carried on is rejected")
    func forgottenAnswer() throws {
        var desk = try Desk(Repository.brief("checkout-blocked.md"))
        let question = try #require(try desk.work("backend.api_reliability").escalation)
        desk.answer(question, option: "a")
        var item = try desk.delivered("backend.api_reliability", task: "t-5")
        let index = try #require(item.parts.firstIndex { $0.name == "handoff_packet.json" })
        var handoff = try JSONValue(parsing: item.parts[index].bytes)
        handoff["answers"] = "none stated"
        item.parts[index].bytes = handoff.encoded()

        let verdict = try desk.review(item)

        #expect(verdict.value(at: "/findings/0/rule") == "answer-cited")
    }

    @Test("a brief about a to-do list may speak of TODO")
    func ownWords() throws {
        var brief = try Repository.brief("payment-capture.md")
        brief["objective"] = "The TODO app keeps its promise"
        let desk = try Desk(brief)

        let verdict = try desk.review(try desk.delivered("backend.api_reliability", task: "t-5"))

        #expect(verdict["verdict"] == "accepted")
    }

    static let markdown = """
        # Objective snapshot
        - Objective: Payment capture survives the outage of one payment provider without losing \
        or doubling a capture

        # Execution plan
        1. Draw the data flow; owner: ann; done when: the drawing is reviewed
        2. List the trust boundaries; owner: ann; done when: each has a control

        # Risk register
        | Risk | Severity | Likelihood | Impact | Mitigation | Owner | Trigger |
        |---|---|---|---|---|---|---|
        | Keys in logs | high | medium | Keys leak | Redact at the logger | ann | A key in a line |

        # Validation checklist
        - C1: Secrets found in logs <= 0; method: scan the logs of a day; when: weekly; owner: ann

        # Handoff packet
        - To: none stated
        - Summary: Two boundaries, one risk, one check.
        - Next steps: redact the logs
        """

    @Test("a Markdown delivery of an agent of one's own needs no figures and no analysis")
    func ownAgent() throws {
        let desk = try Desk(Repository.brief("payment-capture.md"))
        let item = Delivered(
            task: "t-12", agent: "security.reviewer", title: "Review",
            parts: [("deliverables.md", Array(Self.markdown.utf8))])

        let verdict = try desk.review(item)

        #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
    }

    @Test("a placeholder in a Markdown delivery is found with its line")
    func ownAgentPlaceholder() throws {
        let desk = try Desk(Repository.brief("payment-capture.md"))
        let text = Self.markdown + "\n- Next steps: TBD\n"
        let item = Delivered(
            task: "t-12", agent: "security.reviewer", title: "Review",
            parts: [("deliverables.md", Array(text.utf8))])

        let verdict = try desk.review(item)

        #expect(verdict["verdict"] == "rejected")
        #expect(
            verdict["findings"]?.arrayValue?.contains {
                $0["rule"] == "no-placeholder"
                    && $0["place"]?.stringValue?.hasPrefix("line ") ?? false
            } ?? false)
    }
}
