// One example, run: the card's brain on its packet, the delivery checked as a worker and the
// quality gate check it, and compared with what was recorded.
import BatonAgentKit
import BatonAgents
import BatonBrief
import BatonPlatform
import BatonWire
import CommandTree
import JSON
import PlainText

/// What came of an example.
struct AgentExampleRun {
    let name: String
    /// `delivered`, `escalated` or `failed`; nil when it could not be run.
    private(set) var outcome: String?
    /// What schemas, rules and checks find wrong, or why it could not be run.
    private(set) var findings: [String] = []
    private(set) var differences: [ExampleDifference] = []
    /// Whether the golden files were written.
    private(set) var isRecorded = false

    var hasPassed: Bool { findings.isEmpty && differences.isEmpty }

    /// - Parameters:
    ///   - isRecording: writes the golden files instead of comparing with them.
    init(
        _ name: String, in place: String, of card: Card, handler: any AgentHandler,
        attemptTimeout: Duration, isRecording: Bool
    ) {
        self.name = name
        do throws(CommandFailure) {
            let example = try AgentExample(name, in: place, of: card)
            let trial = HandlerTrial(
                handler, isReviewed: card.isReviewed, attemptTimeout: attemptTimeout)
            try run(example, trial, isReviewed: card.isReviewed, isRecording: isRecording)
        } catch {
            findings =
                [error.message]
                + error.problems.map { problem in
                    let place = problem.line.map { "line \($0): " } ?? ""
                    let more = problem.suggestion.map { "; \($0)" } ?? ""
                    return "\(place)\(problem.subject) \(problem.message)\(more)"
                }
        }
    }

    private mutating func run(
        _ example: AgentExample, _ trial: HandlerTrial, isReviewed: Bool, isRecording: Bool
    ) throws(CommandFailure) {
        let end: AttemptEnd
        do {
            (end, findings) = try trial.run(on: example.packet)
        } catch {
            findings = ["the brain failed: \(error)"]
            return
        }
        let found = Self.files(of: end)
        outcome = found.outcome
        switch end {
        case .deliver(let parts) where findings.isEmpty:
            findings = ExampleReview.findings(
                of: parts, for: example.packet.handoff, isReviewed: isReviewed)
        case .fail(_, _, _, let message) where example.checks == nil:
            // A brain that is not there fails too: only checks can say that one has to.
            findings.append("the attempt fails: \(message)")
        case .deliver, .fail, .escalate, .release: break
        }
        if let checks = example.checks {
            findings += ExampleChecks.failures(checks, outcome: found.outcome, files: found.files)
        }
        guard !isRecording || example.checks != nil else {
            // What is wrong is not worth keeping.
            if findings.isEmpty { try record(found.files, in: example) }
            return
        }
        if let golden = example.golden {
            differences = ExampleDifference.list(expected: golden, found: found.files)
        } else if example.checks == nil {
            findings.append("nothing is recorded: neither golden nor checks.json is there")
        }
    }

    private mutating func record(
        _ files: [AgentExample.NamedBytes], in example: AgentExample
    ) throws(CommandFailure) {
        let folder = "\(example.folder)/golden"
        // Names that nobody reads as an example. Whenever this is interrupted, what was recorded
        // before is whole: under its own name, or the old one beside the new one.
        let (new, old) = ("\(example.folder)/.golden.new", "\(example.folder)/.golden.old")
        try done { () throws(SystemError) in
            try Files.removeTree(new)
            for file in files {
                let path = "\(new)/\(file.name)"
                try Files.makeDirectory(Files.parent(of: path))
                try Files.writeAtomically(file.bytes, to: path)
            }
            if try Files.exists(folder) {
                try Files.removeTree(old)
                try Files.rename(folder, to: old)
            }
            try Files.rename(new, to: folder)
            try Files.removeTree(old)
        }
        isRecorded = true
    }

    /// The end of an attempt as files: the parts, or one document for an escalation or a failure.
    /// What a run cost is left out, for no two runs cost the same.
    private static func files(
        of end: AttemptEnd
    ) -> (outcome: String, files: [AgentExample.NamedBytes]) {
        switch end {
        case .deliver(let parts):
            let kept = parts.filter { $0.name != CommandUsage.partName }
            return ("delivered", kept.map { ($0.name, readable($0.name, $0.body)) })
        case .escalate(let document):
            return ("escalated", [("escalation.json", readable("escalation.json", document))])
        case .fail(let isRetryable, _, let code, let message):
            var failure = JSONObject([("message", .string(message))])
            failure["code"] = code.map { .string($0) }
            failure["retryable"] = .bool(isRetryable)
            let bytes = [UInt8](JSONValue.object(failure).prettyPrinted().utf8)
            return ("failed", [("failure.json", bytes)])
        case .release:
            return ("failed", [])
        }
    }

    /// People read golden files and their changes.
    private static func readable(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        guard name.hasSuffix(".json"), let value = try? JSONValue(parsing: bytes) else {
            return bytes
        }
        return [UInt8](value.prettyPrinted().utf8)
    }

    // MARK: - Showing

    var json: JSONValue {
        [
            "example": .string(name), "passed": .bool(hasPassed), "recorded": .bool(isRecorded),
            "outcome": outcome.map { .string($0) } ?? .null,
            "findings": JSONValue(texts: findings),
            "differences": .array(differences.map(\.json)),
        ]
    }

    func text(_ paint: Paint) -> String {
        let word =
            !hasPassed
            ? paint.red("fails") : isRecorded ? paint.yellow("recorded") : paint.green("holds")
        let lines = findings + differences.map(\.text)
        return
            (["  \(word)  \(name)\(outcome.map { " (\($0))" } ?? "")"]
            + lines.map { "    " + Prose.harmless($0) }).joined(separator: "\n")
    }
}

/// What the quality gate would say to a delivery.
enum ExampleReview {
    /// The findings that would reject it; none for tasks that are not reviewed.
    static func findings(
        of parts: [Parcel.Part], for packet: HandoffPacket, isReviewed: Bool
    ) -> [String] {
        switch packet.kind {
        case .work, .close: break
        case .direct: guard isReviewed else { return [] }
        case .plan, .review: return []
        }
        var document = packet.document
        var bodies = packet.parts
        for part in parts { bodies[PacketAssembler.subjectPart(part.name)] = part.body }
        document["subject"] = [
            "task": .string(packet.taskID), "agent": .string(packet.agent),
            "attempt": .integer(Int64(packet.attempt)), "title": .string(packet.title),
            "instructions": .string(packet.instructions),
            "parts": JSONValue(texts: parts.map { PacketAssembler.subjectPart($0.name) }),
            "packet_inputs": packet.inputs,
        ]
        document["subject"]?["deliver"] = packet.document.value(at: "/task/deliver")
        document["task"] = [
            "id": "t-0", "kind": "review", "agent": "core.quality", "title": "review",
            "instructions": "", "attempt": 1, "rejections": 0,
        ]
        let input = EngineInput(packet: document, parts: bodies, card: .object(JSONObject()))
        guard case .deliver(let made) = QualityEngine().run(input),
            let verdict = made.first(where: { $0.name == Deliverables.verdictName })?.value,
            verdict["verdict"]?.stringValue == "rejected"
        else { return [] }
        return (verdict["findings"]?.arrayValue ?? []).filter {
            ["high", "critical"].contains($0["severity"]?.stringValue)
        }.map { finding in
            func text(_ key: String) -> String { finding[key]?.stringValue ?? "" }
            return "\(text("part")) \(text("place")): \(text("message")); \(text("satisfy"))"
                + " (\(text("rule")))"
        }
    }
}

/// `checks.json`: what must hold where no two runs say the same.
enum ExampleChecks {
    /// What does not hold, one text each.
    static func failures(
        _ checks: JSONValue, outcome: String, files: [AgentExample.NamedBytes]
    ) -> [String] {
        var failures: [String] = []
        let wanted = checks["outcome"]?.stringValue ?? ""
        if outcome != wanted { failures.append("the outcome is \(outcome), not \(wanted)") }
        for check in checks["checks"]?.arrayValue ?? [] {
            let name = check["part"]?.stringValue ?? ""
            let pointer = check["pointer"]?.stringValue
            let place = "\(name)\(pointer.map { " \($0)" } ?? "")"
            guard let bytes = files.first(where: { $0.name == name })?.bytes else {
                failures.append("\(name) is not there")
                continue
            }
            let document = try? JSONValue(parsing: bytes)
            let value = document?.value(at: pointer ?? "")
            if pointer != nil, value == nil {
                failures.append("\(place) is not there")
                continue
            }
            if let equals = check["equals"], value != equals {
                failures.append(
                    "\(place) is \(value?.shownInMessage ?? "no JSON"), not"
                        + " \(equals.shownInMessage)")
            }
            if let least = check["items_min"]?.integerValue {
                let count = value?.arrayValue?.count ?? 0
                if count < least {
                    failures.append("\(place) has \(count) items, not \(least) or more")
                }
            }
            if let words = check["contains"]?.stringValue {
                let text =
                    pointer == nil
                    ? String(decoding: bytes, as: UTF8.self)
                    : value?.stringValue ?? value?.encodedText ?? ""
                if !text.contains(words) { failures.append("\(place) does not contain \(words)") }
            }
        }
        return failures
    }
}
