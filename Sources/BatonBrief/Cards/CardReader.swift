// A card while it is read: front matter, then the body's sections and lines, then the id.
import JSON
import Markdown
import PlainText
import YAML

/// Reads one card.
struct CardReader {
    let front: FrontMatter
    let path: String
    var card = Card(id: "", name: "")
    var diagnostics: [Diagnostic] = []
    /// Front-matter lines of the lists that the body may repeat.
    var listLines: [String: Int] = [:]

    init(_ front: FrontMatter, path: String) {
        self.front = front
        self.path = path
    }

    mutating func read() -> CardReading {
        if front.isUnclosed {
            note(.error, 1, "the front matter has no closing --- line", "add a line --- after it")
        }
        var stated = Card(id: "", name: "")
        stated.body = front.body
        card = stated
        for member in frontMembers() { readKey(member) }
        let document = MarkdownDocument(parsing: front.body, firstLine: front.bodyFirstLine)
        if let document {
            readSections(document)
            readBodyLines(document)
        } else if let problem = MarkdownDocument.problem(with: front.body) {
            note(.error, front.bodyFirstLine, problem, "shorten the card's body")
        }
        if card.name.isEmpty, let document { readNameFromBody(document) }
        settleID()
        card.source = TextPattern.visible.matches(path) ? path : nil
        if diagnostics.hasErrors {
            return CardReading(card: nil, diagnostics: diagnostics.inOrder)
        }
        for finding in DocumentKind.card.findings(in: card.json) {
            note(.error, nil, "\(finding.pointer): \(finding.message)", finding.satisfy)
        }
        return CardReading(
            card: diagnostics.hasErrors ? nil : card, diagnostics: diagnostics.inOrder)
    }

    mutating func note(
        _ severity: Diagnostic.Severity, _ line: Int?, _ message: String,
        _ suggestion: String? = nil, field: String? = nil,
    ) {
        diagnostics.append(
            Diagnostic(severity, line: line, field: field, message, suggestion: suggestion))
    }

    // MARK: Front matter

    /// The front matter's members, with lines of the file. Where it is no YAML as a whole, key by
    /// key: descriptions of subagents often hold an unquoted `: `.
    private mutating func frontMembers() -> [YAMLMember] {
        guard let yaml = front.yaml else { return [] }
        do {
            let document = try YAMLDocument(parsing: yaml)
            for duplicate in document.duplicates {
                note(
                    .warning, duplicate.line + front.yamlLineOffset,
                    "\(duplicate.key) stands twice, first in line "
                        + "\(duplicate.firstLine + front.yamlLineOffset); the first is used",
                    field: duplicate.key)
            }
            guard let root = document.root, !root.isNull else { return [] }
            guard let members = root.members else {
                note(.error, front.yamlLineOffset + 1, "the front matter is no map of keys")
                return []
            }
            var seen: Set<String> = []
            return members.filter { seen.insert($0.key).inserted }
        } catch {
            let line = error.line > 0 ? error.line + front.yamlLineOffset : nil
            let members = LooseFrontMatter.members(of: yaml)
            guard !members.isEmpty else {
                note(.error, line, "the front matter is not readable as YAML: \(error.message)")
                return []
            }
            note(
                .warning, line,
                "the front matter is not quite YAML: \(error.message); "
                    + "it was read key by key", "put the text into quotes or below |")
            return members
        }
    }

    // MARK: Body

    /// Text of each section by its heading; lists under some headings are data.
    private mutating func readSections(_ document: MarkdownDocument) {
        for section in document.sections {
            let name = section.heading.lowercased().trimmed
            guard !name.isEmpty, card.sections[name] == nil else { continue }
            card.sections[name] = .string(document.source(section.sourceLines))
            switch name {
            case "deliverables" where card.deliverables.isEmpty:
                card.deliverables = section.items.map(\.text).filter(TextPattern.visible.matches)
            case "required inputs" where card.requiredInputs.isEmpty:
                for item in section.items { readRequiredInput(item.text, line: item.line) }
            case "activation", "activation signals":
                guard card.activation == Card.Activation() else { continue }
                for item in section.items { readSignal(item.text, line: item.line) }
            default: continue
            }
        }
    }

    /// `slo.availability: why it is needed`.
    private mutating func readRequiredInput(_ text: String, line: Int) {
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        let why = colon < text.endIndex ? String(text[text.index(after: colon)...]).trimmed : ""
        addRequiredInput(
            field: String(text[..<colon]).trimmed, why: why, assumable: nil, line: line)
    }

    /// `tags: payments, api`, `phrase: error budget`, `input: slo`.
    private mutating func readSignal(_ text: String, line: Int) {
        guard let colon = text.firstIndex(of: ":") else {
            card.activation.phrases.append(text.trimmed)
            return
        }
        let values = String(text[text.index(after: colon)...]).split(separator: ",")
            .map { String($0).trimmed }.filter { !$0.isEmpty }
        switch text[..<colon].lowercased().trimmed {
        case "tag", "tags": card.activation.tags += values
        case "input", "inputs":
            for value in values { addActivationInput(value, line: line) }
        case "phrase", "phrases": card.activation.phrases += values
        default: card.activation.phrases.append(text.trimmed)
        }
    }

    /// `Hosts:`, `Tags:` and `Depends-On:` lines of the body.
    private mutating func readBodyLines(_ document: MarkdownDocument) {
        let keys: [(prefix: String, key: String, list: WritableKeyPath<Card, [String]>)] = [
            ("hosts:", "hosts", \.hosts), ("tags:", "tags", \.tags),
            ("depends-on:", "dependencies", \.dependencies),
        ]
        for (index, line) in document.lines.enumerated() {
            let plain = line.trimmed.filter { $0 != "*" && $0 != "`" }
            let lowered = plain.lowercased()
            for (prefix, key, list) in keys where lowered.hasPrefix(prefix) {
                let values = plain.dropFirst(prefix.count).split(separator: ",")
                    .map { String($0).trimmed }.filter { !$0.isEmpty && $0.lowercased() != "none" }
                let number = document.firstLine + index
                guard let stated = listLines[key] else {
                    card[keyPath: list] = values
                    listLines[key] = number
                    continue
                }
                if Set(values) != Set(card[keyPath: list]) {
                    note(
                        .warning, number,
                        "\(key) in line \(number) differ from line \(stated): "
                            + "\(values.joined(separator: ", ")) here, "
                            + "\(card[keyPath: list].joined(separator: ", ")) there; "
                            + "line \(stated) is used", "make them the same, or keep one",
                        field: key)
                }
            }
        }
    }

    private mutating func readNameFromBody(_ document: MarkdownDocument) {
        let heading = document.sections.first { !$0.heading.isEmpty }
        card.name = heading?.heading ?? ""
        if card.description.isEmpty {
            card.description =
                document.blocks.first { $0.kind == .paragraph && !$0.text.isEmpty }?.text ?? ""
        }
    }

    // MARK: Id

    /// The `id` key, else the path, else the name.
    private mutating func settleID() {
        if card.id.isEmpty {
            card.id = CardParser.id(fromPath: path) ?? CardParser.slug(card.name) ?? ""
        }
        if card.name.isEmpty { card.name = card.id }
        guard !card.id.isEmpty else {
            note(.error, nil, "the card has no id", "add a line id: area.role", field: "id")
            return
        }
    }
}

/// Front matter that is no YAML, read line by line.
enum LooseFrontMatter {
    /// Each top-level `key: rest`, with the indented lines below it.
    static func members(of yaml: String) -> [YAMLMember] {
        var chunks: [(key: String, line: Int, lines: [Substring])] = []
        let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let key = line.prefix {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-")
            }
            if !key.isEmpty, line.dropFirst(key.count).first == ":" {
                chunks.append((String(key), index + 1, [line]))
            } else if !chunks.isEmpty {
                chunks[chunks.count - 1].lines.append(line)
            }
        }
        var seen: Set<String> = []
        return chunks.filter { seen.insert($0.key).inserted }.map { chunk in
            let source = chunk.lines.joined(separator: "\n")
            // A chunk that is YAML by itself keeps its structure; any other is a text.
            if let member = (try? YAMLDocument(parsing: source))?.root?.members?.first {
                var node = member.value
                node.line = chunk.line
                return YAMLMember(key: chunk.key, line: chunk.line, value: node)
            }
            let text = source.dropFirst(chunk.key.count + 1)
            return YAMLMember(
                key: chunk.key, line: chunk.line,
                value: YAMLNode(.scalar(String(text).trimmed, .plain), line: chunk.line))
        }
    }
}
