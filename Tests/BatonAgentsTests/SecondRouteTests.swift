// The second route of each formula: it accepts what the formula gives, and refuses what a plausible
// other formula gives, also where a registry with that mistake would agree with itself.

import Arithmetic
import BatonAgents
import JSON
import Testing

/// What somebody gets who takes another formula for the right one.
struct WrongFormula: Sendable, CustomTestStringConvertible {
    let formula: String
    let inputs: [(String, Double)]
    /// The mistake, and what it gives.
    let mistake: String
    let value: Double

    init(_ formula: String, _ inputs: [(String, Double)], _ mistake: String, _ value: Double) {
        self.formula = formula
        self.inputs = inputs
        self.mistake = mistake
        self.value = value
    }

    var testDescription: String { "\(formula): \(mistake)" }
}

@Suite("Second routes")
struct SecondRouteTests {
    static let vectors =
        FormulaVectorTests.budget + FormulaVectorTests.calls + FormulaVectorTests.queues
        + FormulaVectorTests.sharing + FormulaVectorTests.operations
        + FormulaVectorTests.rollouts

    private func values(_ inputs: [(String, Double)]) -> FormulaValues {
        FormulaValues(inputs.map { ($0.0, .number($0.1)) })
    }

    @Test("every formula has one, in the order of the registry")
    func complete() {
        #expect(
            SecondRoute.standard.map(\.formula) == FormulaRegistry.standard.formulas.map(\.id))
    }

    @Test("accepts every vector of its formula", arguments: vectors)
    func accepts(_ vector: Vector) throws {
        let value = try #require(vector.value)
        let route = try #require(SecondRoute.route(for: vector.formula))

        #expect(route.accepts(value, for: values(vector.inputs)), "\(value)")
    }

    @Test("refuses a value that is off by a hundred-thousandth", arguments: vectors)
    func refuses(_ vector: Vector) throws {
        let value = try #require(vector.value)
        let route = try #require(SecondRoute.route(for: vector.formula))
        guard value > 0, route.kind != .range else { return }

        #expect(!route.accepts(value * 1.00001, for: values(vector.inputs)), "\(value)")
    }

    static let station: [(String, Double)] = [("arrival_rate", 40.8), ("service_time", 0.12)]

    static let wrong: [WrongFormula] = [
        WrongFormula(
            "error-budget", [("availability", 0.999), ("window", 2_592_000)], "in hours", 0.72),
        WrongFormula("error-ratio-allowed", [("availability", 0.999)], "in per cent", 0.1),
        WrongFormula(
            "clean-requests", [("confidence", 0.95), ("error_ratio", 0.001)],
            "the rule of three without its exact form", 3000),
        WrongFormula(
            "traffic-time", [("requests", 207), ("share", 0.01), ("rate", 90)],
            "as if all traffic counted", 2.3),
        WrongFormula(
            "release-budget",
            [
                ("share", 0.01), ("recovery", 300), ("availability", 0.999), ("window", 2_592_000),
            ], "in minutes of budget", 0.0694444444444),
        WrongFormula(
            "failed-requests-allowed",
            [("availability", 0.999), ("rate", 90), ("window", 2_592_000)], "those that succeed",
            233_046_720),
        WrongFormula(
            "burn-rate", [("budget_share", 0.02), ("window", 2_592_000), ("alert_window", 3600)],
            "the windows exchanged", 0.02 * 3600 / 2_592_000),
        WrongFormula(
            "dependency-availability",
            [("availability", 0.999), ("for", 1800), ("every", 86_400)], "without maintenance",
            0.999),
        WrongFormula(
            "series", [("availability", 0.999), ("availability", 0.998)], "the least", 0.998),
        WrongFormula(
            "need-of-n", [("need", 1), ("availability", 0.99), ("availability", 0.98)],
            "in series", 0.9702),
        WrongFormula(
            "own-availability-needed", [("availability", 0.999), ("graph", 0.9995)],
            "a product", 0.9985005),
        WrongFormula(
            "lognormal-mean", [("p50", 0.04), ("p99", 0.11)], "the median", 0.04),
        WrongFormula(
            "lognormal-quantile", [("p50", 0.04), ("p99", 0.11), ("quantile", 0.999)],
            "the 99th percentile", 0.11),
        WrongFormula(
            "call-worst-case",
            [("attempts", 3), ("timeout", 0.2), ("base", 0.05), ("factor", 2)],
            "without the delays", 0.6),
        WrongFormula(
            "expected-attempts", [("failure", 0.02), ("attempts", 5)], "without an end",
            1 / 0.98),
        WrongFormula(
            "retry-amplification", [("attempts", 2), ("attempts", 3)], "a sum", 5),
        WrongFormula(
            "backoff-sum-maximum", [("delays", 10), ("base", 1), ("factor", 2), ("cap", 300)],
            "without the cap", 1023),
        WrongFormula(
            "effective-arrivals", [("rate", 40), ("failure", 0.02), ("attempts", 5)],
            "without the retries", 40),
        WrongFormula("offered-load", station, "a quotient", 40.8 / 0.12),
        WrongFormula("capacity", [("workers", 8), ("service_time", 0.12)], "a product", 0.96),
        WrongFormula("workers-stable", station, "one too many", 6),
        WrongFormula(
            "erlang-c", station + [("workers", 8)], "Erlang B",
            Erlang.b(servers: 8, load: 40.8 * 0.12) ?? 0),
        WrongFormula(
            "wait-mean", station + [("workers", 8), ("service_cv", 1.4)],
            "without the variation",
            Erlang.meanWait(.init(arrivalRate: 40.8, serviceTime: 0.12), servers: 8) ?? 0),
        WrongFormula(
            "workers-for-mean-wait", station + [("wait", 0.05)], "that only just keep up", 5),
        WrongFormula(
            "key-wait", [("share", 0.02)] + station + [("service_cv", 1.4)],
            "of exponential service", 0.0979200 * 0.12 / (1 - 0.0979200)),
        WrongFormula(
            "bulkhead-slots",
            [("arrival_rate", 300), ("service_time", 0.05), ("rejection", 0.001)], "the mean", 15),
        WrongFormula(
            "peak-backlog", [("peak", 80), ("capacity", 60), ("duration", 3600)],
            "all that arrives", 288_000),
        WrongFormula(
            "drain-time", [("backlog", 36_000), ("capacity", 66), ("arrival_rate", 40)],
            "at full capacity", 36_000 / 66),
        WrongFormula(
            "visibility-timeout", [("prefetch", 4), ("longest", 0.9), ("margin", 5)],
            "of one message", 5.9),
        WrongFormula(
            "dead-letters-per-day", [("rate", 40), ("failure", 0.02), ("attempts", 3)],
            "of the first attempt", 86_400 * 40 * 0.02),
        WrongFormula(
            "idempotency-window",
            [("retention", 345_600), ("attempts", 5), ("visibility", 30), ("backoff", 15)],
            "without the retention", 165),
        WrongFormula(
            "cost-of-retries", [("cost", 600), ("rate", 40), ("arrival_rate", 50)],
            "per new message", 150),
        WrongFormula(
            "cost-of-duplicates", [("cost", 600), ("duplicates", 3456), ("arrival_rate", 50)],
            "a day", 0.48 / 30),
        WrongFormula(
            "deadline-remaining", [("deadline", 0.8), ("seconds", 0.12), ("seconds", 0.2)],
            "without the shorter", 0.6),
        WrongFormula(
            "shedding-rate", [("slots", 13), ("service_time", 0.015), ("rejection", 0.001)],
            "all slots busy", 13 / 0.015),
        WrongFormula(
            "shedding-edge", [("rate", 300), ("headroom", 1.5), ("headroom", 1.1)],
            "of the roomiest", 450),
        WrongFormula(
            "cost-per-month", [("workers", 8), ("cost_per_hour", 0.12)], "of 30 days",
            8 * 0.12 * 720),
    ]

    @Test("refuses what another formula gives", arguments: wrong)
    func refuses(_ wrong: WrongFormula) throws {
        let formula = try #require(FormulaRegistry.standard[wrong.formula])
        let right = try #require(formula.evaluate(values(wrong.inputs)))
        let route = try #require(SecondRoute.route(for: wrong.formula))

        #expect(route.accepts(right, for: values(wrong.inputs)))
        #expect(!route.accepts(wrong.value, for: values(wrong.inputs)))
    }

    /// Stations for which Allen–Cunneen is far off: arrivals in bursts for many workers, and long
    /// tails.
    static let unusual: [(load: Double, workers: Double, arrivalsCV: Double, serviceCV: Double)] = [
        (21, 30, 2, 0.5), (70, 100, 1.4, 1), (70, 100, 3, 0.5), (0.2, 1, 5, 1), (0.7, 2, 1.2, 0),
        (90, 100, 1, 10), (27, 30, 0.5, 0.5), (0.1, 2, 1.5, 0),
    ]

    @Test("a simulated wait is accepted where the formula is far off", arguments: unusual)
    func simulated(
        load: Double, workers: Double, arrivalsCV: Double, serviceCV: Double
    ) throws {
        let inputs = values([
            ("arrival_rate", load), ("service_time", 1), ("workers", workers),
            ("arrivals_cv", arrivalsCV), ("service_cv", serviceCV),
        ])
        let formula = try #require(FormulaRegistry.standard["wait-simulated"])
        let route = try #require(SecondRoute.route(for: "wait-simulated"))

        let value = try #require(formula.evaluate(inputs))

        #expect(route.accepts(value, for: inputs), "\(value)")
    }

    @Test("a graph is counted out state by state, shared parts included")
    func graph() throws {
        let dependencies: JSONValue = [
            ["name": "ledger", "availability": 0.999, "kind": "hard"],
            [
                "name": "a", "availability": 0.99, "kind": "redundant", "group": "psp",
                "shares": ["egress"],
            ],
            [
                "name": "b", "availability": 0.98, "kind": "redundant", "group": "psp",
                "shares": ["egress"],
            ],
            ["name": "egress", "availability": 0.9995, "kind": "hard"],
        ]
        let inputs = FormulaValues([("dependencies", dependencies)])
        let formula = try #require(FormulaRegistry.standard["availability-graph"])
        let route = try #require(SecondRoute.route(for: "availability-graph"))
        let value = try #require(formula.evaluate(inputs))

        #expect(route.accepts(value, for: inputs))
        // As if the two providers had an egress each.
        #expect(!route.accepts(value * 0.9995, for: inputs))
        // As if everything stood in series.
        #expect(!route.accepts(0.999 * 0.99 * 0.98 * 0.9995, for: inputs))
    }

    @Test("the document has every second route as it is in the code, and no other")
    func document() throws {
        let text = String(
            decoding: try Repository.bytes("Protocols/formulas.md"), as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex { $0.hasPrefix("| Figure of |") })
        let rows = lines[(start + 2)...].prefix { $0.hasPrefix("| ") }

        #expect(
            Array(rows)
                == SecondRoute.standard.map {
                    "| \($0.formula) | \($0.kind.rawValue) | \($0.statement) | \($0.source) |"
                })
    }
}
