// The deliverables of another agent, as they arrive among the parts of a packet.

import BatonBrief
import JSON

/// Deliverables by kind: `objective_snapshot`, `execution_plan`, …
struct DeliverySet: Sendable {
    static let five = [
        "objective_snapshot", "execution_plan", "risk_register", "validation_checklist",
        "handoff_packet",
    ]

    /// One deliverable as read.
    struct Document: Sendable {
        let kind: String
        /// The name it was delivered under, without the packet's prefix.
        let part: String
        /// Nil when the bytes are no JSON.
        let value: JSONValue?
        let problem: String?
    }

    private(set) var documents: [Document] = []
    /// Parts that are none of the known documents, with their bytes.
    private(set) var others: [(part: String, bytes: [UInt8])] = []
    /// Problems of a Markdown document that stands for the five.
    private(set) var markdownProblems: [(place: String, message: String)] = []
    /// Whether an author's own text is the delivery, or came with the documents made of it.
    private(set) var isWritten = false

    /// Reads the parts `names`, which all begin with `prefix`, out of `parts`.
    /// - Parameter packet: the packet that the delivery answers, as far as it is known; a Markdown
    ///   document takes criteria, constraints and inputs from there.
    init(
        names: [String], prefix: String, parts: [String: [UInt8]], agent: String, task: String,
        packet: JSONValue
    ) {
        for name in names {
            guard name.hasPrefix(prefix), let bytes = parts[name] else { continue }
            let part = String(name.dropFirst(prefix.count))
            isWritten =
                isWritten || part == Deliverables.markdownName || part == Deliverables.sourceName
            let kind = String(part.dropLast(part.hasSuffix(".json") ? 5 : 0))
            if part.hasSuffix(".json"), Self.five.contains(kind) || kind == "analysis" {
                do {
                    let value = try JSONValue(parsing: bytes)
                    documents.append(
                        Document(kind: kind, part: part, value: value, problem: nil))
                } catch {
                    documents.append(
                        Document(kind: kind, part: part, value: nil, problem: "\(error)"))
                }
            } else {
                others.append((part, bytes))
            }
        }
        let hasNone = !documents.contains { $0.kind != "analysis" }
        if hasNone, let markdown = others.first(where: { $0.part == Deliverables.markdownName }) {
            var origin = packet
            origin["task"] = [
                "id": .string(task), "kind": "work", "agent": .string(agent),
                "title": "none stated",
                "instructions": "none stated", "attempt": 1, "rejections": 0,
            ]
            readMarkdown(markdown.bytes, HandoffPacket(document: origin))
        }
    }

    /// One Markdown document stands for the five.
    private mutating func readMarkdown(_ bytes: [UInt8], _ packet: HandoffPacket) {
        do throws(MarkdownRefusal) {
            for item in try MarkdownDeliverables.documents(fromMarkdown: bytes, packet: packet) {
                documents.append(
                    Document(
                        kind: String(item.name.dropLast(5)), part: Deliverables.markdownName,
                        value: item.document, problem: nil))
            }
        } catch {
            for diagnostic in error.diagnostics where diagnostic.severity == .error {
                markdownProblems.append(
                    (
                        diagnostic.line.map { "line \($0)" } ?? "",
                        diagnostic.message + (diagnostic.suggestion.map { "; \($0)" } ?? "")
                    ))
            }
        }
    }

    /// The parsed document of that kind.
    subscript(kind: String) -> JSONValue? { documents.first { $0.kind == kind }?.value }

    /// The elements of a list in a document.
    func list(_ kind: String, _ member: String) -> [JSONValue] {
        self[kind]?[member]?.arrayValue ?? []
    }

    /// The name under which a kind was delivered.
    func part(_ kind: String) -> String {
        documents.first { $0.kind == kind }?.part ?? kind + ".json"
    }
}
