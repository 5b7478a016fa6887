// A good delivery on its way to become a bad one: edits by pointer, texts exchanged everywhere, and
// figures changed with all that follows from them, as a consistent author would leave them.

import BatonAgents
import JSON
import Testing

/// A delivery that defects are planted into.
struct DeliveryDraft {
    static let snapshot = "objective_snapshot.json"
    static let plan = "execution_plan.json"
    static let risks = "risk_register.json"
    static let checks = "validation_checklist.json"
    static let handoff = "handoff_packet.json"
    static let analysis = "analysis.json"

    private(set) var documents: [(name: String, value: JSONValue)]
    /// Parts that are no documents, such as alert rules.
    private let files: [(name: String, bytes: [UInt8])]
    let agent: String
    let packet: JSONValue

    init(_ item: Delivered, packet: JSONValue) throws {
        documents = try item.parts.filter { $0.name.hasSuffix(".json") }
            .map { ($0.name, try JSONValue(parsing: $0.bytes)) }
        files = item.parts.filter { !$0.name.hasSuffix(".json") }
        agent = item.agent
        self.packet = packet
    }

    /// The parts as they would be delivered.
    var parts: [(name: String, bytes: [UInt8])] {
        documents.map { ($0.name, $0.value.encoded()) } + files
    }

    // MARK: edits

    mutating func change(_ part: String, _ pointer: String, _ edit: Mutation.Edit) throws {
        let index = try #require(documents.firstIndex { $0.name == part }, "no \(part)")
        documents[index].value = try Mutation("", part, pointer, edit, "")
            .applied(to: documents[index].value)
    }

    mutating func set(_ part: String, _ pointer: String, _ value: JSONValue) throws {
        try change(part, pointer, .set(value))
    }

    mutating func append(_ part: String, _ pointer: String, _ text: String) throws {
        try change(part, pointer, .append(text))
    }

    /// Adds an element to a list.
    mutating func insert(_ part: String, _ pointer: String, _ element: JSONValue) throws {
        let list = value(part, pointer)?.arrayValue ?? []
        try set(part, pointer, .array(list + [element]))
    }

    mutating func drop(part: String) { documents.removeAll { $0.name == part } }

    func value(_ part: String, _ pointer: String) -> JSONValue? {
        documents.first { $0.name == part }?.value.value(at: pointer)
    }

    /// Exchanges a text wherever it stands, in every part.
    mutating func replace(_ old: String, with new: String) {
        for index in documents.indices {
            documents[index].value = Self.replaced(documents[index].value, old, new)
        }
    }

    private static func replaced(_ value: JSONValue, _ old: String, _ new: String) -> JSONValue {
        switch value {
        case .string(let text): .string(text.replacing(old, with: new))
        case .array(let list): .array(list.map { replaced($0, old, new) })
        case .object(let object):
            .object(JSONObject(object.members.map { ($0.key, replaced($0.value, old, new)) }))
        case .null, .bool, .integer, .number: value
        }
    }

    // MARK: figures

    func quantity(_ id: String) throws -> JSONValue {
        try #require(
            value(Self.analysis, "/quantities")?.arrayValue?.first { $0["id"]?.stringValue == id },
            "no quantity \(id)")
    }

    func figure(_ id: String) throws -> Double {
        try #require(try quantity(id)["value"]?.doubleValue)
    }

    /// States another value for a quantity, and derives all that depends on it from that value.
    mutating func restate(_ id: String, _ value: Double) throws {
        try settle { quantity in
            if quantity["id"]?.stringValue == id { quantity["value"] = .number(value) }
            return quantity["id"]?.stringValue == id
        }
    }

    /// Computes a quantity by another registered formula, or from other inputs, and all that
    /// depends on it from the result: nothing in the delivery disagrees with it any more.
    mutating func derive(_ id: String, by formula: String, _ inputs: [JSONValue]? = nil) throws {
        try settle { quantity in
            guard quantity["id"]?.stringValue == id else { return false }
            quantity["formula"] = .string(formula)
            if let inputs { quantity["inputs"] = .array(inputs) }
            return false
        }
    }

    /// Derives every quantity again whose inputs or formula changed, and shows the new values
    /// wherever the old ones were shown.
    /// - Parameter edit: changes a quantity; true keeps the value that it was given.
    private mutating func settle(_ edit: (inout JSONValue) throws -> Bool) throws {
        let list = value(Self.analysis, "/quantities")?.arrayValue ?? []
        var values: [String: Double] = [:]
        var result: [JSONValue] = []
        var shown: [(old: String, new: String)] = []
        for item in list {
            var quantity = item
            let isStated = try edit(&quantity)
            let id = try #require(quantity["id"]?.stringValue)
            let formula = try #require(
                FormulaRegistry.standard[quantity["formula"]?.stringValue ?? ""])
            if !isStated {
                let inputs = try (quantity["inputs"]?.arrayValue ?? []).map {
                    (try #require($0["name"]?.stringValue), try self.input($0, values))
                }
                quantity["value"] = .number(
                    try #require(formula.evaluate(FormulaValues(inputs)), "\(id) has no value"))
            }
            quantity["unit"] = .string(formula.unit)
            let number = try #require(quantity["value"]?.doubleValue)
            values[id] = number
            if item != quantity {
                let new = Shown.text(number, unit: formula.unit, rounding: formula.rounding)
                if let old = item["shown"]?.stringValue, old != new { shown.append((old, new)) }
                quantity["shown"] = .string(new)
            }
            result.append(quantity)
        }
        try set(Self.analysis, "/quantities", .array(result))
        for (old, new) in shown where old.count >= 4 { replace(old, with: new) }
    }

    private func input(_ input: JSONValue, _ values: [String: Double]) throws -> JSONValue {
        if let pointer = input["pointer"]?.stringValue {
            return try #require(packet.value(at: pointer), "no \(pointer)")
        }
        if let id = input["quantity"]?.stringValue {
            return .number(try #require(values[id], "no \(id)"))
        }
        return try #require(input["value"])
    }
}
