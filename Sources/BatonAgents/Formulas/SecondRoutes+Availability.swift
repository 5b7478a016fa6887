// Second routes of budgets and availabilities: what is lost and what is kept make the whole, and a
// graph is counted out state by state.

let budgetRoutes: [SecondRoute] = [
    SecondRoute(
        "error-budget", .identity, "budget × 60 + availability × window = window",
        source: "downtime and uptime make the window"
    ) { inputs, value in
        guard let availability = inputs.number("availability"),
            let window = inputs.number("window")
        else { return false }
        return SecondRoute.completes(value * 60, availability * window, to: window)
    },
    SecondRoute(
        "error-ratio-allowed", .identity, "ratio + availability = 1",
        source: "complementary events"
    ) { inputs, value in
        guard let availability = inputs.number("availability") else { return false }
        return SecondRoute.completes(value, availability, to: 1)
    },
    SecondRoute(
        "failed-requests-allowed", .identity, "failed + availability × all = all",
        source: "failed and good requests are all requests"
    ) { inputs, value in
        guard let availability = inputs.number("availability"),
            let rate = inputs.number("rate"), let window = inputs.number("window")
        else { return false }
        let all = rate * window
        return SecondRoute.completes(value, availability * all, to: all)
    },
    SecondRoute(
        "burn-rate", .identity, "rate × alert_window / window = budget_share",
        source: "SRE Workbook, ch. 5: what burning at this rate spends"
    ) { inputs, value in
        guard let share = inputs.number("budget_share"), let window = inputs.number("window"),
            let alert = inputs.number("alert_window")
        else { return false }
        return SecondRoute.near(value * alert / window, share)
    },
    SecondRoute(
        "alert-error-ratio", .identity, "ratio / burn_rate + availability = 1",
        source: "SRE Workbook, ch. 5: at rate 1 the budget lasts the window"
    ) { inputs, value in
        guard let burn = inputs.number("burn_rate"),
            let availability = inputs.number("availability")
        else { return false }
        return SecondRoute.completes(value / burn, availability, to: 1)
    },
]

let availabilityRoutes: [SecondRoute] = [
    SecondRoute(
        "dependency-availability", .identity,
        "value × every + (1 − availability) × (every − for) + for = every",
        source: "up, down and in maintenance make the period"
    ) { inputs, value in
        guard let availability = inputs.number("availability") else { return false }
        guard let length = inputs.number("for"), let every = inputs.number("every") else {
            return SecondRoute.near(value, availability)
        }
        return SecondRoute.completes(
            value * every, (1 - availability) * (every - length), length, to: every)
    },
    SecondRoute(
        "availability-graph", .identity,
        "Σ P(state) over the states of all parts in which a request succeeds;"
            + " at most the least hard member",
        source: "Trivedi, ch. 1: state enumeration"
    ) { inputs, value in
        guard let dependencies = inputs.structure("dependencies"),
            let graph = AvailabilityGraph(
                dependencies, deadline: inputs.number("deadline"),
                outage: inputs.number("outage"), unstated: inputs.number("unstated"))
        else { return false }
        let states = AvailabilityStates(graph, unstated: inputs.number("unstated") ?? 1)
        guard value <= states.leastHard + 1e-12, value >= states.unionBound - 1e-12 else {
            return false
        }
        return states.probability.map { (value - $0).magnitude <= 1e-12 } ?? true
    },
    SecondRoute(
        "series", .identity, "value ÷ each availability in turn = 1; at most the least of them",
        source: "Trivedi, ch. 1"
    ) { inputs, value in
        guard let list = inputs.numbers("availability"), let least = list.min() else {
            return false
        }
        guard least > 0 else { return value == 0 }
        return value <= least + 1e-12
            && SecondRoute.near(list.reduce(value) { $0 / $1 }, 1, tolerance: 1e-12)
    },
    SecondRoute(
        "need-of-n", .identity,
        "1 − Σ P(state) over the states with fewer than need members up",
        source: "Trivedi, ch. 1: complement, state by state"
    ) { inputs, value in
        guard let need = inputs.whole("need"), let list = inputs.numbers("availability") else {
            return false
        }
        guard list.count <= AvailabilityStates.partsMax else { return (0...1).contains(value) }
        var tooFew = 0.0
        for state in 0..<(1 << list.count) where state.nonzeroBitCount < need {
            tooFew += list.indices.reduce(1.0) {
                $0 * (state >> $1 & 1 == 1 ? list[$1] : 1 - list[$1])
            }
        }
        return SecondRoute.completes(value, tooFew, to: 1)
    },
    SecondRoute(
        "own-availability-needed", .identity, "value × graph = availability; at least the promise",
        source: "series of service and dependencies"
    ) { inputs, value in
        guard let promised = inputs.number("availability"), let graph = inputs.number("graph")
        else { return false }
        return SecondRoute.near(value * graph, promised, tolerance: 1e-12) && value >= promised
    },
]
