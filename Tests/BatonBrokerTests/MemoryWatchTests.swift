// What the memory watch takes the state to explain: too much would hide what hostile peers occupy.

import BatonBroker
import BatonCore
import BatonWire
import JSON
import Testing

@Suite struct MemoryWatchTests {
    @Test("a task explains 2 KiB while it is open, and a trace and a key when it is over")
    func tasks() throws {
        let harness = try LoopHarness()
        try harness.worker("x")
        let before = MemoryWatch.expected(harness.core.state)
        let parcel = Parcel(parts: [
            .init(name: "note.txt", mediaType: "text/plain", body: Array("hello".utf8))
        ])

        try harness.ask(
            "operator", .task, JSONObject([("key", "k"), ("agent", "x")]), body: parcel.bodyFrames)
        let open = MemoryWatch.expected(harness.core.state)
        try harness.deliver("x", harness.assignment("x"), [("result.json", [:])])
        let over = MemoryWatch.expected(harness.core.state)

        #expect(open - before == 2_048 + 256)
        #expect(over - before == 2 * 256)
    }
}
