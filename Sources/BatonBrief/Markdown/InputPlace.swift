// A pointer into a packet's inputs as a person names the place, with the value that stands there:
// `/inputs/dependencies/1/availability` is `dependencies.psp-a.availability = 99.9%`.
import JSON

/// A place in a packet's inputs.
struct InputPlace: CustomStringConvertible {
    let field: String
    /// As a person would write it; nil for a map or a list of maps.
    let shown: String?

    /// Nil where the pointer leads nowhere, or to no key of a brief.
    init?(_ pointer: String, inputs: JSONValue) {
        let steps = pointer.split(separator: "/").map(String.init)
        guard steps.first == "inputs", steps.count > 1,
            let value = JSONValue.object(JSONObject([("inputs", inputs)])).value(at: pointer)
        else { return nil }
        var names: [String] = []
        var keys: [String] = []
        var here = inputs
        for step in steps.dropFirst() {
            if let index = Int(step), let element = here.arrayValue?[safe: index] {
                let name = element["name"] ?? element["id"]
                names.append(name?.stringValue ?? "\(index + 1)")
                here = element
            } else {
                names.append(step)
                keys.append(step)
                here = here[step] ?? .null
            }
        }
        field = names.joined(separator: ".")
        // `peak.rate` is a part of one key: its parent's kind has the unit.
        let entry =
            FieldCatalog.node(at: keys)?.entry ?? FieldCatalog.node(at: keys.dropLast())?.entry
        guard let kind = entry?.kind, value.arrayValue == nil, !kind.isGroup else {
            shown = nil
            return
        }
        let isLength = keys.last == "for" || keys.last == "every"
        shown = FieldValue.shown(value, as: isLength ? .duration : kind)
    }

    var description: String { shown.map { "\(field) = \($0)" } ?? field }
}

extension FieldKind {
    fileprivate var isGroup: Bool {
        switch self {
        case .map, .list: true
        default: false
        }
    }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? {
        indices.contains(index) ? self[index] : nil
    }
}
