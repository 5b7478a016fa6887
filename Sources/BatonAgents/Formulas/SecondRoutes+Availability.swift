// Second routes of budgets and availabilities: what is lost and what is kept make the whole, and a
// graph is counted out state by state.

import JSON

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
        "budget-used", .identity, "value × window / burn_rate = time",
        source: "SRE Workbook, ch. 5: at rate 1 the budget lasts the window"
    ) { inputs, value in
        guard let burn = inputs.number("burn_rate"), let window = inputs.number("window"),
            let time = inputs.number("time")
        else { return false }
        return SecondRoute.near(value * window / burn, time)
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
    SecondRoute(
        "alert-failures", .identity, "value / alert_window / rate = error_ratio",
        source: "failed requests are a share of all requests of the window"
    ) { inputs, value in
        guard let ratio = inputs.number("error_ratio"), let rate = inputs.number("rate"),
            let window = inputs.number("alert_window")
        else { return false }
        return SecondRoute.near(value / window / rate, ratio)
    },
    SecondRoute(
        "alert-detection", .identity, "value / alert_window = error_ratio; at most the window",
        source: "the window fills with failures"
    ) { inputs, value in
        guard let ratio = inputs.number("error_ratio"), let window = inputs.number("alert_window")
        else { return false }
        return value <= window && SecondRoute.near(value / window, ratio)
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
        guard let states = AvailabilityStates(inputs) else { return false }
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
        guard let tooFew = AvailabilityStates.tooFew(list, need: need) else {
            return (0...1).contains(value)
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
    SecondRoute(
        "common-cause", .identity,
        "value + common + (1 − common) × Σ P(state) with fewer than need up = 1",
        source: "Trivedi, ch. 1: complement, state by state"
    ) { inputs, value in
        guard let need = inputs.whole("need"), let list = inputs.numbers("availability"),
            let most = list.max(), let share = inputs.number("share")
        else { return false }
        let common = share * (1 - most)
        guard let tooFew = AvailabilityStates.tooFew(list.map { $0 + common }, need: need) else {
            return (0...1 - common).contains(value)
        }
        return SecondRoute.completes(value, common, (1 - common) * tooFew, to: 1)
    },
    SecondRoute(
        "repeated-calls", .identity, "ln value = calls × ln availability",
        source: "logarithm of the product"
    ) { inputs, value in
        guard let availability = inputs.number("availability"), let calls = inputs.whole("calls"),
            let power = SecondRoute.powerByLogarithm(availability, calls)
        else { return false }
        return SecondRoute.near(value, power)
    },
    SecondRoute(
        "dependency-cost", .identity,
        "Σ P(state) that fail and would not with the dependency up, × window / 60",
        source: "Trivedi, ch. 1: state enumeration"
    ) { inputs, value in
        guard let states = AvailabilityStates(inputs), let window = inputs.number("window"),
            let name = inputs.structure("dependency")?.stringValue
        else { return false }
        let minutes = window / 60
        guard let lost = states.probabilityLost(to: name) else {
            return value <= states.downtime(of: name) * minutes * (1 + 1e-9)
        }
        return (value - lost * minutes).magnitude <= 1e-12 * minutes
    },
    SecondRoute(
        "availability-needed", .identity,
        "own × the graph with the dependency at value = availability, or above it at 0",
        source: "put in again, state by state"
    ) { inputs, value in
        guard let states = AvailabilityStates(inputs), let target = inputs.number("availability"),
            let name = inputs.structure("dependency")?.stringValue, (0...1).contains(value)
        else { return false }
        guard let graph = states.setting(name, to: value).probability else { return true }
        let reached = graph * (inputs.number("own") ?? 1)
        return (reached - target).magnitude <= 1e-12 || value == 0 && reached > target
    },
    SecondRoute(
        "one-more-nine", .identity, "10 × (1 − value) + availability = 1", source: "definition"
    ) { inputs, value in
        guard let availability = inputs.number("availability") else { return false }
        return SecondRoute.completes(10 * (1 - value), availability, to: 1)
    },
    SecondRoute(
        "downtime-sum", .identity, "value − Σ of the others = the longest; at least the longest",
        source: "definition"
    ) { inputs, value in
        inputs.numbers("minutes").map { SecondRoute.addsUp($0, to: value) } ?? false
    },
    SecondRoute(
        "budget-taken", .identity, "value × budget − Σ of the others = the largest part",
        source: "definition"
    ) { inputs, value in
        guard let parts = inputs.numbers("part"), let budget = inputs.number("budget"),
            let largest = parts.max()
        else { return false }
        let rest = parts.sorted().dropLast().reduce(0, +)
        return SecondRoute.near(value * budget - rest, largest, tolerance: 1e-8)
    },
]

extension AvailabilityStates {
    /// The states of the graph that a formula's inputs describe.
    fileprivate init?(_ inputs: FormulaValues) {
        guard let graph = AvailabilityGraph(inputs) else { return nil }
        self.init(graph, unstated: inputs.number("unstated") ?? 1)
    }

    /// The probability that fewer than `need` of the parts are up; nil for too many of them.
    fileprivate static func tooFew(_ up: [Double], need: Int) -> Double? {
        probability(up) { $0.nonzeroBitCount < need }
    }
}
