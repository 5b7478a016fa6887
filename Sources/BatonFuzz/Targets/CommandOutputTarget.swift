// What an agent's command prints, read as a result.

import BatonAgentKit
import BatonBrief
import BatonClient
import BatonWire

struct CommandOutputTarget: FuzzTarget {
    static let name = "command-output"

    private let mutator = Mutator(
        words: TextGenerator.markdownWords + [
            "{\"fail\":{\"retry_after\":1e300}}", "```json\n", "```", "{", "}", "\"deliverables\":",
            "\"usage\":",
            "\"escalation\":",
        ])

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        let text = Array(TextGenerator.commandOutput(&random).utf8)
        return random.once(in: 4) ? text : mutator.mutate(text, &random, with: text)
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let kinds = TaskKindName.allCases
        let output = CommandOutput(
            kind: kinds[input.count % kinds.count], agent: "team.writer", task: "t-1",
            isReviewed: input.count % 2 == 0)
        let result = output.result(of: String(decoding: input, as: UTF8.self)).result
        switch result {
        case .deliver(let parts):
            return .accepted("deliver \(min(parts.count, 3))")
        case .escalate: return .accepted("escalate")
        case .fail(_, let message, let code, let retryAfter):
            try requireBounded(message, "the message")
            try requireBounded(code ?? "", "the code")
            if let retryAfter { try require(retryAfter >= .zero, "a wait of \(retryAfter)") }
            return .refused(message)
        }
    }
}
