// A brief as a person wrote it: read, understood or refused whole, its files uploaded.
import BatonAgentKit
import BatonBrief
import BatonClient
import BatonPlatform
import CommandTree
import Crypto
import JSON
import PlainText

/// A brief's file, read.
struct BriefFile {
    let source: SourceFile
    let reading: BriefReading

    init(_ path: String) throws(CommandFailure) {
        self.init(try SourceFile.read(path, bytesMax: BriefParser.briefSourceBytesMax + 1))
    }

    init(_ source: SourceFile) {
        self.source = source
        reading = BriefParser.parse(source.bytes, name: source.name)
    }

    /// How people name it.
    var shownName: String { source.isStandardInput ? "the brief" : source.path }

    /// The brief, or every problem at once.
    func document() throws(CommandFailure) -> BriefDocument {
        if isCard {
            throw CommandFailure(
                .badInput, code: "card_not_brief",
                "\(shownName) is the card of an agent, not a brief; nothing was submitted",
                next: ["baton agent check \(ShellWord.quoted(source.path))", "baton brief new"])
        }
        guard let document = reading.document, !reading.diagnostics.hasErrors else {
            throw refusal(reading.diagnostics.filter { $0.severity == .error })
        }
        let missing = try missingFiles(document.references)
        guard missing.isEmpty else { throw refusal(missing) }
        return document
    }

    /// Front matter with a key that only cards have.
    private var isCard: Bool {
        let lines = String(decoding: source.bytes, as: UTF8.self)
            .split(separator: "\n", maxSplits: 200, omittingEmptySubsequences: false)
        guard lines.first?.hasPrefix("---") == true else { return false }
        let keys = ["activation:", "required_inputs:", "brain:", "worker:", "preset:"]
        return lines.dropFirst().prefix { !$0.hasPrefix("---") }
            .contains { line in keys.contains { line.hasPrefix($0) } }
    }

    private func refusal(_ diagnostics: [Diagnostic]) -> CommandFailure {
        let count = diagnostics.count == 1 ? "1 problem" : "\(diagnostics.count) problems"
        return CommandFailure(
            .badInput, code: "bad_brief", "\(shownName) has \(count); nothing was submitted",
            problems: diagnostics.inOrder.map { .init($0) },
            next: ["baton brief check \(ShellWord.quoted(source.path))"])
    }

    /// Files that the brief names and that are not there.
    private func missingFiles(_ references: [FileReference]) throws(CommandFailure) -> [Diagnostic]
    {
        var missing: [Diagnostic] = []
        for reference in references {
            let path = place(of: reference)
            let status = try done { () throws(SystemError) in try Files.status(of: path) }
            if status?.kind == .file {
                guard let size = status?.size, size > Int64(Client.contentBytesMax) else {
                    continue
                }
                missing.append(
                    Diagnostic(
                        .error, line: reference.line, field: reference.role,
                        "\(reference.path) has \(size) bytes; an attachment may have "
                            + "\(Client.contentBytesMax)", suggestion: "cut it into smaller files"))
                continue
            }
            // A folder that cannot be listed has nothing to suggest.
            let names = (try? Files.list(Files.parent(of: path))) ?? []
            let near = Spelling.nearest(to: Files.name(of: path), among: names)
            missing.append(
                Diagnostic(
                    .error, line: reference.line, field: reference.role,
                    "\(reference.path) is not a file beside the brief", suggestion: near))
        }
        return missing
    }

    private func place(of reference: FileReference) -> String {
        source.folder == "." ? reference.path : "\(source.folder)/\(reference.path)"
    }

    /// What the brief's context commands print, run in its folder with our own environment: they
    /// are run for whoever submits, on his machine, and is told of each.
    func outputs(
        of document: BriefDocument, stopDescriptor: Int32, _ console: Console
    ) throws(CommandFailure) -> [[UInt8]] {
        guard !document.commands.isEmpty else { return [] }
        for command in document.commands {
            console.note("Running for context: \(Prose.harmless(ContextRun.shown(command.words)))")
        }
        // What a program leaves behind comes to us, to be ended, instead of to nobody.
        try done { () throws(SystemError) in try Orphans.adopt() }
        let folder = try done { () throws(SystemError) in
            try Files.absolutePath(source.folder)
        }
        let run = ContextRun(
            commands: document.commands.map(\.words), directory: folder,
            environment: Host.environment().filter { !$0.hasPrefix("BATON_") })
        do throws(ContextFault) {
            return try run.outputs(stopDescriptor: stopDescriptor)
        } catch {
            throw CommandFailure(
                .badInput, code: "context", "\(error.message); nothing was submitted",
                next: ["baton brief check \(ShellWord.quoted(source.path))"])
        }
    }

    /// brief.json with its files, and what its commands have printed, uploaded and named by digest.
    func uploaded(
        _ document: BriefDocument, outputs: [[UInt8]], priority: Int64?, by broker: Broker
    ) throws(CommandFailure) -> JSONValue {
        var resolved: [String: ResolvedReference] = [:]
        for reference in document.references where resolved[reference.path] == nil {
            let path = place(of: reference)
            let bytes = try done { () throws(SystemError) in
                try Files.read(path, bytesMax: Client.contentBytesMax)
            }
            let digest = try broker.ask { (client) throws(ClientError) in
                try client.upload(bytes, name: reference.name, mediaType: reference.mediaType)
            }
            resolved[reference.path] = ResolvedReference(digestHex: digest, size: bytes.count)
        }
        var printed: [ResolvedReference] = []
        for (index, output) in outputs.enumerated() {
            let digest = try broker.ask { (client) throws(ClientError) in
                try client.upload(
                    output, name: ContextCommand.artifactName(index + 1), mediaType: "text/plain")
            }
            printed.append(ResolvedReference(digestHex: digest, size: output.count))
        }
        do throws(DocumentRefusal) {
            var json = try document.resolving(references: resolved, outputs: printed).json
            if let priority { json["priority"] = .integer(priority) }
            return json
        } catch {
            throw CommandFailure(
                .badInput, code: "bad_brief", "\(shownName) cannot be submitted",
                problems: error.findings.map { finding in
                    .init(finding.pointer, finding.message, suggestion: finding.satisfy)
                })
        }
    }
}
