// An engine whose delivery was refused asks, and the broker takes the question.

import BatonAgents
import BatonBrief
import Testing

@Suite struct StuckEscalationTests {
    @Test("the question is one that a broker accepts, with what was refused")
    func accepted() throws {
        let question = StuckEscalation.document(
            agent: "backend.api_reliability", task: "t-18",
            findings: (1...20).map { "finding \($0)" })

        let read = try EscalationDocument(question.json)
        #expect(read == question)
        #expect(read.blocker.contains("- finding 8\n") == false)
        #expect(read.blocker.hasSuffix("- finding 8"))
    }
}
