// The question that the broker asks when a brief's budget is used up: what a person decides before
// anything more is spent.

import BatonBrief
import BatonCore

struct BudgetQuestion {
    let document: EscalationDocument

    init(brief: BriefRecord) {
        let use = Self.text(brief)
        document = EscalationDocument(
            blocker: "\(brief.id) has used up its budget: \(use).",
            impact: "No task of \(brief.id) is handed out any more; what is in work goes on.",
            options: [
                EscalationOption(
                    id: "continue", label: "Go on with another budget of the same size",
                    tradeoffs: "Nothing done so far is lost; the same may be spent once more.",
                    effect: .none),
                EscalationOption(
                    id: "cancel", label: "Cancel the brief",
                    tradeoffs: "Nothing more is spent; what is not accepted yet is lost.",
                    effect: .cancel),
            ],
            recommended: "continue",
            rationale: "What is accepted so far stays of use only when the rest is done; look at "
                + "the attempts first if there were more than you expected.",
            needs: "A decision whether the brief is worth another budget.", severity: "high")
    }

    /// `40 of 40 attempts, 3.20 of 5.00 USD`; what is not bounded is left out.
    private static func text(_ brief: BriefRecord) -> String {
        let use = brief.usedOfBudget
        var parts: [String] = []
        if let attempts = brief.budget.attempts {
            parts.append("\(use.attempts) of \(attempts) attempts")
        }
        if let cost = brief.budget.cost {
            parts.append("\(MicroDollars(Int64(use.cost))) of \(MicroDollars(Int64(cost))) USD")
        }
        return parts.joined(separator: ", ")
    }
}
