// Severity out of likelihood and impact, in one table for authors and for the gate.
// Spec: Protocols/quality-rules.md, "Risks".

/// How bad it is when a risk comes true. Later cases are worse.
package enum Impact: String, Sendable, CaseIterable {
    case minor, moderate, major, critical
}

/// What likelihood and impact make of a risk.
package enum RiskMatrix {
    /// The severity by likelihood (`critical` counts as `high`) and impact.
    package static func severity(likelihood: Severity, impact: Impact) -> Severity {
        switch (likelihood, impact) {
        case (.low, .minor), (.low, .moderate), (.medium, .minor): .low
        case (.low, .major), (.medium, .moderate), (.high, .minor), (.critical, .minor): .medium
        case (.low, .critical), (.medium, .major), (.high, .moderate), (.critical, .moderate):
            .high
        case (.medium, .critical), (.high, .major), (.high, .critical), (.critical, .major),
            (.critical, .critical):
            .critical
        }
    }

    /// The least impact that makes a risk of this likelihood so severe; nil when none does.
    package static func impact(severity: Severity, likelihood: Severity) -> Impact? {
        Impact.allCases.first { self.severity(likelihood: likelihood, impact: $0) == severity }
    }
}
