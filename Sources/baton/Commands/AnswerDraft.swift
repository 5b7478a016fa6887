// An answer as typed, made into answer.json; every mistake is reported at once.
import BatonBrief
import BatonClient
import CommandTree
import JSON

/// The options of `baton escalation answer`.
struct AnswerDraft {
    private let id: String
    private let option: String?
    private let reason: String
    private let settings: [String]
    private let instructions: String?

    init(_ invocation: Invocation, _ id: String) {
        self.id = id
        settings = invocation.options("set")
        instructions = invocation.option("instructions")
        reason = invocation.option("reason") ?? ""
        let hasOwn = !settings.isEmpty || instructions != nil
        option = invocation.option("option") ?? (hasOwn ? "revise" : nil)
    }

    /// Says everything that is missing, before anything is asked of a broker.
    func check() throws(CommandFailure) {
        var problems: [CommandFailure.Problem] = []
        if option == nil {
            problems.append(.init("--option", "is missing: which option do you take?"))
        } else if option != AnswerDocument.revise, !settings.isEmpty || instructions != nil {
            problems.append(
                .init("--option", "\(option ?? "") goes without --set and --instructions"))
        }
        if reason.isEmpty {
            problems.append(.init("--reason", "is missing: it goes into the record"))
        }
        guard !problems.isEmpty else { return }
        throw CommandFailure(
            .usage, code: "usage", "the answer to \(id) is not complete", problems: problems,
            next: ["baton escalation show \(id)", line])
    }

    /// The command as it was typed, with what is missing filled in.
    private var line: String {
        var words = ["baton escalation answer \(id)"]
        if settings.isEmpty, instructions == nil { words.append("--option \(option ?? "ID")") }
        words += settings.map { "--set \(ShellWord.quoted($0))" }
        if let instructions { words.append("--instructions \(ShellWord.quoted(instructions))") }
        words.append("--reason \(reason.isEmpty ? "\"TEXT\"" : ShellWord.quoted(reason))")
        return words.joined(separator: " ")
    }

    /// True when no option was named, or could not be.
    var isWithoutOption: Bool { option == nil }

    /// answer.json. Settings need the inputs as they are now: an element of a list is changed in a
    /// copy of the whole list.
    func document(_ broker: Broker) throws(CommandFailure) -> JSONValue {
        var document = JSONObject([
            ("format", "baton.answer/1"), ("option", .string(option ?? "")),
        ])
        if !settings.isEmpty {
            let inputs = try CurrentInputs.read(escalation: id, broker)
            do throws(AnswerPatchError) {
                document["patch"] = try AnswerPatch.make(settings, inputs: inputs)
            } catch {
                throw CommandFailure(
                    .badInput, code: "bad_answer", "a value of the answer to \(id) does not fit",
                    problems: [.init("--set", error.message, suggestion: error.suggestion)],
                    next: ["baton escalation show \(id)", "baton escalation answer --help"])
            }
        }
        document["instructions"] = instructions.map { .string($0) }
        document["reason"] = .string(reason)
        return .object(document)
    }
}

/// The inputs of the brief that an escalation belongs to, with the effects of all answers so far.
enum CurrentInputs {
    static func read(escalation id: String, _ broker: Broker) throws(CommandFailure) -> JSONValue {
        let row = try broker.document { (client) throws(ClientError) in
            try client.show(.escalation, id)
        }
        guard let brief = row["brief"]?.stringValue else { return .object(JSONObject()) }
        let shown = try BriefActions.document(of: brief, broker)
        var facts = PacketFacts(
            task: .init(
                id: "t-0", kind: .work, agent: "", title: "", instructions: "", attempt: 1,
                rejections: 0),
            briefID: brief, sentAt: "", brief: try document(of: brief, broker))
        facts.answers = (shown["escalations"]?.arrayValue ?? []).compactMap { row in
            guard let answer = row["answer"], !answer.isNull else { return nil }
            return PacketFacts.Answered(
                escalationID: BrokerRows.text(row, "escalation"), escalation: row, answer: answer,
                by: "", at: "")
        }
        return PacketAssembler.inputs(facts, answers: facts.answers) ?? .object(JSONObject())
    }

    /// brief.json, out of the event that is the brief's id.
    private static func document(
        of brief: String, _ broker: Broker
    ) throws(CommandFailure) -> JSONValue? {
        guard let seq = Int64(brief.dropFirst(2)) else { return nil }
        let event = try broker.ask { (client) throws(ClientError) -> JSONValue? in
            try client.event(seq)
        }
        let payload = event?["payload"]?.objectValue?.members ?? []
        return payload.map(\.value).first {
            $0["format"]?.stringValue == DocumentKind.brief.format
        }
    }
}

extension CommandFailure.Problem {
    /// What reading a brief, card or value reports.
    init(_ diagnostic: Diagnostic) {
        self.init(
            diagnostic.field ?? "", line: diagnostic.line, diagnostic.message,
            suggestion: diagnostic.suggestion)
    }
}
