// Typed, lenient reading of packet.json: a missing or empty part is nil or an empty list, never a
// trap.

package import BatonBrief
package import JSON

/// The string that stands for an empty part.
let noneStated: JSONValue = "none stated"

/// A handoff packet as the engines read it.
package struct PacketView: Sendable {
    package let document: JSONValue

    package init(_ document: JSONValue) { self.document = document }

    package var taskID: String { document.value(at: "/task/id")?.stringValue ?? "t-0" }
    package var kind: String { document.value(at: "/task/kind")?.stringValue ?? "direct" }
    package var agent: String { document.value(at: "/task/agent")?.stringValue ?? "" }
    package var title: String { text("/task/title") ?? "untitled task" }
    package var instructions: String? { text("/task/instructions") }
    package var isConservative: Bool { document["assume"]?.stringValue == "conservative" }

    package var objective: String {
        text("/objective") ?? text("/task/title") ?? "none stated"
    }

    package var successCriteria: [String] { texts("/success_criteria") }
    package var acceptanceCriteria: [String] { texts("/acceptance_criteria") }
    package var definitionOfDone: [String] { texts("/definition_of_done") }
    package var tags: [String] { texts("/tags") }
    package var requestedRoute: [String] { texts("/requested_route") }
    package var answers: [JSONValue] { list("/answers") }
    package var findings: [JSONValue] { list("/findings") }
    package var constraints: JSONValue { document["constraints"] ?? noneStated }

    /// The brief's inputs with all answers applied; `{}` when none are stated.
    package var inputs: JSONValue {
        if case .object = document["inputs"] { return document["inputs"] ?? [:] }
        return [:]
    }

    /// Who runs the service; `service owner` when the brief names nobody.
    package var serviceOwner: String { text("/owners/service") ?? "service owner" }
    /// Who decides; the operator when the brief names nobody.
    package var escalationOwner: String { text("/owners/escalation") ?? "operator" }

    /// A text that says something: not empty, not `none stated`.
    package func text(_ pointer: String) -> String? {
        guard let text = document.value(at: pointer)?.stringValue, !text.isEmpty,
            text != "none stated"
        else { return nil }
        return text
    }

    /// The elements of a list; none when absent or `none stated`.
    package func list(_ pointer: String) -> [JSONValue] {
        document.value(at: pointer)?.arrayValue ?? []
    }

    /// Texts of a list whose elements are texts or objects with a `text`.
    package func texts(_ pointer: String) -> [String] {
        list(pointer).compactMap { $0.stringValue ?? $0["text"]?.stringValue }
    }

    /// The number at a pointer, plain or with its source.
    package func number(_ pointer: String) -> Double? {
        Evidence.number(document.value(at: pointer))
    }

    /// What the playbook asks of the task beyond the documents.
    package var asked: [DeliveryItem] { list("/task/deliver").map(DeliveryItem.init) }

    /// The dependencies of the brief.
    package var dependencies: [JSONValue] { list("/inputs/dependencies") }
    package var queues: [JSONValue] { list("/inputs/queues") }
    package var operations: [JSONValue] { list("/inputs/operations") }

    /// What people call an element of `queues`, `dependencies` or `operations`: by its position
    /// where the brief gives it no name.
    static func name(ofQueue item: JSONValue, at index: Int) -> String {
        item["name"]?.stringValue ?? "queue \(index + 1)"
    }

    static func name(ofDependency item: JSONValue, at index: Int) -> String {
        item["name"]?.stringValue ?? "dependency \(index + 1)"
    }

    static func name(ofOperation item: JSONValue, at index: Int) -> String {
        item["id"]?.stringValue ?? "operation \(index + 1)"
    }

    /// Constraints as (kind, text), in the order of the schema.
    package var constraintTexts: [(kind: String, text: String)] {
        ["security", "legal", "budget", "timeline", "staffing", "other"].flatMap { kind in
            texts("/constraints/\(kind)").map { (kind, $0) }
        }
    }
}
