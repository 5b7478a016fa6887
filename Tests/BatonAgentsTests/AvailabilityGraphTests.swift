// The availability of what a request needs, against figures worked out by hand and by a second way.

import Arithmetic
import BatonAgents
import JSON
import Testing

@Suite("Availability graph")
struct AvailabilityGraphTests {
    private func up(_ dependencies: JSONValue, deadline: Double? = nil, outage: Double? = nil)
        -> Double?
    {
        AvailabilityGraph(dependencies, deadline: deadline, outage: outage, unstated: nil)?
            .probability()
    }

    private func isClose(_ value: Double?, _ expected: Double) -> Bool {
        value.map { ($0 - expected).magnitude < 1e-12 } ?? false
    }

    @Test("two redundant parts behind a shared one are conditioned on it, not multiplied")
    func shared() {
        let dependencies: JSONValue = [
            [
                "name": "a", "availability": 0.999, "kind": "redundant", "group": "g",
                "shares": ["net"],
            ],
            [
                "name": "b", "availability": 0.999, "kind": "redundant", "group": "g",
                "shares": ["net"],
            ],
            ["name": "net", "availability": 0.9995, "kind": "soft"],
        ]

        let product = 1 - (1 - 0.999 * 0.9995) * (1 - 0.999 * 0.9995)

        #expect(isClose(up(dependencies), 0.9994990005))
        // What multiplied paths would claim.
        #expect((product - 0.9999978).magnitude < 1e-7)
    }

    @Test("hard parts are in series, and a part listed twice counts once")
    func series() {
        let one: JSONValue = ["name": "a", "availability": 0.999]
        let two: JSONValue = ["name": "b", "availability": 0.99, "kind": "hard"]

        #expect(isClose(up([one, two]), 0.98901))
        #expect(isClose(up([one, two, one]), 0.98901))
    }

    @Test("two of three at 99 % give 0.999702")
    func needTwo() {
        let member: (String) -> JSONValue = { name in
            [
                "name": .string(name), "availability": 0.99, "kind": "redundant", "group": "g",
                "need": 2,
            ]
        }

        #expect(isClose(up([member("a"), member("b"), member("c")]), 0.999702))
    }

    @Test("announced maintenance counts")
    func maintenance() {
        let dependencies: JSONValue = [
            ["name": "a", "availability": 1.0, "maintenance": ["for": 1800, "every": 86400]]
        ]

        #expect(isClose(up(dependencies), 0.9791666666666666))
    }

    @Test("a cache is free only while it outlasts the outage, a soft call only within the deadline")
    func conditions() {
        let cached: JSONValue = [
            ["name": "a", "availability": 0.9, "kind": "cached", "stale_ok": 600]
        ]
        let soft: JSONValue = [["name": "a", "availability": 0.9, "kind": "soft", "timeout": 0.5]]

        #expect(isClose(up(cached, outage: 300), 1))
        #expect(isClose(up(cached, outage: 900), 0.9))
        #expect(isClose(up(soft, deadline: 0.8), 1))
        #expect(isClose(up(soft, deadline: 0.4), 0.9))
    }

    @Test("what is shared in turn is shared too")
    func nested() {
        let dependencies: JSONValue = [
            ["name": "a", "availability": 1.0, "shares": ["cluster"]],
            ["name": "cluster", "availability": 1.0, "kind": "soft", "shares": ["power"]],
            ["name": "power", "availability": 0.9, "kind": "soft", "shares": ["cluster"]],
        ]

        #expect(isClose(up(dependencies), 0.9))
    }

    @Test("beyond 16 shared components a decision diagram gives the exact figure")
    func many() {
        var list: [JSONValue] = []
        for pair in 0..<40 {
            let net: JSONValue = .string("net-\(pair)")
            list.append(["name": net, "availability": 0.9995, "kind": "soft"])
            for side in ["a", "b"] {
                list.append([
                    "name": .string("\(side)-\(pair)"), "availability": 0.999,
                    "kind": "redundant", "group": .string("g-\(pair)"), "shares": [net],
                ])
            }
        }

        #expect(isClose(up(.array(list)), RealFunctions.power(0.9994990005, 40)))
    }

    @Test("enumeration and decision diagram agree, whatever is shared")
    func agreement() throws {
        var state: UInt64 = 20_261_128
        func draw(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        for round in 0..<200 {
            var list: [JSONValue] = []
            let count = 3 + draw(8)
            for index in 0..<count {
                var item: JSONValue = [
                    "name": .string("d\(index)"),
                    "availability": .number(0.5 + Double(draw(50)) / 100),
                ]
                switch draw(4) {
                case 0: item["kind"] = "soft"
                case 1: item["kind"] = "hard"
                default:
                    item["kind"] = "redundant"
                    item["group"] = .string("g\(draw(3))")
                }
                item["shares"] = .array(
                    (0..<draw(3)).map { _ in .string("d\(draw(count))") })
                list.append(item)
            }
            let graph = try #require(
                AvailabilityGraph(.array(list), deadline: nil, outage: nil, unstated: nil))
            let enumerated = try #require(graph.probability())
            let diagrammed = try #require(graph.probabilityByDiagram())

            #expect((enumerated - diagrammed).magnitude < 1e-12, "round \(round): \(list)")
        }
    }

    @Test("the availability that one part needs is solved exactly, and costs are what it takes")
    func solved() throws {
        let dependencies: JSONValue = [
            ["name": "a", "availability": 0.99], ["name": "b", "availability": 0.999],
        ]
        func formula(_ id: String, _ more: [(String, JSONValue)]) -> Double? {
            FormulaRegistry.standard[id]?.evaluate(
                FormulaValues([("dependencies", dependencies), ("dependency", "a")] + more))
        }

        #expect(isClose(formula("availability-needed", [("availability", 0.995)]), 0.995 / 0.999))
        #expect(
            isClose(
                formula("availability-needed", [("availability", 0.99), ("own", 0.999)]),
                0.99 / 0.999 / 0.999))
        #expect(formula("availability-needed", [("availability", 0.9995)]) == nil)
        #expect(
            isClose(formula("dependency-cost", [("window", 60_000)]), (0.999 - 0.98901) * 1000))
    }
}
