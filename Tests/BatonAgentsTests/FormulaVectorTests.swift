// Every formula against figures that were not computed by this code: textbooks, tables, other
// tools.

import Arithmetic
import BatonAgents
import JSON
import Testing

/// One formula at one point.
struct Vector: Sendable, CustomTestStringConvertible {
    let formula: String
    let inputs: [(String, Double)]
    let expected: Double
    /// Relative; vectors quoted with few digits are as exact as their digits.
    let tolerance: Double

    init(
        _ formula: String, _ inputs: [(String, Double)], _ expected: Double,
        tolerance: Double = 1e-9
    ) {
        self.formula = formula
        self.inputs = inputs
        self.expected = expected
        self.tolerance = tolerance
    }

    var testDescription: String { "\(formula) \(inputs.map { "\($0.0)=\($0.1)" })" }
    var value: Double? {
        FormulaRegistry.standard[formula]?.evaluate(
            FormulaValues(inputs.map { ($0.0, .number($0.1)) }))
    }
}

@Suite("Formulas")
struct FormulaVectorTests {
    static let budget: [Vector] = [
        Vector("error-budget", [("availability", 0.998), ("window", 2_592_000)], 86.4),
        Vector("error-budget", [("availability", 0.9999), ("window", 31_536_000)], 52.56),
        Vector("error-budget", [("availability", 0.99999), ("window", 31_536_000)], 5.256),
        Vector("error-ratio-allowed", [("availability", 0.9995)], 0.0005, tolerance: 1e-9),
        Vector(
            "failed-requests-allowed",
            [("availability", 0.999), ("rate", 90), ("window", 2_592_000)], 233_280),
        Vector("burn-rate", burn(0.02, 30, 1), 14.4), Vector("burn-rate", burn(0.05, 30, 6), 6),
        Vector("burn-rate", burn(0.1, 30, 24), 3), Vector("burn-rate", burn(0.1, 30, 72), 1),
        Vector("burn-rate", burn(0.02, 28, 1), 13.44), Vector("burn-rate", burn(0.05, 28, 6), 5.6),
        Vector("burn-rate", burn(0.1, 28, 24), 2.8),
        Vector("burn-rate", burn(0.1, 28, 72), 0.933333333333),
        Vector("burn-rate", burn(0.02, 90, 1), 43.2), Vector("burn-rate", burn(0.05, 90, 6), 18),
        Vector("burn-rate", burn(0.1, 90, 24), 9), Vector("burn-rate", burn(0.1, 90, 72), 3),
        Vector("burn-rate", burn(0.02, 7, 1), 3.36),
        Vector("burn-rate", burn(0.05, 7, 6), 1.4),
        Vector("alert-error-ratio", [("burn_rate", 14.4), ("availability", 0.93)], 1.008),
        Vector(
            "series", [("availability", 0.999), ("availability", 0.999), ("availability", 0.999)],
            0.997002999),
        Vector(
            "need-of-n",
            [("need", 2), ("availability", 0.99), ("availability", 0.99), ("availability", 0.99)],
            0.999702),
        Vector(
            "dependency-availability", [("availability", 1), ("for", 1800), ("every", 86_400)],
            0.979166666667),
        Vector(
            "own-availability-needed", [("availability", 0.998), ("graph", 0.999)],
            0.998998998999),
        Vector("common-cause", pair(need: 1) + [("share", 0.1)], 0.9998992, tolerance: 1e-7),
        Vector("common-cause", pair(need: 1) + [("share", 0)], 0.999999),
        Vector("repeated-calls", [("availability", 0.999), ("calls", 3)], 0.997002999),
        Vector("one-more-nine", [("availability", 0.9995)], 0.99995),
        Vector("downtime-sum", Array(repeating: ("minutes", 5.256), count: 5), 26.28),
        Vector("budget-taken", [("part", 26.28), ("budget", 52.56)], 0.5),
        // The workbook's table 5-6: at 100 % errors the first page comes after 51.84 s.
        Vector("alert-detection", [("error_ratio", 0.0144), ("alert_window", 3600)], 51.84),
        Vector(
            "alert-failures",
            [("error_ratio", 0.0144), ("rate", 10.0 / 3600), ("alert_window", 3600)], 0.144),
    ]

    static let rollouts: [Vector] = [
        // 0.999²⁹⁹⁴ = 0.05001, 0.999²⁹⁹⁵ = 0.04996; the rule of three says 3 / 0.001.
        Vector("clean-requests", [("confidence", 0.95), ("error_ratio", 0.001)], 2995),
        Vector("clean-requests", [("confidence", 0.95), ("error_ratio", 0.5)], 5),
        Vector("clean-requests", [("confidence", 0.75), ("error_ratio", 0.5)], 2),
        Vector("traffic-time", [("requests", 207), ("share", 0.01), ("rate", 90)], 230),
        Vector(
            "traffic-time",
            [("requests", 207), ("share", 0.01), ("part", 0.25), ("rate", 90)], 920),
        // 99.9 % in 30 d leave 2,592 s; 5 min of one request in a hundred.
        Vector(
            "release-budget",
            [
                ("share", 0.01), ("recovery", 300), ("availability", 0.999), ("window", 2_592_000),
            ], 0.00115740740741),
    ]

    static func pair(need: Double) -> [(String, Double)] {
        [("need", need), ("availability", 0.999), ("availability", 0.999)]
    }

    static func burn(_ share: Double, _ days: Double, _ hours: Double) -> [(String, Double)] {
        [("budget_share", share), ("window", days * 86400), ("alert_window", hours * 3600)]
    }

    static let calls: [Vector] = [
        Vector("lognormal-sigma", [("p50", 0.012), ("p99", 0.06)], 0.69183, tolerance: 1e-5),
        Vector("lognormal-quantile", latency(0.995), 0.071303, tolerance: 1e-5),
        Vector("lognormal-quantile", latency(0.999), 0.101781, tolerance: 1e-5),
        Vector("lognormal-quantile", latency(0.99), 0.06),
        Vector("lognormal-mean", [("p50", 0.012), ("p99", 0.06)], 0.015245, tolerance: 5e-5),
        Vector(
            "call-worst-case",
            [("attempts", 2), ("timeout", 0.3), ("base", 0.05), ("factor", 2), ("cap", 0.1)], 0.65),
        Vector(
            "call-worst-case",
            [("attempts", 3), ("timeout", 0.3), ("base", 0.05), ("factor", 2), ("cap", 0.1)], 1.05),
        Vector("retry-amplification", [("attempts", 4), ("attempts", 4), ("attempts", 4)], 64),
        Vector(
            "retry-amplification",
            [("attempts", 3), ("attempts", 3), ("attempts", 3), ("attempts", 3), ("attempts", 3)],
            243),
        Vector("expected-attempts", [("failure", 0.5), ("attempts", 64)], 2.0),
        Vector("expected-attempts", [("failure", 0.9), ("attempts", 64)], 9.988, tolerance: 1e-3),
        Vector("expected-attempts", [("failure", 1), ("attempts", 64)], 64),
        Vector("retry-budget-load", [("budget", 0.1), ("layers", 3)], 1.331),
        Vector("backoff-sum-maximum", delays, 1100),
        Vector("backoff-sum-mean", delays + [("jitter", 1)], 550),
        Vector("retry-budget-load", [("budget", 0.1), ("layers", 1)], 1.1),
        Vector(
            "deadline-remaining", [("deadline", 0.8), ("seconds", 0.12), ("seconds", 0.2)], 0.48),
        Vector("deadline-remaining", [("deadline", 0.2), ("seconds", 0.3)], 0),
        Vector("fan-out-slow", [("share", 0.01), ("calls", 100)], 0.634, tolerance: 1e-4),
        Vector("hop-quantile", [("alpha", 0.01), ("hops", 2)], 0.995),
        Vector("percentile-sum", [("seconds", 0.06), ("seconds", 0.11)], 0.17),
        Vector("false-timeout-rate", slow(0.06), 0.01),
        Vector("false-timeout-rate", slow(0.071303), 0.0050001038, tolerance: 1e-6),
        Vector("false-timeout-rate", slow(0.12), 0.00043696487, tolerance: 1e-6),
        Vector("residual-failure", [("failure", 0.001), ("attempts", 2)], 1e-6),
        Vector("failure-sum", [("failure", 0.001), ("failure", 0.002)], 0.003),
        Vector("queue-limit", [("slots", 13), ("share", 0.5)], 6),
        Vector("breaker-window", [("window", 10), ("calls", 20), ("rate", 300)], 10),
        Vector("breaker-window", [("window", 10), ("calls", 20), ("rate", 0.5)], 40),
        // Tables of Erlang B have 4.461 and 12.03 Erlangs at 1 %, 0.762 at 0.1 %; the digits are of
        // sums of 40 decimals.
        Vector("shedding-rate", shed(1, 0.01), 0.01 / 0.99),
        Vector("shedding-rate", shed(10, 0.01), 4.461176857577691512),
        Vector("shedding-rate", shed(20, 0.01), 12.03061459490094391),
        Vector("shedding-rate", shed(5, 0.001), 0.7621146885142638560),
        Vector("shedding-rate", shed(100, 0.001), 75.24198267245853207),
        Vector(
            "shedding-rate", [("slots", 13), ("service_time", 0.015245), ("rejection", 0.001)],
            4.830533284698361682 / 0.015245),
        Vector("headroom", [("limit", 330), ("rate", 300)], 1.1),
        Vector("shedding-edge", [("rate", 300), ("headroom", 1.5), ("headroom", 1.1)], 330),
    ]

    static func shed(_ slots: Double, _ rejection: Double) -> [(String, Double)] {
        [("slots", slots), ("service_time", 1), ("rejection", rejection)]
    }

    static func slow(_ timeout: Double) -> [(String, Double)] {
        [("timeout", timeout), ("p50", 0.012), ("p99", 0.06)]
    }

    static func latency(_ quantile: Double) -> [(String, Double)] {
        [("p50", 0.012), ("p99", 0.06), ("quantile", quantile)]
    }

    static let delays: [(String, Double)] = [
        ("delays", 7), ("base", 5), ("factor", 3), ("cap", 300),
    ]

    static let queues: [Vector] = [
        Vector("erlang-c", station(2, 1), 1.0 / 3),
        Vector("erlang-c", station(5, 4), 0.5541126, tolerance: 1e-6),
        Vector("erlang-c", station(10, 8), 0.4091802, tolerance: 1e-6),
        Vector("erlang-c", station(20, 18), 0.5507690, tolerance: 1e-6),
        Vector("erlang-c", station(100, 90), 0.2169405, tolerance: 1e-6),
        Vector("erlang-c", station(1000, 970), 0.2428233, tolerance: 1e-6),
        Vector("erlang-c", station(1, 0.01), 0.01),
        Vector("erlang-c", station(100_500, 100_000), 0.0715169, tolerance: 1e-6),
        Vector("utilisation", flow(40, 0.12) + [("workers", 6)], 0.8),
        Vector("effective-arrivals", [("rate", 40), ("failure", 0.2), ("attempts", 5)], 49.984),
        Vector("utilisation", flow(49.984, 0.12) + [("workers", 6)], 0.99968),
        Vector("wait-mean", flow(40, 0.12) + [("workers", 6)], 0.05178, tolerance: 2e-4),
        Vector(
            "wait-mean",
            flow(40, 0.12) + [("workers", 6), ("arrivals_cv", 1), ("service_cv", 1.4)],
            0.07663, tolerance: 2e-4),
        Vector("workers-for-mean-wait", flow(40, 0.12) + [("wait", 0.06)], 6),
        Vector("workers-for-mean-wait", flow(40, 0.12) + [("wait", 0.06), ("service_cv", 1.4)], 7),
        Vector(
            "wait-mean", flow(40, 0.12) + [("workers", 7), ("service_cv", 1.4)], 0.02247,
            tolerance: 5e-4),
        Vector(
            "wait-quantile", flow(40, 0.12) + [("workers", 6), ("quantile", 0.95)], 0.23375,
            tolerance: 1e-4),
        Vector(
            "wait-quantile", flow(40, 0.12) + [("workers", 7), ("quantile", 0.95)], 0.09365,
            tolerance: 2e-4),
        Vector("workers-for-mean-wait", flow(36, 0.25) + [("wait", 0.1)], 11),
        Vector("wait-mean", flow(36, 0.25) + [("workers", 11)], 0.05381, tolerance: 2e-4),
        Vector(
            "workers-for-wait-quantile", flow(36, 0.25) + [("wait", 0.1), ("quantile", 0.95)], 13),
        Vector(
            "wait-quantile", flow(36, 0.25) + [("workers", 13), ("quantile", 0.95)], 0.07171,
            tolerance: 2e-4),
        Vector(
            "utilisation", flow(40, 0.12) + [("workers", 5)], 0.96),
        Vector(
            "key-utilisation", [("share", 1), ("arrival_rate", 8), ("service_time", 0.12)], 0.96),
        Vector(
            "key-wait",
            [("share", 1), ("arrival_rate", 8), ("service_time", 0.12), ("service_cv", 1.4)], 4.2624
        ),
        Vector("call-rate", [("rate", 300), ("share", 0.3)], 90),
        Vector("call-rate", [("rate", 300), ("share", 0.3), ("share", 0.7)], 300),
        Vector(
            "downstream-utilisation", [("arrival_rate", 80), ("arrival_rate", 90), ("limit", 250)],
            0.68),
        Vector("bulkhead-slots", flow(18, 1) + [("rejection", 0.01)], 28),
        Vector("bulkhead-slots", flow(18, 1) + [("rejection", 0.001)], 32),
        Vector("bulkhead-slots", flow(18, 1) + [("rejection", 0.0001)], 36),
        Vector("bulkhead-slots", flow(300, 0.015245) + [("rejection", 0.001)], 13),
        Vector("concurrency", flow(300, 0.1018), 30.54),
        Vector("workers-stable", flow(40, 0.12), 5),
        Vector(
            "wait-mean", flow(100_000, 1) + [("workers", 100_500)], 0.0715169 / 500,
            tolerance: 1e-6),
        Vector("workers-left", [("workers", 6), ("lost", 1)], 5),
    ]

    /// Figures when others are off, and queues as one station; the mixture by hand: mean 0.196 s
    /// and second moment 0.134102 s² of 40/s at 120 ms (cv 1.4) and 10/s at 500 ms (cv 1).
    static let sharing: [Vector] = [
        Vector("arrivals-scaled", [("arrival_rate", 40), ("factor", 1.2)], 48),
        Vector("service-scaled", [("service_time", 0.12), ("factor", 2)], 0.24),
        Vector("workers-sum", [("workers", 16), ("workers", 1), ("workers", 5)], 22),
        Vector("pooled-arrivals", [("arrival_rate", 40), ("arrival_rate", 10)], 50),
        Vector("pooled-service-time", mixture, 0.196),
        Vector(
            "pooled-service-cv", mixture + [("service_cv", 1.4), ("service_cv", 1)],
            1.5781990379063873),
    ]

    static let mixture: [(String, Double)] = [
        ("arrival_rate", 40), ("arrival_rate", 10), ("service_time", 0.12), ("service_time", 0.5),
    ]

    static func station(_ servers: Double, _ load: Double) -> [(String, Double)] {
        [("arrival_rate", load), ("service_time", 1), ("workers", servers)]
    }

    static func flow(_ rate: Double, _ time: Double) -> [(String, Double)] {
        [("arrival_rate", rate), ("service_time", time)]
    }

    static let operations: [Vector] = [
        Vector("peak-backlog", [("peak", 100), ("capacity", 80), ("duration", 3600)], 72_000),
        Vector("backlog-delay", [("backlog", 72_000), ("capacity", 80)], 900),
        Vector("drain-time", [("backlog", 72_000), ("capacity", 80), ("arrival_rate", 40)], 1800),
        Vector("outage-backlog", [("arrival_rate", 40), ("outage", 900)], 36_000),
        Vector("drain-time", [("backlog", 36_000), ("capacity", 50), ("arrival_rate", 40)], 3600),
        Vector("drain-time", [("backlog", 36_000), ("capacity", 100), ("arrival_rate", 40)], 600),
        Vector(
            "workers-for-drain", drain(900), 10), Vector("workers-for-drain", drain(3600), 6),
        Vector("workers-for-drain", drain(600), 12),
        Vector("capacity", [("workers", 6), ("service_time", 0.12)], 50),
        Vector("capacity", [("workers", 12), ("service_time", 0.12)], 100),
        Vector("surge", [("capacity", 50), ("arrival_rate", 40)], 1.25),
        Vector("sum", [("seconds", 900), ("seconds", 3600)], 4500),
        Vector(
            "job-limit", [("visibility", 30), ("margin", 5), ("prefetch", 4)], 6.25),
        Vector("heartbeat-interval", [("visibility", 30)], 10),
        Vector(
            "outage-dead-letters",
            [("arrival_rate", 40), ("outage", 900), ("ride_through", 203)], 27_880),
        Vector(
            "outage-dead-letters",
            [("arrival_rate", 40), ("outage", 200), ("ride_through", 203)], 0),
        Vector("duplicates-per-day", [("arrival_rate", 40), ("exceed", 0.01)], 34_560),
        Vector(
            "dead-letters-per-day",
            [("rate", 40), ("failure", 0.1), ("attempts", 4), ("poison", 0.0001)], 691.2),
        Vector("visibility-timeout", [("prefetch", 4), ("longest", 0.9), ("margin", 5)], 8.6),
        Vector("storage", [("messages", 36_000), ("payload", 2048)], 73_728_000),
        Vector("cost-per-month", [("workers", 7), ("cost_per_hour", 0.12)], 613.2),
        Vector("cost-sum", [("cost", 613.2), ("cost", 43.8), ("cost", 0)], 657),
        // By hand: 9.984 of 49.984 attempts a second are retries, 3,456 of 4,320,000 a day doubled.
        Vector(
            "cost-of-retries", [("cost", 613.2), ("rate", 40), ("arrival_rate", 49.984)],
            122.48297055057618),
        Vector("cost-of-retries", [("cost", 613.2), ("rate", 40), ("arrival_rate", 40)], 0),
        Vector(
            "cost-of-duplicates", [("cost", 1000), ("duplicates", 3456), ("arrival_rate", 50)], 0.8
        ),
        Vector(
            "idempotency-window",
            [
                ("retention", 345_600), ("attempts", 5), ("visibility", 30), ("backoff", 15),
                ("dead_letter_retention", 1_209_600),
            ], 1_555_365),
        Vector(
            "idempotency-window",
            [
                ("producer", 21), ("retention", 345_600), ("attempts", 8), ("visibility", 30),
                ("backoff", 1100), ("dead_letter_retention", 1_209_600), ("redrive", 86_400),
            ], 1_642_961),
        Vector("ride-through", delays + [("share", 0.01)], 202.98370637501648, tolerance: 0.01),
        Vector("service-quantile", [("mean", 1), ("cv", 1), ("quantile", 0.5)], 0.707106781187),
        Vector("cv-fitted", [("mean", 0.12), ("p99", 0.6)], 1.021662972423),
        Vector("cv-fitted", [("mean", 1), ("p99", 1.5)], 0.182863661980),
    ]

    /// 15 minutes at 40/s, service 120 ms.
    static func drain(_ within: Double) -> [(String, Double)] {
        [("backlog", 36_000), ("within", within), ("arrival_rate", 40), ("service_time", 0.12)]
    }

    @Test(
        "a formula gives the value of its outside vector",
        arguments: budget + calls + queues + sharing + operations + rollouts)
    func vectors(_ vector: Vector) throws {
        let value = try #require(vector.value)

        #expect((value - vector.expected).magnitude <= vector.tolerance * vector.expected.magnitude)
    }

    @Test("Erlang B of 18 Erlangs on 18 servers is 0.16647")
    func erlangB() throws {
        let blocking = try #require(Erlang.b(servers: 18, load: 18))

        #expect((blocking - 0.16647).magnitude < 5e-6)
    }

    @Test(
        "the normal quantile agrees with the tables",
        arguments: [
            (0.5, 0.0), (0.975, 1.959963984540054), (0.99, 2.3263478740408408),
            (0.999, 3.090232306167813), (0.0001, -3.719016485455709), (1e-12, -7.034483825301131),
        ])
    func normalQuantile(_ probability: Double, _ expected: Double) throws {
        let z = try #require(RealFunctions.normalQuantile(probability))

        #expect((z - expected).magnitude < 1e-12)
    }

    @Test(
        "the tail of the normal distribution agrees with the tables",
        arguments: [
            (0.0, 0.5), (0.5, 0.3085375387259869), (1, 0.15865525393145707),
            (2, 0.02275013194817922), (3, 0.0013498980316300957), (5, 2.866515718791946e-07),
            (7, 1.279812543885835e-12), (10, 7.619853024160593e-24), (-1, 0.8413447460685429),
        ])
    func normalTail(_ z: Double, _ expected: Double) throws {
        let tail = try #require(RealFunctions.normalTail(z))

        #expect((tail - expected).magnitude < 1e-11 * expected)
    }

    @Test(
        "logarithm and exponential are exact to the last digits",
        arguments: [
            (2.0, 0.6931471805599453), (10, 2.302585092994046), (1e-300, -690.7755278982137),
            (1.0000001, 9.999999500000033e-08), (7.389056098930650, 2),
        ])
    func logarithm(_ x: Double, _ expected: Double) throws {
        let logarithm = try #require(RealFunctions.ln(x))
        let back = try #require(RealFunctions.exp(logarithm))

        #expect((logarithm - expected).magnitude <= 1e-15 * max(1, expected.magnitude))
        #expect((back - x).magnitude <= 2e-13 * x)
    }

    @Test("a formula has no value outside its range, with a missing or with an unknown input")
    func ranges() {
        #expect(Vector("error-budget", [("availability", 1.2), ("window", 60)], 0).value == nil)
        #expect(Vector("error-budget", [("availability", 0.9)], 0).value == nil)
        #expect(
            Vector("error-budget", [("availability", 0.9), ("window", 60), ("x", 1)], 0).value
                == nil)
        #expect(Vector("erlang-c", Self.station(4, 4), 0).value == nil)
        #expect(
            Vector("drain-time", [("backlog", 1), ("capacity", 4), ("arrival_rate", 4)], 0).value
                == nil)
    }

    @Test("ids of formulas are unique and every formula says what it is")
    func registry() {
        let formulas = FormulaRegistry.standard.formulas

        #expect(Set(formulas.map(\.id)).count == formulas.count)
        for formula in formulas {
            #expect(!formula.statement.isEmpty && !formula.source.isEmpty && !formula.range.isEmpty)
            #expect(!formula.unit.isEmpty && !formula.inputs.isEmpty)
        }
    }
}
