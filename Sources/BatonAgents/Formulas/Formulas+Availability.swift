// Error budgets, burn rates and the availability of what a request needs.

import Arithmetic
import JSON

/// Budgets and alert thresholds. Source: Google, Site Reliability Workbook, chapters 2 and 5.
let budgetFormulas: [Formula] = [
    Formula(
        "error-budget", "(1 − availability) × window / 60",
        source: "SRE Workbook, ch. 2", unit: "min",
        inputs: [
            FormulaInput("availability", "promised or claimed availability, 0..1"),
            FormulaInput("window", "length of the window in seconds"),
        ],
        range: "0 ≤ availability ≤ 1, window > 0", rounding: .down
    ) { values in
        guard let availability = values.number("availability"), (0...1).contains(availability),
            let window = values.number("window"), window > 0
        else { return nil }
        return (1 - availability) * window / 60
    },
    Formula(
        "error-ratio-allowed", "1 − availability", source: "definition", unit: "ratio",
        inputs: [FormulaInput("availability", "promised availability, 0..1")],
        range: "0 ≤ availability ≤ 1", rounding: .down
    ) { values in
        guard let availability = values.number("availability"), (0...1).contains(availability)
        else { return nil }
        return 1 - availability
    },
    Formula(
        "failed-requests-allowed", "(1 − availability) × rate × window",
        source: "definition", unit: "requests",
        inputs: [
            FormulaInput("availability", "promised availability, 0..1"),
            FormulaInput("rate", "mean requests a second"),
            FormulaInput("window", "length of the window in seconds"),
        ],
        range: "0 ≤ availability ≤ 1, rate > 0, window > 0", rounding: .down
    ) { values in
        guard let availability = values.number("availability"), (0...1).contains(availability),
            let rate = values.number("rate"), rate > 0,
            let window = values.number("window"), window > 0
        else { return nil }
        return (1 - availability) * rate * window
    },
    Formula(
        "budget-used", "burn_rate × time / window", source: "SRE Workbook, ch. 5", unit: "ratio",
        inputs: [
            FormulaInput("burn_rate", "multiple of the even spending of the budget"),
            FormulaInput("window", "length of the budget's window in seconds"),
            FormulaInput("time", "seconds since the spending began"),
        ],
        range: "burn_rate > 0, window > 0, time ≥ 0; above 1 the objective is missed"
    ) { values in
        guard let burn = values.number("burn_rate"), burn > 0,
            let window = values.number("window"), window > 0,
            let time = values.number("time"), time >= 0
        else { return nil }
        return burn * time / window
    },
    Formula(
        "burn-rate", "budget_share × window / alert_window",
        source: "SRE Workbook, ch. 5", unit: "factor",
        inputs: [
            FormulaInput("budget_share", "share of the budget spent when the alert fires"),
            FormulaInput("window", "length of the budget's window in seconds"),
            FormulaInput("alert_window", "length of the alert's long window in seconds"),
        ],
        range: "0 < budget_share ≤ 1, window ≥ alert_window > 0", rounding: .nearest
    ) { values in
        guard let share = values.number("budget_share"), share > 0, share <= 1,
            let window = values.number("window"), let alert = values.number("alert_window"),
            alert > 0, window >= alert
        else { return nil }
        return share * window / alert
    },
    Formula(
        "alert-error-ratio", "burn_rate × (1 − availability)",
        source: "SRE Workbook, ch. 5", unit: "ratio",
        inputs: [
            FormulaInput("burn_rate", "multiple of the even spending of the budget"),
            FormulaInput("availability", "promised availability, 0..1"),
        ],
        range: "burn_rate > 0, 0 ≤ availability ≤ 1; above 1 the alert can never fire",
        rounding: .nearest
    ) { values in
        guard let burn = values.number("burn_rate"), burn > 0,
            let availability = values.number("availability"), (0...1).contains(availability)
        else { return nil }
        return burn * (1 - availability)
    },
    Formula(
        "alert-failures", "error_ratio × rate × alert_window",
        source: "SRE Workbook, ch. 5, low-traffic services", unit: "requests",
        inputs: [
            FormulaInput("error_ratio", "error ratio above which the alert fires"),
            FormulaInput("rate", "mean requests a second"),
            FormulaInput("alert_window", "length of the alert's long window in seconds"),
        ],
        range: "all > 0; below 1 a single failed request fires the alert", rounding: .down
    ) { values in
        guard let ratio = values.number("error_ratio"), ratio > 0,
            let rate = values.number("rate"), rate > 0,
            let window = values.number("alert_window"), window > 0
        else { return nil }
        return ratio * rate * window
    },
    Formula(
        "alert-detection", "error_ratio × alert_window", source: "SRE Workbook, ch. 5", unit: "s",
        inputs: [
            FormulaInput("error_ratio", "error ratio above which the alert fires, 0..1"),
            FormulaInput("alert_window", "length of the alert's long window in seconds"),
        ],
        range: "0 < error_ratio ≤ 1, alert_window > 0; for an outage of everything"
    ) { values in
        guard let ratio = values.number("error_ratio"), ratio > 0, ratio <= 1,
            let window = values.number("alert_window"), window > 0
        else { return nil }
        return ratio * window
    },
]

/// The steps of counting out how many members of a list are up: each with each before it.
private let pairs: @Sendable (FormulaValues) -> Int = { $0.entries.count * $0.entries.count }

/// Availability. Source: Trivedi, Probability and Statistics with Reliability, ch. 1 and 3.
let availabilityFormulas: [Formula] = [
    Formula(
        "dependency-availability", "availability × (1 − for / every)",
        source: "definition", unit: "ratio",
        inputs: [
            FormulaInput("availability", "availability outside announced maintenance, 0..1"),
            FormulaInput("for", .optional, "length of one maintenance in seconds"),
            FormulaInput("every", .optional, "period of the maintenance in seconds"),
        ],
        range: "0 ≤ availability ≤ 1, 0 ≤ for ≤ every", rounding: .down
    ) { values in
        guard let availability = values.number("availability"), (0...1).contains(availability)
        else { return nil }
        guard let length = values.number("for"), let every = values.number("every") else {
            return availability
        }
        guard every > 0, length >= 0, length <= every else { return nil }
        return availability * (1 - length / every)
    },
    Formula(
        "availability-graph",
        "Σ over the states of shared components: P(state) × Π hard × Π P(at least need of group)",
        source: "Trivedi, ch. 1: total probability, k of n", unit: "ratio",
        inputs: graphInputs,
        range: "parts fail independently but for what they share; at most 256 components in groups",
        rounding: .down, isBesidePromise: true, evidenceMembers: ["availability"],
        effort: AvailabilityGraph.steps
    ) { values in AvailabilityGraph(values)?.probability() },
    Formula(
        "series", "Π availability", source: "Trivedi, ch. 1", unit: "ratio",
        inputs: [FormulaInput("availability", .list, "availabilities of what is all needed")],
        range: "each 0..1, at least one", rounding: .down, isBesidePromise: true
    ) { values in
        guard let list = values.numbers("availability"), !list.isEmpty,
            list.allSatisfy({ (0...1).contains($0) })
        else { return nil }
        return list.reduce(1, *)
    },
    Formula(
        "need-of-n", "P(at least need of the members are up), independent members",
        source: "Trivedi, ch. 1", unit: "ratio",
        inputs: [
            FormulaInput("need", "how many must be up"),
            FormulaInput("availability", .list, "availabilities of the members"),
        ],
        range: "1 ≤ need ≤ members", rounding: .down, isBesidePromise: true, effort: pairs
    ) { values in
        guard let need = values.whole("need"), let list = values.numbers("availability"),
            list.allSatisfy({ (0...1).contains($0) })
        else { return nil }
        return AvailabilityGraph.atLeast(need, of: list)
    },
    Formula(
        "own-availability-needed", "availability / graph", source: "series, solved for one factor",
        unit: "ratio",
        inputs: [
            FormulaInput("availability", "promised availability, 0..1"),
            FormulaInput("graph", "availability of the dependencies, 0..1"),
        ],
        range: "availability ≤ graph, graph > 0", rounding: .up, isBesidePromise: true
    ) { values in
        guard let promised = values.number("availability"), let graph = values.number("graph"),
            graph > 0, graph <= 1, promised >= 0, promised <= graph
        else { return nil }
        return promised / graph
    },
    Formula(
        "common-cause",
        "(1 − share × q) × P(at least need of members, each down qᵢ − share × q), q the least qᵢ",
        source: "beta-factor model: IEC 61508-6, annex D", unit: "ratio",
        inputs: [
            FormulaInput("need", "how many must be up"),
            FormulaInput("availability", .list, "availabilities 1 − qᵢ of the members"),
            FormulaInput("share", "share of the outages of a member that take all, 0..1"),
        ],
        range: "1 ≤ need ≤ members, 0 ≤ share ≤ 1", rounding: .down, isBesidePromise: true,
        effort: pairs
    ) { values in
        guard let need = values.whole("need"), let list = values.numbers("availability"),
            let most = list.max(), list.allSatisfy({ (0...1).contains($0) }),
            let share = values.number("share"), (0...1).contains(share)
        else { return nil }
        // A common outage is one of the best member too, so it can be no more frequent than those.
        let common = share * (1 - most)
        return AvailabilityGraph.atLeast(need, of: list.map { $0 + common })
            .map { (1 - common) * $0 }
    },
    Formula(
        "repeated-calls", "availabilityᶜᵃˡˡˢ, the lower end; the upper end is availability",
        source: "Trivedi, ch. 1: between independent and common outages", unit: "ratio",
        inputs: [
            FormulaInput("availability", "availability of what is called, 0..1"),
            FormulaInput("calls", "calls that one request makes to it"),
        ],
        range: "0 ≤ availability ≤ 1, calls ≥ 1", rounding: .down, isBesidePromise: true
    ) { values in
        guard let availability = values.number("availability"), (0...1).contains(availability),
            let calls = values.whole("calls"), (1...10_000).contains(calls)
        else { return nil }
        return RealFunctions.power(availability, calls)
    },
    Formula(
        "dependency-cost", "(graph with the dependency always up − graph) × window / 60",
        source: "Trivedi, ch. 1: importance of a component (Birnbaum)", unit: "min",
        inputs: graphInputs + [
            FormulaInput("dependency", .structure, "the name of the dependency"),
            FormulaInput("window", "length of the window in seconds"),
        ],
        range: "window > 0", evidenceMembers: ["availability"], effort: AvailabilityGraph.steps
    ) { values in
        guard let name = values.structure("dependency")?.stringValue,
            let graph = AvailabilityGraph(values), let now = graph.probability(),
            let without = graph.probability(setting: name), let window = values.number("window"),
            window > 0
        else { return nil }
        return max(0, without - now) * window / 60
    },
    Formula(
        "availability-needed",
        "(availability / own − graph with it down) / (graph with it up − graph with it down)",
        source: "availability-graph, solved for one dependency", unit: "ratio",
        inputs: graphInputs + [
            FormulaInput("dependency", .structure, "the name of the dependency"),
            FormulaInput("availability", "what is to be reached, 0..1"),
            FormulaInput("own", .optional, "the service's own availability, 0..1"),
        ],
        range: "there is a solution in 0..1", isBesidePromise: true,
        evidenceMembers: ["availability"], effort: AvailabilityGraph.steps
    ) { values in
        guard let name = values.structure("dependency")?.stringValue,
            let graph = AvailabilityGraph(values), let target = values.number("availability"),
            (0...1).contains(target)
        else { return nil }
        return graph.needed(of: name, for: target, own: values.number("own") ?? 1)
    },
    Formula(
        "one-more-nine", "1 − (1 − availability) / 10", source: "definition", unit: "ratio",
        inputs: [FormulaInput("availability", "promised availability, 0..1")],
        range: "0 ≤ availability ≤ 1", rounding: .nearest
    ) { values in
        guard let availability = values.number("availability"), (0...1).contains(availability)
        else { return nil }
        return 1 - (1 - availability) / 10
    },
    Formula(
        "downtime-sum", "Σ minutes", source: "outages that do not overlap", unit: "min",
        inputs: [FormulaInput("minutes", .list, "downtimes in minutes")],
        range: "each ≥ 0, at least one"
    ) { values in
        guard let list = values.numbers("minutes"), !list.isEmpty, list.allSatisfy({ $0 >= 0 })
        else { return nil }
        return list.reduce(0, +)
    },
    Formula(
        "budget-taken", "Σ part / budget", source: "definition", unit: "ratio",
        inputs: [
            FormulaInput("part", .list, "what is taken, in the unit of the budget"),
            FormulaInput("budget", "the whole budget"),
        ],
        range: "each part ≥ 0, at least one; budget > 0; above 1 the budget is overspent"
    ) { values in
        guard let parts = values.numbers("part"), !parts.isEmpty,
            parts.allSatisfy({ $0 >= 0 }), let budget = values.number("budget"), budget > 0
        else { return nil }
        return parts.reduce(0, +) / budget
    },
]

/// What every formula over the graph of dependencies reads.
private let graphInputs = [
    FormulaInput("dependencies", .structure, "the list /inputs/dependencies"),
    FormulaInput("deadline", .optional, "latency objective in seconds"),
    FormulaInput(
        "remaining", .list,
        "what other calls leave of it to each soft dependency in turn, in seconds; or none"),
    FormulaInput("outage", .optional, "length of an outage in seconds"),
    FormulaInput("unstated", .optional, "availability of parts that state none"),
]

extension AvailabilityGraph {
    /// How many steps a figure over the graph takes at most: its parts are compared with each
    /// other, and the states of what is shared are counted out, or the nodes of a diagram.
    static let steps: @Sendable (FormulaValues) -> Int = { values in
        let parts = values.structure("dependencies")?.arrayValue ?? []
        let shared = Set(parts.flatMap { $0["shares"]?.arrayValue ?? [] }).count
        let states = shared <= sharedMax ? (1 << shared) * parts.count : DecisionDiagram.nodesMax
        // With the part as it is, up and down; the second route counts states of its own.
        return parts.count * parts.count + 3 * states + (1 << AvailabilityStates.partsMax)
    }

    /// The graph that a formula's inputs describe.
    init?(_ values: FormulaValues) {
        guard let dependencies = values.structure("dependencies"),
            let remaining = values.numbers("remaining")
        else { return nil }
        self.init(
            dependencies, deadline: values.number("deadline"), remaining: remaining,
            outage: values.number("outage"), unstated: values.number("unstated"))
    }
}
