// How long a stage of a rollout has to be watched, and what a bad release may cost.

import Arithmetic

/// Canary releases. Sources: Hanley and Lippman-Hand, "If nothing goes wrong, is everything all
/// right?", JAMA 249 (1983); SRE Workbook, chapter 16.
let rolloutFormulas: [Formula] = [
    Formula(
        "clean-requests", "⌈ln(1 − confidence) / ln(1 − error_ratio)⌉",
        source: "rule of three, exact: Hanley and Lippman-Hand 1983", unit: "requests",
        inputs: [
            FormulaInput("confidence", "how sure it has to be, 0..1"),
            FormulaInput("error_ratio", "share of failed requests that is to be ruled out"),
        ],
        range: "0 < confidence ≤ 0.9999, 1e-6 ≤ error_ratio < 1; requests that fail independently"
    ) { values in
        guard let confidence = values.number("confidence"), confidence > 0,
            confidence <= 0.9999, let ratio = values.number("error_ratio"), ratio >= 1e-6,
            ratio < 1,
            let unsure = RealFunctions.ln(1 - confidence),
            let passed = RealFunctions.ln(1 - ratio)
        else { return nil }
        return (unsure / passed).rounded(.up)
    },
    Formula(
        "traffic-time", "requests / (share × rate)", source: "definition", unit: "s",
        inputs: [
            FormulaInput("requests", "requests to wait for"),
            FormulaInput("share", "share of the traffic that counts, 0..1"),
            FormulaInput("rate", "mean requests a second"),
        ],
        range: "requests > 0, 0 < share ≤ 1, rate > 0"
    ) { values in
        guard let requests = values.number("requests"), requests > 0,
            let share = values.number("share"), share > 0, share <= 1,
            let rate = values.number("rate"), rate > 0
        else { return nil }
        return requests / (share * rate)
    },
    Formula(
        "release-budget", "share × (detection + recovery) / ((1 − availability) × window)",
        source: "SRE Workbook, ch. 16", unit: "ratio",
        inputs: [
            FormulaInput("share", "share of the traffic that the release gets, 0..1"),
            FormulaInput("detection", "seconds until it is seen that everything fails there"),
            FormulaInput("recovery", "seconds until the old version has the traffic again"),
            FormulaInput("availability", "promised availability, 0..1"),
            FormulaInput("window", "length of the budget's window in seconds"),
        ],
        range: "0 < share ≤ 1, detection ≥ 0, recovery > 0, 0 ≤ availability < 1, window > 0;"
            + " even traffic"
    ) { values in
        guard let share = values.number("share"), share > 0, share <= 1,
            let detection = values.number("detection"), detection >= 0,
            let recovery = values.number("recovery"), recovery > 0,
            let availability = values.number("availability"), (0..<1).contains(availability),
            let window = values.number("window"), window > 0
        else { return nil }
        return share * (detection + recovery) / ((1 - availability) * window)
    },
]
