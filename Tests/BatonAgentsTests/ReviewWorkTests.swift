// What a review costs is bounded, whatever a delivery asks for: the figure with which it becomes
// too much is named, and the delivery is rejected.

import Arithmetic
import BatonAgents
import JSON
import Testing

@Suite("Work of a review")
struct ReviewWorkTests {
    /// A delivery without simulations, and the desk that it comes from.
    private static let good = Result { () throws -> (desk: Desk, item: Delivered) in
        let desk = try Desk(try Repository.brief("payment-capture.md"))
        return (desk, try desk.delivered("backend.api_reliability", task: "t-5"))
    }

    /// A figure whose inputs rest on an assumption of the delivery.
    private func figure(
        _ number: Int, _ formula: String, _ inputs: [(String, JSONValue)]
    ) -> JSONValue {
        [
            "id": .string("hostile.\(number)"), "label": .string("Figure \(number)"), "value": 1,
            "unit": "s",
            "formula": .string(formula),
            "inputs": .array(
                inputs.map { ["name": .string($0.0), "value": $0.1, "assumption": "A1"] }),
            "evidence": "inference", "confidence": 0.1, "ceiling": 0.1, "shown": "1 s",
        ]
    }

    /// The places and messages about too much work, of the delivery with `items` as one list.
    private func refusals(
        _ list: String, _ items: [JSONValue], gate: QualityEngine
    ) throws -> (isRejected: Bool, found: [(place: String, message: String)]) {
        var (desk, item) = try Self.good.get()
        desk.gate = gate
        desk.repeats = false
        var draft = try DeliveryDraft(item, packet: .null)
        try draft.set(DeliveryDraft.analysis, "/quantities", [])
        try draft.set(DeliveryDraft.analysis, "/\(list)", .array(items))
        item.parts = draft.parts
        let verdict = try desk.review(item)
        let found = (verdict["findings"]?.arrayValue ?? []).filter {
            $0["rule"] == .string(QualityRule.quantityBounded.rawValue)
        }
        return (
            verdict["verdict"] == "rejected",
            found.map { ($0["place"]?.stringValue ?? "", $0["message"]?.stringValue ?? "") }
        )
    }

    /// Dependencies of which sixteen share something each: 2¹⁶ states of sixty thousand parts.
    private static let parts = (0..<60_000).map { part -> JSONValue in
        part < 16 ? ["shares": [.string("s\(part)")]] : [:]
    }

    @Test("thousands of simulations are not run: the finding names the limit and the value")
    func simulations() throws {
        let figures = (0..<3000).map { number in
            figure(
                number, "workers-simulated",
                [
                    ("arrival_rate", .number(80 + Double(number) / 1000)), ("service_time", 1),
                    ("wait", 0.1), ("service_cv", 50),
                ])
        }

        let (isRejected, found) = try refusals(
            "quantities", figures, gate: QualityEngine(stepsMax: 1_000_000))

        #expect(isRejected && found.map(\.place) == ["/quantities/0"])
        let message = try #require(found.first?.message)
        #expect(message.contains("exceeds reviewStepsMax 1000000;"), "\(message)")
        #expect(message.contains("workers-simulated again takes up to 1") && message.count < 250)
    }

    @Test("one figure can be too much by itself: a graph of sixty thousand parts")
    func graph() throws {
        let hostile = figure(0, "availability-graph", [("dependencies", .array(Self.parts))])

        let (isRejected, found) = try refusals("quantities", [hostile], gate: QualityEngine())

        #expect(isRejected && found.map(\.place) == ["/quantities/0"])
    }

    @Test("what comes twice is derived once, and what is new counts")
    func repeated() throws {
        func ride(_ number: Int, base: Double) -> JSONValue {
            figure(
                number, "ride-through", [("delays", 1), ("base", .number(base)), ("share", 0.01)])
        }
        // Room for one and a half.
        let rides = [ride(0, base: 1), ride(1, base: 1), ride(2, base: 2)]
        let gate = QualityEngine(stepsMax: DelaySums.messages * 3 / 2)

        let found = try refusals("quantities", rides, gate: gate).found

        #expect(found.map(\.place) == ["/quantities/2"])
    }

    @Test("points of plots count like figures")
    func plots() throws {
        let plot: JSONValue = [
            "id": "hostile", "title": "Hostile", "x": ["label": "deadline", "unit": "s"],
            "y": ["label": "availability", "unit": "ratio"], "marks": [],
            "series": [
                [
                    "label": "graph", "formula": "availability-graph", "runs": "deadline",
                    "inputs": [
                        [
                            "name": "dependencies", "value": .array(Self.parts),
                            "assumption": "A1",
                        ]
                    ],
                    "values": [1, 2], "points": [1, 1],
                ]
            ],
        ]

        let (isRejected, found) = try refusals("plots", [plot], gate: QualityEngine())

        #expect(isRejected && found.map(\.place) == ["/plots/0/series/0/points/0"])
    }
}
