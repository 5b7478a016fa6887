// Error budgets, burn rates and the availability of what a request needs.

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
]

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
        inputs: [
            FormulaInput("dependencies", .structure, "the list /inputs/dependencies"),
            FormulaInput("deadline", .optional, "latency objective in seconds"),
            FormulaInput("outage", .optional, "length of an outage in seconds"),
            FormulaInput("unstated", .optional, "availability of parts that state none"),
        ],
        range: "at most 16 shared components; parts fail independently otherwise",
        rounding: .down, evidenceMembers: ["availability"]
    ) { values in
        guard let dependencies = values.structure("dependencies"),
            let graph = AvailabilityGraph(
                dependencies, deadline: values.number("deadline"),
                outage: values.number("outage"), unstated: values.number("unstated"))
        else { return nil }
        return graph.probability()
    },
    Formula(
        "series", "Π availability", source: "Trivedi, ch. 1", unit: "ratio",
        inputs: [FormulaInput("availability", .list, "availabilities of what is all needed")],
        range: "each 0..1, at least one", rounding: .down
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
        range: "1 ≤ need ≤ members", rounding: .down
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
        range: "availability ≤ graph, graph > 0", rounding: .up
    ) { values in
        guard let promised = values.number("availability"), let graph = values.number("graph"),
            graph > 0, graph <= 1, promised >= 0, promised <= graph
        else { return nil }
        return promised / graph
    },
]
