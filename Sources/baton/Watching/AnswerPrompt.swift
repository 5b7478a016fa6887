// The question on a terminal: an escalation, its options, and room for a decision.
import BatonBrief
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
    mutating func ask(_ row: JSONValue, _ broker: Broker) throws(ClientError) -> Decision {
        let id = BrokerRows.text(row, "escalation")
        let options = (row["options"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
        let names = options.map(Prose.harmless).joined(separator: ", ")
        console.note("")
        console.note(EscalationView(row, console, paint: console.notePaint).question)
        console.note("")
        while true {
            let question = "Answer \(id) now? [\(names), FIELD=VALUE, or Enter for later] "
            guard let word = try line(question), !word.isEmpty else { return later(id) }
            var document = JSONObject([("format", "baton.answer/1"), ("option", .string(word))])
            if word.contains("=") {
                guard let patch = try patch(of: id, beginning: word, broker) else { continue }
                document["option"] = .string(AnswerDocument.revise)
                document["patch"] = patch
            } else if !options.contains(word) {
                console.note(
                    "`\(Prose.harmless(word))` is not one of \(names), and no value such as"
                        + " slo.availability=99.8%.")
                continue
            }
            guard let reason = try reason() else { return later(id) }
            document["reason"] = .string(reason)
            return .answer(.object(document))
        }
    }

    /// A decision without a reason is none; the first empty line may be a slip.
    private mutating func reason() throws(ClientError) -> String? {
        guard let first = try line("Why? (it goes into the record) ") else { return nil }
        guard first.isEmpty else { return first }
        let second = try line(
            "Nothing is recorded without a reason. Why? (Enter again for later) ")
        return second.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func later(_ id: String) -> Decision {
        console.note("Nothing was recorded; \(id) stays open.")
        return .later
    }

    /// The patch for values typed one a line; nil when one does not fit, which was said.
    private mutating func patch(
        of id: String, beginning first: String, _ broker: Broker
    ) throws(ClientError) -> JSONValue? {
        var settings = [first]
        while true {
            let patch: JSONValue
            do {
                let inputs = try CurrentInputs.read(escalation: id, broker)
                patch = try AnswerPatch.make(settings, inputs: inputs)
                let changes = InputChange.list(patch: patch, inputs: inputs)
                if changes.isEmpty { console.note("  That is the value already.") }
                for change in changes { console.note("  " + Prose.harmless(change.description)) }
            } catch let error as AnswerPatchError {
                console.note("  " + Prose.harmless(error.description))
                return nil
            } catch let error as CommandFailure {
                console.note("  " + Prose.harmless(error.message))
                return nil
            } catch {
                preconditionFailure("reading inputs and values throws nothing else")
            }
            let next = try line("Another FIELD=VALUE? [Enter for no] ") ?? ""
            if next.isEmpty { return patch }
            settings.append(next)
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
