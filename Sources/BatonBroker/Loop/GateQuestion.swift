// The question that the gate asks after the last rejection: what people decide when author and
// reviewer cannot agree.

import BatonBrief
import BatonCore
import JSON

struct GateQuestion {
    let document: EscalationDocument

    init?(verdict: VerdictDocument, subject: TaskRecord?) {
        guard let subject else { return nil }
        let findings = verdict.findings.prefix(16).map { finding in
            "[\(finding.severity)] \(finding.part) \(finding.place): \(finding.message); "
                + "satisfied by: \(finding.satisfy)"
        }
        let rest = verdict.findings.count - findings.count
        let list = findings.joined(separator: "\n") + (rest > 0 ? "\nand \(rest) more" : "")
        document = EscalationDocument(
            blocker:
                "\(subject.id) of \(subject.agent) was rejected \(subject.rejections + 1) times; "
                + "the last findings:\n\(list)",
            impact: "Everything that depends on \(subject.id) waits.",
            options: [
                EscalationOption(
                    id: "revise-again", label: "Let \(subject.agent) try again with the findings",
                    tradeoffs: "Costs further attempts; helps when the findings can be met.",
                    effect: .revise(instructions: "Meet every finding of the last verdict.")),
                EscalationOption(
                    id: "accept", label: "Accept the delivery with a recorded exception",
                    tradeoffs: "The findings stay unmet; the exception stands in the record.",
                    effect: .accept),
                EscalationOption(
                    id: "cancel", label: "Cancel the task and what depends on it",
                    tradeoffs: "The brief ends without this work.", effect: .cancel),
            ],
            recommended: "revise-again",
            rationale: "Nothing is lost by another attempt, and only a person can accept what the "
                + "gate rejects.",
            needs: "A decision whether the findings must be met.", severity: "high")
    }
}
