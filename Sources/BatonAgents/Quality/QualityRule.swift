// The rules of the quality gate by id. Spec: Protocols/quality-rules.md has one row for each, and a
// test compares the two.

/// A rule that a delivery can break.
package enum QualityRule: String, Sendable, CaseIterable {
    // Completeness.
    case complete
    case shape
    case inputsCovered = "inputs-covered"
    case requirementKept = "requirement-kept"
    case askedDelivered = "asked-delivered"

    // Scope.
    case scopeKept = "scope-kept"
    case scopeStated = "scope-stated"
    case scopeRespected = "scope-respected"

    // Figures.
    case quantityRecomputed = "quantity-recomputed"
    case quantitySecondRoute = "quantity-second-route"
    case quantityMeaning = "quantity-meaning"
    case quantityUnit = "quantity-unit"
    case quantityShown = "quantity-shown"
    case quantityFormula = "quantity-formula"
    case quantityBounded = "quantity-bounded"
    case inputExists = "input-exists"
    case inputFits = "input-fits"
    case inputAssumed = "input-assumed"

    // Plots.
    case plotRecomputed = "plot-recomputed"
    case plotPoints = "plot-points"
    case plotFormula = "plot-formula"
    case plotUnit = "plot-unit"
    case plotMark = "plot-mark"

    // Confidence.
    case confidenceCeiling = "confidence-ceiling"
    case confidenceRationale = "confidence-rationale"
    case assumptionRationale = "assumption-rationale"
    case evidenceSourced = "evidence-sourced"

    // Measurability and traceability.
    case checkMeasurable = "check-measurable"
    case checkDirection = "check-direction"
    case criterionChecked = "criterion-checked"
    case checkTraced = "check-traced"
    case traceExists = "trace-exists"
    case requirementSource = "requirement-source"

    // Risks, ownership, steps, decisions.
    case riskManageable = "risk-manageable"
    case riskSeverity = "risk-severity"
    case ownerNamed = "owner-named"
    case stepOwned = "step-owned"
    case stepOrder = "step-order"
    case decisionAlternatives = "decision-alternatives"
    case decisionRationale = "decision-rationale"
    case answerCited = "answer-cited"
    case answerExists = "answer-exists"

    // Contradictions.
    case contradictionWithin = "contradiction-within"
    case contradictionAcross = "contradiction-across"

    // Words.
    case noPlaceholder = "no-placeholder"
    case noHedging = "no-hedging"
    case noSecret = "no-secret"
    case commandHarmless = "command-harmless"
    case numberSourced = "number-sourced"
    case nameSourced = "name-sourced"
    case english
}
