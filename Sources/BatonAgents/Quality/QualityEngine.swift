// core.quality: judges a delivery by rules with names, and says what would satisfy each.
// It derives every figure again; it never trusts a number because it is printed.

import JSON

/// The engine of `core.quality`.
package struct QualityEngine: Engine {
    package let agentID = "core.quality"
    private let stepsMax: Int

    /// - Parameter stepsMax: steps of work that a review may take, `reviewStepsMax`.
    package init(stepsMax: Int = ReviewWork.stepsMax) { self.stepsMax = stepsMax }

    package func run(_ input: EngineInput) -> EngineOutcome {
        let packet = PacketView(input.packet)
        guard packet.kind == "review", let subject = packet.document["subject"],
            subject.objectValue != nil
        else {
            return .fail(message: "\(agentID) takes review tasks with a subject")
        }
        var review = Review(
            packet: packet, subject: subject, parts: input.parts, card: input.card,
            work: ReviewWork(limit: stepsMax))
        review.run()
        return .deliver([EnginePart(name: "verdict.json", value: review.verdict)])
    }
}

/// A reason of the verdict.
struct ReviewFinding: Sendable, Hashable {
    let rule: String
    let severity: Severity
    let part: String
    let place: String
    let message: String
    let satisfy: String

    var json: JSONValue {
        [
            "rule": .string(rule), "severity": .string(severity.rawValue), "part": .string(part),
            "place": .string(place), "message": .string(message), "satisfy": .string(satisfy),
        ]
    }
}

/// One review: the delivery, and what was found.
struct Review {
    let packet: PacketView
    /// The packet that the subject worked from: the same, with the subject's inputs.
    let origin: JSONValue
    /// The delivery's task, as the packet describes it.
    let subject: JSONValue
    let subjectTask: String
    let subjectAgent: String
    let delivery: DeliverySet
    /// All parts of the delivery as text, for searches.
    let texts: [(part: String, text: String)]
    private(set) var findings: [ReviewFinding] = []
    var quantitiesChecked = 0
    var work: ReviewWork
    /// The artifacts of the brief and what programs said of it: sources of names and numbers.
    let materials: [String]
    /// The words of the agents' cards that came with the review.
    let cardTexts: [String]

    init(
        packet: PacketView, subject: JSONValue, parts: [String: [UInt8]], card: JSONValue,
        work: ReviewWork
    ) {
        self.packet = packet
        self.work = work
        cardTexts = [card["description"]?.stringValue ?? ""]
        self.subject = subject
        subjectTask = subject["task"]?.stringValue ?? "t-0"
        subjectAgent = subject["agent"]?.stringValue ?? ""
        var origin = packet.document
        if let inputs = subject["packet_inputs"] { origin["inputs"] = inputs }
        self.origin = origin
        materials = parts.keys.filter { $0.hasPrefix("artifacts/") || $0.hasPrefix("context/") }
            .sorted().map { String(decoding: parts[$0] ?? [], as: UTF8.self) }
        let names = (subject["parts"]?.arrayValue ?? []).compactMap(\.stringValue)
        delivery = DeliverySet(
            names: names, prefix: "subject/", parts: parts, agent: subjectAgent, task: subjectTask,
            packet: origin)
        texts = names.compactMap { name in
            parts[name].map {
                (
                    name.hasPrefix("subject/") ? String(name.dropFirst(8)) : name,
                    String(decoding: $0, as: UTF8.self)
                )
            }
        }
    }

    /// Runs every rule. What has no valid shape is not judged further, so that one mistake is one
    /// finding.
    mutating func run() {
        let rules: [(inout Review) -> Void] = [
            { $0.checkCompleteness() }, { $0.checkShapes() }, { $0.checkCoverage() },
            { $0.checkAsked() },
            { $0.checkScope() }, { $0.checkLimits() }, { $0.checkQuantities() },
            { $0.checkPlots() }, { $0.checkAssumptions() }, { $0.checkEvidence() },
            { $0.checkCriteria() }, { $0.checkDirections() }, { $0.checkTraces() },
            { $0.checkRisks() }, { $0.checkRatings() }, { $0.checkOwners() },
            { $0.checkSteps() }, { $0.checkDecisions() }, { $0.checkAnswers() },
            { $0.checkAnswersExist() }, { $0.checkWithin() }, { $0.checkAcross() },
            { $0.checkPlaceholders() }, { $0.checkHedging() }, { $0.checkSecrets() },
            { $0.checkCommands() }, { $0.checkFacts() }, { $0.checkLanguage() },
        ]
        for rule in rules { rule(&self) }
    }

    /// Whether the delivery was made by an engine, which owes an analysis and a number for each
    /// criterion. An id alone does not tell: a card may give the id of an engine a brain or worker
    /// of one's own, and that one is known by the text it wrote, which no engine delivers.
    var isBuiltIn: Bool {
        EngineCatalog.engine(for: subjectAgent) != nil && !delivery.isWritten
    }

    /// How much it weighs when something is not stated that an engine always knows, and another
    /// agent may have no way to: with those it is a remark.
    var omission: Severity { isBuiltIn ? .high : .medium }

    /// How much it weighs what stands in one entry or sentence. A specialist's engine writes each
    /// of them itself; the closing repeats what other agents wrote, and cannot mend it.
    var authored: Severity {
        isBuiltIn && subjectAgent != "core.orchestrator" ? .high : .medium
    }

    mutating func find(
        _ rule: QualityRule, _ severity: Severity, part: String, place: String, _ message: String,
        satisfy: String
    ) {
        // A verdict holds 1,024 findings at most; whoever made more has enough to do with these.
        guard findings.count < 200 else { return }
        let finding = ReviewFinding(
            rule: rule.rawValue, severity: severity, part: part, place: place, message: message,
            satisfy: satisfy)
        if !findings.contains(finding) { findings.append(finding) }
    }

    /// verdict.json: rejected when a finding is high or critical.
    var verdict: JSONValue {
        let isRejected = findings.contains { $0.severity >= .high }
        let serious = findings.count { $0.severity >= .high }
        let summary =
            isRejected
            ? "\(serious) of \(findings.count)"
                + " \(findings.count == 1 ? "finding" : "findings") must be mended before this is"
                + " accepted."
            : findings.isEmpty
                ? "Every rule holds; \(quantitiesChecked) figures were derived again."
                : "Accepted with \(findings.count) \(findings.count == 1 ? "remark" : "remarks");"
                    + " \(quantitiesChecked) figures were derived again."
        return [
            "format": "baton.verdict/1", "verdict": .string(isRejected ? "rejected" : "accepted"),
            "subject": .string(subjectTask), "findings": .array(findings.map(\.json)),
            "checked": [
                "quantities": .integer(Int64(quantitiesChecked)),
                "rules": .integer(Int64(QualityRule.allCases.count)),
            ],
            "summary": .string(summary),
        ]
    }
}
