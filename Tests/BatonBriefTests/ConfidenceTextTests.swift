// Confidence as people read and write it.

import BatonBrief
import JSON
import Testing

@Suite("Confidence as text")
struct ConfidenceTextTests {
    static let entries: [(JSONValue, String)] = [
        (
            [
                "evidence": "inference", "confidence": 0.7, "ceiling": 0.7,
                "rationale": "a fit or an approximation",
            ], "0.70 (ceiling: inference 0.70) - a fit or an approximation"
        ),
        (
            [
                "evidence": "computed", "confidence": 0.6, "ceiling": 0.7,
                "ceiling_kind": "report", "rationale": "no surer than workers",
            ], "0.60 (ceiling: report 0.70) - no surer than workers"
        ),
        (
            ["evidence": "definition", "confidence": 0.9499, "ceiling": 0.95],
            "0.94 (ceiling: definition 0.95) - none stated"
        ),
    ]

    @Test("is the figure, the kind that sets the ceiling, and why", arguments: entries)
    func written(_ entry: JSONValue, _ text: String) {
        #expect(ConfidenceText(of: entry)?.description == text)
    }

    @Test("is read as it is written")
    func read() throws {
        let text = "0.70 (ceiling: inference 0.70) - measured nowhere (yet)"

        let confidence = try #require(ConfidenceText(text))

        #expect(confidence.kind == "inference" && confidence.ceiling == 0.7)
        #expect(confidence.rationale == "measured nowhere (yet)")
        #expect(confidence.description == text)
    }

    @Test(
        "is not read when it is written otherwise",
        arguments: ["0.7", "0.7 (inference)", "0.7 (ceiling: gut 0.7) - why", "high"])
    func unread(_ text: String) {
        #expect(ConfidenceText(text) == nil)
    }
}
