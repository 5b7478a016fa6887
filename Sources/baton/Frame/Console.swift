// What the program says: results on standard output, progress and complaints on standard error,
// coloured only where a person looks.
import BatonPlatform
import CommandTree
import JSON

/// Where a command's words go.
struct Console: Sendable {
    /// Results are for a program: JSON on standard output.
    let isJSON: Bool
    /// For standard output.
    let paint: Paint
    /// For standard error.
    let notePaint: Paint
    /// Columns of standard output; 100 when it is no terminal.
    let width: Int
    /// What a line must fit into: nil when standard output is no terminal, and nothing is cut.
    let lineWidth: Int?
    /// A person can be asked: both ends of the conversation are terminals.
    let isInteractive: Bool
    /// Standard error is a terminal, so a line can be written over.
    let canRewrite: Bool

    init(isJSON: Bool) {
        self.isJSON = isJSON
        let wantsColour =
            (Host.environment("NO_COLOR") ?? "").isEmpty && Host.environment("TERM") != "dumb"
        paint = Paint(isColoured: wantsColour && Terminal.isTerminal(1) && !isJSON)
        notePaint = Paint(isColoured: wantsColour && Terminal.isTerminal(2))
        lineWidth = Terminal.size(of: 1)?.columns
        width = lineWidth ?? 100
        isInteractive = Terminal.isTerminal(0) && Terminal.isTerminal(2) && !isJSON
        canRewrite = Terminal.isTerminal(2) && Host.environment("TERM") != "dumb"
    }

    init(_ invocation: Invocation) {
        self.init(isJSON: invocation.flag("json"))
    }

    /// A result: text and a line feed on standard output.
    func say(_ text: String) {
        put(text + "\n", to: .output)
    }

    /// Progress: text and a line feed on standard error.
    func note(_ text: String) {
        put(text + "\n", to: .error)
    }

    /// Text on standard error as it is.
    func noteRaw(_ text: String) {
        put(text, to: .error)
    }

    /// A result for a program: one line.
    func say(json: JSONValue) {
        put(bytes: json.encoded() + [UInt8(ascii: "\n")], to: .output)
    }

    /// Bytes of one line, as they are.
    func say(line: [UInt8]) {
        put(bytes: line + [UInt8(ascii: "\n")], to: .output)
    }

    /// JSON for a program, or text for a person.
    func result(_ json: JSONValue, _ text: () -> String) {
        if isJSON { say(json: json) } else { say(text()) }
    }

    private func put(_ text: String, to stream: StandardStream) {
        put(bytes: [UInt8](text.utf8), to: stream)
    }

    private func put(bytes: [UInt8], to stream: StandardStream) {
        do throws(SystemError) {
            // The reader left, as with `| head`: nobody wants the rest.
            if try !stream.write(bytes), stream == .output { Host.exit(ExitStatus.done.rawValue) }
        } catch {
            // Nothing can be said any more; the status is all that is left.
            if stream == .output { Host.exit(ExitStatus.failed.rawValue) }
        }
    }
}

extension Console {
    /// Prints what went wrong: for people on standard error, and with `--json` for programs too.
    func complain(_ failure: CommandFailure) {
        if isJSON { say(json: ["error": failure.json]) }
        let paint = notePaint
        note("\(paint.red("baton:")) \(Prose.harmlessLines(failure.message))")
        for problem in failure.problems {
            var words: [String] = []
            if let line = problem.line { words.append(paint.bold("line \(line)")) }
            if !problem.subject.isEmpty {
                words.append(paint.cyan(Prose.harmless(problem.subject)))
            }
            words.append(Prose.harmlessLines(problem.message))
            var text = "  " + words.joined(separator: "  ")
            if let suggestion = problem.suggestion {
                // A word was probably meant; a sentence says what to do.
                let isWord = !suggestion.contains(" ")
                let words = isWord ? "did you mean \(suggestion)?" : suggestion
                text += "; " + paint.yellow(Prose.harmless(words))
            }
            note(text)
        }
        guard !failure.next.isEmpty else { return }
        note(paint.bold("Next:"))
        for line in failure.next { note("  \(paint.cyan(Prose.harmless(line)))") }
    }
}

extension CommandFailure {
    /// `{"code","message","problems":[…],"next":[…],"retry_after_ms"?,"exit"}`.
    var json: JSONValue {
        var object = JSONObject([("code", .string(code)), ("message", .string(message))])
        object["problems"] = .array(
            problems.map { problem in
                var entry = JSONObject()
                if !problem.subject.isEmpty { entry["field"] = .string(problem.subject) }
                entry["line"] = problem.line.map { .integer(Int64($0)) }
                entry["message"] = .string(problem.message)
                entry["suggestion"] = problem.suggestion.map { .string($0) }
                return .object(entry)
            })
        object["next"] = .array(next.map { .string($0) })
        object["retry_after_ms"] = retryAfterMilliseconds.map { .integer($0) }
        object["exit"] = .integer(Int64(status.rawValue))
        return .object(object)
    }
}
