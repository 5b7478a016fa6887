// The question on a terminal: an escalation, its options, and room for a decision.
import BatonClient
import BatonPlatform
import CommandTree
import JSON
import ZeroMQ

/// Asks the person at the terminal.
struct AnswerPrompt: ~Copyable {
    enum Decision {
        case answer(JSONValue)
        /// Not now.
        case later
    }

    private let console: Console
    private let signalDescriptor: Int32
    private var reader = LineReader(descriptor: 0, lineBytesMax: 4096)

    init(_ console: Console, _ signals: borrowing SignalInbox) {
        self.console = console
        signalDescriptor = signals.fileDescriptor
    }

    /// Shows the escalation and waits for a decision; Ctrl-C ends it as `interrupted`.
    mutating func ask(_ row: JSONValue) throws(ClientError) -> Decision {
        let id = BrokerRows.text(row, "escalation")
        let options = (row["options"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
        console.note("")
        console.note(EscalationView(row, console, paint: console.notePaint).question)
        console.note("")
        while true {
            let names = options.map(Prose.harmless).joined(separator: ", ")
            guard let word = try line("Answer \(id) now? [\(names), or Enter for later] "),
                !word.isEmpty
            else { return .later }
            guard options.contains(word) else {
                console.note("`\(Prose.harmless(word))` is not one of \(names).")
                continue
            }
            guard let reason = try line("Why? (it goes into the record) "), !reason.isEmpty else {
                return .later
            }
            return .answer([
                "format": "baton.answer/1", "option": .string(word), "reason": .string(reason),
            ])
        }
    }

    /// One line typed; nil at the end of input.
    private mutating func line(_ question: String) throws(ClientError) -> String? {
        console.noteRaw(console.notePaint.bold(question))
        var poller = Poller()
        let input = poller.add(descriptor: 0, for: .readable)
        let signal = poller.add(descriptor: signalDescriptor, for: .readable)
        while true {
            do throws(ZMQError) {
                _ = try poller.poll(timeoutMilliseconds: nil)
            } catch {
                return nil
            }
            if !poller.readiness(of: signal).isEmpty {
                console.note("")
                throw ClientError(.interrupted, "interrupted")
            }
            guard !poller.readiness(of: input).isEmpty else { continue }
            // A terminal hands over whole lines; its end (Ctrl-D) means later.
            switch try? reader.next() {
            case .line(let bytes), .cut(let bytes):
                let text = String(decoding: bytes, as: UTF8.self)
                let words = text.split(whereSeparator: \.isWhitespace)
                return words.joined(separator: " ")
            case .wouldBlock: continue
            case .endOfFile, nil: return nil
            }
        }
    }
}
