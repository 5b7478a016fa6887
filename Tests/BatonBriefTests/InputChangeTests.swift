// What a patch changes, as a person reads it.
import JSON
import Testing

@testable import BatonBrief

@Suite struct InputChangeTests {
    private let inputs: JSONValue = [
        "slo": ["availability": 0.9995, "latency_p99": 0.8],
        "queues": [
            ["name": "mails", "service_mean": 0.1],
            ["name": "orders", "workers": ["min": 1, "max": 6]],
        ],
    ]

    @Test("a changed scalar says its old and its new value in people's units")
    func scalar() {
        let changes = InputChange.list(patch: ["slo": ["availability": 0.998]], inputs: inputs)

        #expect(changes.map(\.description) == ["slo.availability = 99.8% (was 99.95%)"])
        #expect(changes.map(\.arrow) == ["slo.availability: 99.95% → 99.8%"])
    }

    @Test("a list that is replaced whole shows only the field that differs")
    func list() {
        let changes = InputChange.list(
            patch: [
                "queues": [
                    ["name": "mails", "service_mean": 0.1],
                    ["name": "orders", "workers": ["min": 1, "max": 13]],
                ]
            ], inputs: inputs)

        #expect(changes.map(\.arrow) == ["queues.orders.workers.max: 6 → 13"])
    }

    @Test("a removed field and a new one say so")
    func presence() {
        let changes = InputChange.list(
            patch: ["slo": ["latency_p99": nil, "window": 2_592_000]], inputs: inputs)

        #expect(
            changes.map(\.description) == [
                "slo.window = 30 d", "slo.latency_p99 removed (was 800 ms)",
            ])
    }
}
