// `--out DIR`: each accepted deliverable as JSON and as Markdown with its drawings, an index to
// begin with, and the whole as one page.
//
// A folder per task; a file that is there from an earlier fetch is replaced, nothing else is
// touched.
import BatonAgents
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
        let id = BrokerRows.text(brief, "brief")
        let submitted = submitted(id)
        for delivery in brief["deliverables"]?.arrayValue ?? [] {
            let entry = try write(delivery: delivery, of: brief, submitted: submitted)
            files += entry.files
            entries.append(entry)
        }
        let state = brief["state"]?.stringValue ?? "unknown"
        let material = BriefReport.Material(
            briefID: id, state: state, brief: brief, submitted: submitted, entries: entries,
            questions: try questions(of: brief), failures: Self.failures(of: brief))
        var index = DeliverableMarkdown.index(
            briefID: id, state: state, brief: brief, entries: entries,
            questions: material.questions, failures: material.failures)
        if entries.isEmpty { index += "\nNo task has been accepted yet.\n" }
        try put([UInt8](index.utf8), "index.md")
        try put([UInt8](BriefReport.html(material).utf8), BriefReport.file)
        return ["index.md", BriefReport.file] + files
    }

    /// brief.json as it was submitted, for the lines that figures come from; nil where the journal
    /// has it no more: then the fields are named without lines.
    private func submitted(_ id: String) -> JSONValue? {
        guard let event = try? broker.client.event(BrokerRows.number(of: id)) else { return nil }
        return event["payload"]?["brief.json"]
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
        delivery: JSONValue, of brief: JSONValue, submitted: JSONValue?
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
                let made = MarkdownDelivery(brief: brief, submitted: submitted)
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
        let byName = Dictionary(
            documents.map { ($0.name, $0.document) }, uniquingKeysWith: { _, last in last })
        // All of them at hand first: each document names and links what stands in another.
        let context = DeliveryContext(documents: byName, brief: submitted)
        for (name, document) in documents {
            files += try render(document, name, in: directory, context)
        }
        return DeliverableMarkdown.IndexEntry(
            task: task, kind: TaskKindName(rawValue: BrokerRows.text(delivery, "kind")) ?? .work,
            agent: agent, title: BrokerRows.text(delivery, "title"), state: "accepted",
            files: files, documents: byName,
            figures: context.figures(in: "\(directory)/analysis.md"))
    }

    /// Writes a document as Markdown beside its JSON, with its drawings; nothing where the part
    /// holds no such document.
    private func render(
        _ document: JSONValue, _ name: String, in directory: String, _ context: DeliveryContext
    ) throws(CommandFailure) -> [String] {
        guard let kind = Deliverables.kind(ofPart: name) else { return [] }
        let path = "\(directory)/\(Self.safe(name))"
        let markdown = path.hasSuffix(".json") ? String(path.dropLast(5)) + ".md" : path + ".md"
        let text = DeliverableMarkdown.render(document, kind: kind, context: context)
        try put([UInt8](text.utf8), markdown)
        var files = [markdown]
        for plot in kind == .analysis ? DeliverableMarkdown.plots(of: document) : [] {
            let file = "\(directory)/\(DeliverableMarkdown.file(of: plot))"
            try put([UInt8](PlotDrawing(plot).file.utf8), file)
            files.append(file)
        }
        return files
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
