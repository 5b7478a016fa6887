// `--out DIR`: each accepted deliverable as JSON and as Markdown, and an index to begin with.
//
// A folder per task; a file that is there from an earlier fetch is replaced, nothing else is
// touched.
import BatonBrief
import BatonClient
import BatonPlatform
import CommandTree
import JSON

/// Writes the deliverables of a brief.
struct DeliverableWriter {
    let broker: Broker
    let folder: String

    /// Writes what SHOW brief lists and returns the files, the index first.
    func write(_ brief: JSONValue) throws(CommandFailure) -> [String] {
        var entries: [DeliverableMarkdown.IndexEntry] = []
        var files: [String] = []
        try done { () throws(SystemError) in try Files.makeDirectory(folder) }
        for delivery in brief["deliverables"]?.arrayValue ?? [] {
            let entry = try write(delivery: delivery, of: brief)
            files += entry.files
            entries.append(entry)
        }
        let state = brief["state"]?.stringValue ?? "unknown"
        var index = DeliverableMarkdown.index(
            briefID: BrokerRows.text(brief, "brief"), state: state, brief: brief, entries: entries,
            questions: try questions(of: brief), failures: Self.failures(of: brief))
        if entries.isEmpty { index += "\nNo task has been accepted yet.\n" }
        try put([UInt8](index.utf8), "index.md")
        return ["index.md"] + files
    }

    /// What waits for a decision, with the inputs that the options would change.
    private func questions(
        of brief: JSONValue
    ) throws(CommandFailure) -> [DeliverableMarkdown.OpenQuestion] {
        let open = (brief["escalations"]?.arrayValue ?? []).filter {
            $0["state"]?.stringValue == "open"
        }
        var questions: [DeliverableMarkdown.OpenQuestion] = []
        for row in open {
            let id = BrokerRows.text(row, "escalation")
            questions.append(
                .init(
                    escalation: id, document: row,
                    inputs: try CurrentInputs.read(escalation: id, broker)))
        }
        return questions
    }

    /// Why tasks gave up.
    private static func failures(of brief: JSONValue) -> [DeliverableMarkdown.Failure] {
        (brief["tasks"]?.arrayValue ?? []).filter { $0["state"]?.stringValue == "dead" }.map {
            row in
            .init(
                task: BrokerRows.text(row, "task"), agent: BrokerRows.text(row, "agent"),
                reason: TaskView.lastError(row) ?? BrokerRows.text(row, "reason"))
        }
    }

    private func write(
        delivery: JSONValue, of brief: JSONValue
    ) throws(CommandFailure) -> DeliverableMarkdown.IndexEntry {
        let task = BrokerRows.text(delivery, "task")
        let agent = BrokerRows.text(delivery, "agent")
        let directory = SourceFile.partName("\(task)-\(agent)")
        var files: [String] = []
        var documents: [(name: String, document: JSONValue)] = []
        let parts = delivery["parts"]?.arrayValue ?? []
        let standsForFive = MarkdownDelivery.stands(
            forPartsNamed: parts.map { BrokerRows.text($0, "name") })
        for part in parts {
            let name = BrokerRows.text(part, "name")
            let content = try broker.ask { (client) throws(ClientError) in
                try client.fetch(digest: BrokerRows.text(part, "digest"))
            }
            let path = "\(directory)/\(Self.safe(name))"
            try put(content.bytes, path)
            files.append(path)
            if standsForFive, name == Deliverables.markdownName {
                let made = MarkdownDelivery(brief: brief, broker: broker)
                    .documents(of: delivery, markdown: content.bytes)
                for (name, document) in made {
                    try put([UInt8](document.prettyPrinted().utf8), "\(directory)/\(name)")
                    files.append("\(directory)/\(name)")
                    documents.append((name, document))
                }
            }
            guard Deliverables.kind(ofPart: name) != nil,
                let document = try? JSONValue(parsing: content.bytes)
            else { continue }
            documents.append((name, document))
        }
        // All of them at hand first: a number's inputs are shown with their values.
        let inputs = documents.first { $0.name == "handoff_packet.json" }?.document["inputs"]
        for (name, document) in documents {
            let markdown = try render(document, name, in: directory, inputs: inputs)
            files += markdown.map { [$0] } ?? []
        }
        return DeliverableMarkdown.IndexEntry(
            task: task, kind: TaskKindName(rawValue: BrokerRows.text(delivery, "kind")) ?? .work,
            agent: agent, title: BrokerRows.text(delivery, "title"), state: "accepted",
            files: files,
            documents: Dictionary(
                documents.map { ($0.name, $0.document) }, uniquingKeysWith: { _, last in last }))
    }

    /// Writes a document as Markdown beside its JSON; nil where the part holds no such document.
    private func render(
        _ document: JSONValue, _ name: String, in directory: String, inputs: JSONValue?
    ) throws(CommandFailure) -> String? {
        guard let kind = Deliverables.kind(ofPart: name) else { return nil }
        let path = "\(directory)/\(Self.safe(name))"
        let markdown = path.hasSuffix(".json") ? String(path.dropLast(5)) + ".md" : path + ".md"
        let text = DeliverableMarkdown.render(document, kind: kind, inputs: inputs)
        try put([UInt8](text.utf8), markdown)
        return markdown
    }

    /// A part's name as a path below the task's folder; the wire allows no `..`, this makes sure.
    private static func safe(_ name: String) -> String {
        name.split(separator: "/").map { SourceFile.partName(String($0)) }.joined(separator: "/")
    }

    private func put(_ bytes: [UInt8], _ name: String) throws(CommandFailure) {
        let path = "\(folder)/\(name)"
        try done { () throws(SystemError) in
            try Files.makeDirectory(Files.parent(of: path))
            try Files.writeAtomically(bytes, to: path)
        }
    }
}
