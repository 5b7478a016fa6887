// How two well-known programs are started without a terminal, and where their answer is in what
// they print. Both get the prompt on standard input.
import JSON

/// A program whose way of printing the kit knows.
public enum CommandPreset: String, Sendable, CaseIterable {
    /// `claude -p --output-format json` prints one object when it is done.
    case claude
    /// `codex exec --json` prints one event a line.
    case codex

    /// What is run when the card names no command of its own.
    public var command: [String] {
        switch self {
        case .claude: ["claude", "-p", "--output-format", "json"]
        // Outside a repository it otherwise refuses to start; `-` reads the prompt from stdin.
        case .codex: ["codex", "exec", "--json", "--skip-git-repo-check", "-"]
        }
    }

    /// Finds the answer in what the program printed; nil when there is none of the expected form.
    func extract(_ output: [UInt8], into usage: inout CommandUsage) -> PresetAnswer? {
        switch self {
        case .claude: Self.claude(output, into: &usage)
        case .codex: Self.codex(output, into: &usage)
        }
    }

    private static func claude(_ output: [UInt8], into usage: inout CommandUsage) -> PresetAnswer? {
        guard let printed = try? JSONValue(parsing: output) else { return nil }
        // With --verbose it is the list of all messages; the result is the last one.
        let candidates = printed.arrayValue ?? [printed]
        guard let result = candidates.last(where: { $0["type"]?.stringValue == "result" }) else {
            return nil
        }
        usage.costUSD = result["total_cost_usd"]?.doubleValue
        usage.session = result["session_id"]?.stringValue
        usage.durationMilliseconds =
            result["duration_ms"]?.integerValue ?? usage.durationMilliseconds
        if let tokens = result["usage"] {
            let read = tokens["cache_read_input_tokens"]?.integerValue ?? 0
            let written = tokens["cache_creation_input_tokens"]?.integerValue ?? 0
            usage.inputTokens = tokens["input_tokens"]?.integerValue.map { $0 + read + written }
            usage.cachedInputTokens = read
            usage.outputTokens = tokens["output_tokens"]?.integerValue
        }
        let text = result["result"]?.stringValue
        // `error_max_turns` and its like carry no text.
        let subtype = result["subtype"]?.stringValue ?? "success"
        guard result["is_error"]?.boolValue != true, subtype == "success", let text else {
            return .failed(text ?? subtype)
        }
        return .text(text)
    }

    private static func codex(_ output: [UInt8], into usage: inout CommandUsage) -> PresetAnswer? {
        var answer: String?
        var failure: String?
        for line in output.split(separator: UInt8(ascii: "\n")) {
            // Anything that is not an event is somebody's stray print.
            guard let event = try? JSONValue(parsing: Array(line)) else { continue }
            switch event["type"]?.stringValue {
            case "thread.started":
                usage.session = event["thread_id"]?.stringValue
            case "item.completed" where event["item"]?["type"]?.stringValue == "agent_message":
                answer = event["item"]?["text"]?.stringValue ?? answer
            case "turn.completed":
                failure = nil
                guard let tokens = event["usage"] else { continue }
                usage.inputTokens = sum(usage.inputTokens, tokens["input_tokens"])
                usage.cachedInputTokens = sum(
                    usage.cachedInputTokens, tokens["cached_input_tokens"])
                usage.outputTokens = sum(usage.outputTokens, tokens["output_tokens"])
            case "turn.failed":
                failure = event["error"]?["message"]?.stringValue ?? "the turn failed"
            case "error":
                failure = event["message"]?.stringValue ?? "the run failed"
            default:
                continue
            }
        }
        if let failure { return .failed(failure) }
        return answer.map { .text($0) }
    }

    private static func sum(_ total: Int64?, _ value: JSONValue?) -> Int64? {
        guard let value = value?.integerValue else { return total }
        return (total ?? 0) + value
    }
}

/// What a preset found in a program's output.
enum PresetAnswer: Sendable, Hashable {
    case text(String)
    case failed(String)
}
