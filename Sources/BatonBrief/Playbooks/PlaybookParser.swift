// Reads a playbook's front matter; its body is for people.

import YAML

package enum PlaybookParser {
    /// Chapters of a closing handoff that the orchestrator knows how to write.
    package static let chapters = ["contract", "rollout", "validation", "risks", "confidence"]

    /// Reads a playbook and reports everything that is wrong with it.
    package static func parse(_ bytes: [UInt8]) -> PlaybookReading {
        var reader = PlaybookReader()
        let playbook = reader.read(bytes)
        return PlaybookReading(
            playbook: reader.diagnostics.hasErrors ? nil : playbook,
            diagnostics: reader.diagnostics.inOrder)
    }
}

/// One playbook while it is read.
private struct PlaybookReader {
    private(set) var diagnostics: [Diagnostic] = []
    private var offset = 0

    private mutating func note(_ line: Int?, _ message: String, _ suggestion: String) {
        diagnostics.append(
            Diagnostic(.error, line: line.map { $0 + offset }, message, suggestion: suggestion))
    }

    mutating func read(_ bytes: [UInt8]) -> Playbook? {
        guard bytes.count <= Playbook.bytesMax else {
            note(
                nil, "the playbook of \(bytes.count) bytes exceeds bytesMax \(Playbook.bytesMax)",
                "shorten it")
            return nil
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            note(nil, "the playbook is not UTF-8 text", "save it as UTF-8 text")
            return nil
        }
        let front = FrontMatter(splitting: text)
        offset = front.yamlLineOffset
        guard let yaml = front.yaml, !front.isUnclosed else {
            note(nil, "the playbook has no front matter", "begin it with --- and end that with ---")
            return nil
        }
        do {
            guard let root = try YAMLDocument(parsing: yaml).root, root.members != nil else {
                note(1, "the front matter is no map of keys", "write id, name, phases, gates")
                return nil
            }
            return read(root)
        } catch {
            note(error.line, "the front matter is not YAML: \(error.message)", "mend it")
            return nil
        }
    }

    private mutating func read(_ root: YAMLNode) -> Playbook {
        let known = ["id", "name", "phases", "gates", "closing"]
        for member in root.members ?? [] where !known.contains(member.key) {
            note(
                member.line, "\(member.key) is no key of a playbook",
                "use \(known.joined(separator: ", "))")
        }
        let closing = entries(root["closing"], "closing").compactMap { node -> String? in
            guard let name = node.text, PlaybookParser.chapters.contains(name) else {
                note(
                    node.line, "\(node.text ?? "this") is no chapter of a closing handoff",
                    "use \(PlaybookParser.chapters.joined(separator: ", "))")
                return nil
            }
            return name
        }
        let gates = entries(root["gates"], "gates").map { node in
            PlanDocument.Gate(id: id(node), title: text("title", of: node))
        }
        for (place, gate) in gates.enumerated()
        where gates[..<place].contains(where: { $0.id == gate.id }) {
            note(root["gates"]?.line, "the gate \(gate.id) stands twice", "name each gate once")
        }
        return Playbook(
            id: id(root), name: text("name", of: root),
            phases: entries(root["phases"], "phases").map { node in
                Playbook.Phase(
                    id: id(node), title: text("title", of: node), by: text("by", of: node),
                    deliver: entries(node["deliver"], "deliver").compactMap(\.text))
            },
            gates: gates, closing: closing)
    }

    private mutating func entries(_ node: YAMLNode?, _ name: String) -> [YAMLNode] {
        guard let node, !node.isNull else { return [] }
        guard let elements = node.elements else {
            note(node.line, "\(name) is no list", "write one entry a line, each beginning with -")
            return []
        }
        return elements
    }

    private mutating func text(_ key: String, of node: YAMLNode) -> String {
        guard let text = node[key]?.text, TextPattern.visible.matches(text) else {
            note(node.line, "\(key) is missing", "add \(key):")
            return ""
        }
        return text
    }

    private mutating func id(_ node: YAMLNode) -> String {
        let text = text("id", of: node)
        if !text.isEmpty, !TextPattern.identifier.matches(text) {
            note(node.line, "\"\(text)\" is no id", TextPattern.identifier.expectation)
        }
        return text
    }
}
