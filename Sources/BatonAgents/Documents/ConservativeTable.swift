// The one table of assumptions that `assume: conservative` allows.
// Spec: Protocols/formulas.md, "Conservative assumptions". A card's `assumable` goes before it.

package import JSON

/// Values that may stand in for what a brief does not state.
package enum ConservativeTable {
    /// One assumption: the value in base units and how it is said.
    package struct Entry: Sendable {
        package let pointer: String
        package let value: Double
        package let statement: String
    }

    /// The table, in the order of the specification.
    package static let entries = [
        Entry(
            pointer: "/inputs/slo/availability", value: 0.999,
            statement: "The service promises 99.9 % availability."),
        Entry(
            pointer: "/inputs/slo/error_rate", value: 0.001,
            statement: "Fewer than 0.1 % of the requests may fail."),
        Entry(
            pointer: "/inputs/slo/latency_p99", value: 0.2,
            statement: "99 % of the responses take less than 200 ms."),
        Entry(
            pointer: "/inputs/slo/recovery", value: 300,
            statement: "The service recovers from an outage in less than 5 min."),
        Entry(
            pointer: "/inputs/slo/window", value: 2_592_000,
            statement: "The objectives hold over windows of 30 d."),
        Entry(
            pointer: "/inputs/dependencies/*/availability", value: 0.999,
            statement: "A dependency that states no availability has 99.9 %."),
        Entry(
            pointer: "/inputs/queues/*/service_time/cv", value: 1,
            statement: "Service times vary like an exponential distribution (cv 1)."),
        Entry(
            pointer: "/inputs/queues/*/arrivals_cv", value: 1,
            statement: "Messages arrive independently (cv 1)."),
        Entry(
            pointer: "/inputs/queues/*/fail", value: 0.01,
            statement: "1 % of the attempts fail and are tried again."),
        Entry(
            pointer: "/inputs/queues/*/outage", value: 900,
            statement: "Consumers may be down for 15 min."),
    ]

    /// The assumption for `pointer`: the card's own figure, else the table's; nil when neither has
    /// one.
    package static func entry(for pointer: String, card: JSONValue) -> Entry? {
        let standard = entries.first { matches($0.pointer, pointer) }
        for input in card["required_inputs"]?.arrayValue ?? [] {
            guard let named = input["pointer"]?.stringValue, matches(named, pointer),
                let value = input["assumable"]?.doubleValue
            else { continue }
            if let standard, standard.value == value { return standard }
            let field = PointerText.field(pointer)
            return Entry(
                pointer: pointer, value: value,
                statement: "\(field) is \(Shown.significant(value)) (base units).")
        }
        return standard
    }

    /// Whether `pattern`, in which `*` stands for one step, matches `pointer`.
    package static func matches(_ pattern: String, _ pointer: String) -> Bool {
        let wanted = pattern.split(separator: "/")
        let given = pointer.split(separator: "/")
        return wanted.count == given.count
            && zip(wanted, given).allSatisfy { $0 == "*" || $0 == $1 }
    }
}

/// Pointers as people name fields.
package enum PointerText {
    /// `/inputs/queues/0/workers/max` → `queues[0].workers.max`.
    package static func field(_ pointer: String) -> String {
        var text = ""
        for step in pointer.split(separator: "/") where step != "inputs" {
            if step == "*" {
                text += "[]"
            } else if step.allSatisfy(\.isNumber) {
                text += "[\(step)]"
            } else {
                text += (text.isEmpty ? "" : ".") + step
            }
        }
        return text
    }

    /// A name as part of an id: lower case letters, digits, `_`, `-` and `.`, at most 32 of them.
    package static func slug(_ name: String) -> String {
        var result = ""
        for byte in name.lowercased().utf8.prefix(32) {
            let scalar = Character(Unicode.Scalar(byte))
            let isPlain =
                (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57) || byte == 95
                || byte == 45
            result.append(isPlain ? scalar : "-")
        }
        while result.first == "-" { result.removeFirst() }
        return result.isEmpty ? "x" : result
    }
}
