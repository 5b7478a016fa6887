// What a run of a program cost, as far as it says so: delivered as a part of its own, so that it is
// in the journal beside the work it paid for.
import JSON

/// Cost and usage of one attempt.
package struct CommandUsage: Sendable, Hashable {
    package static let partName = "usage.json"

    /// US dollars; nil when the program does not say.
    package var costUSD: Double?
    /// Tokens read, those from caches included.
    package var inputTokens: Int64?
    /// Of `inputTokens`, those that came from a cache.
    package var cachedInputTokens: Int64?
    package var outputTokens: Int64?
    package var durationMilliseconds: Int64
    package var program: String
    /// The program's own name for the conversation, to look it up there.
    package var session: String?

    package init(program: String, durationMilliseconds: Int64) {
        self.program = program
        self.durationMilliseconds = durationMilliseconds
    }

    /// `usage.json`.
    var document: [UInt8] {
        var object = JSONObject([("format", "baton.usage/1")])
        object["cost_usd"] = costUSD.map { .number($0) }
        object["input_tokens"] = inputTokens.map { .integer($0) }
        object["cached_input_tokens"] = cachedInputTokens.map { .integer($0) }
        object["output_tokens"] = outputTokens.map { .integer($0) }
        object["duration_ms"] = .integer(durationMilliseconds)
        object["program"] = .string(program)
        object["session"] = session.map { .string($0) }
        return JSONValue.object(object).encoded()
    }

    /// True when there is more to tell than how long it took.
    var saysSomething: Bool { costUSD != nil || inputTokens != nil || outputTokens != nil }

    /// Takes over what a program that knows our format says in its result's `usage` member.
    mutating func merge(_ stated: JSONValue) {
        costUSD = stated["cost_usd"]?.doubleValue ?? costUSD
        inputTokens = stated["input_tokens"]?.integerValue ?? inputTokens
        cachedInputTokens = stated["cached_input_tokens"]?.integerValue ?? cachedInputTokens
        outputTokens = stated["output_tokens"]?.integerValue ?? outputTokens
    }
}
