// The shape of a JSON document, written once. From it come the checks that the broker, the kits and
// the quality gate run, and the JSON Schemas in Protocols/schemas; so the two cannot drift apart.
// Rules that a schema cannot say (an option id that must exist) stand with the document's type.
package import JSON

/// What a JSON value has to look like.
package indirect enum Shape: Sendable {
    case any
    case boolean
    case constant(String)
    case choice([String])
    case text(TextPattern, max: Int)
    /// Any text, also an empty one.
    case anyText(max: Int)
    /// Inclusive bounds.
    case number(ClosedRange<Double>)
    /// Greater than zero, at most the bound.
    case positive(max: Double)
    case integer(ClosedRange<Int64>)
    case list(Shape, count: ClosedRange<Int>)
    case object([ShapeField], rest: ShapeRest)
    /// The first alternative that fits the value's kind is reported when none fits.
    case either([Shape], called: String)

    /// The shape, or the text `none stated`.
    package static func orNone(_ shape: Shape) -> Shape {
        .either([shape, .constant(noneStated)], called: "the value, or \"\(noneStated)\"")
    }

    /// A text with something to read in it.
    package static let visible = Shape.text(.visible, max: 65_536)
    /// A list of visible texts, possibly empty.
    package static let texts = Shape.list(.visible, count: 0...1024)
    /// Any object.
    package static let anyObject = Shape.object([], rest: .allowed)
}

/// What members an object may have beside the listed ones.
package enum ShapeRest: Sendable {
    case refused
    case allowed
    indirect case each(Shape)
}

/// One member of an object.
package struct ShapeField: Sendable {
    package let name: String
    package let shape: Shape
    package let isRequired: Bool

    package static func required(_ name: String, _ shape: Shape) -> ShapeField {
        ShapeField(name: name, shape: shape, isRequired: true)
    }

    package static func optional(_ name: String, _ shape: Shape) -> ShapeField {
        ShapeField(name: name, shape: shape, isRequired: false)
    }
}

/// What an empty part of a packet or deliverable says.
package let noneStated = "none stated"

extension Shape {
    /// Everything in `value` that does not have this shape, in document order.
    package func findings(in value: JSONValue, at pointer: String = "") -> [DocumentFinding] {
        switch self {
        case .any: return []
        case .object(let fields, let rest):
            return Self.objectFindings(value, fields: fields, rest: rest, at: pointer)
        case .list(let element, let count):
            return Self.listFindings(value, element: element, count: count, at: pointer)
        case .either(let alternatives, let called):
            return Self.eitherFindings(value, alternatives, called: called, at: pointer)
        default:
            if scalarFits(value) { return [] }
            return [
                DocumentFinding(
                    pointer: pointer, message: "found \(value.shownInMessage)",
                    satisfy: expectation)
            ]
        }
    }

    /// What would satisfy this shape, as an instruction.
    package var expectation: String {
        switch self {
        case .any: return "write any value"
        case .boolean: return "write true or false"
        case .constant(let text): return "write \"\(text)\""
        case .choice(let names): return "write one of " + names.joined(separator: ", ")
        case .text(let pattern, let max): return pattern.expectation + ", at most \(max) characters"
        case .anyText(let max): return "write a text of at most \(max) characters"
        case .number(let range):
            return "write a number from \(range.lowerBound) to \(range.upperBound)"
        case .positive(let max): return "write a number above 0, at most \(max)"
        case .integer(let range):
            return "write a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .list(let element, let count):
            let few = count.lowerBound > 0 ? "at least \(count.lowerBound) elements" : "elements"
            return "write a list of \(few); for each, \(element.expectation)"
        case .object(let fields, _):
            let names = fields.filter(\.isRequired).map(\.name).joined(separator: ", ")
            return names.isEmpty ? "write an object" : "write an object with \(names)"
        case .either(_, let called): return "write \(called)"
        }
    }

    private func scalarFits(_ value: JSONValue) -> Bool {
        switch self {
        case .boolean: return value.boolValue != nil
        case .constant(let text): return value.stringValue == text
        case .choice(let names): return value.stringValue.map(names.contains) ?? false
        case .text(let pattern, let max):
            guard let text = value.stringValue else { return false }
            return text.unicodeScalars.count <= max && pattern.matches(text)
        case .anyText(let max):
            return value.stringValue.map { $0.unicodeScalars.count <= max } ?? false
        case .number(let range): return value.doubleValue.map(range.contains) ?? false
        case .positive(let max): return value.doubleValue.map { $0 > 0 && $0 <= max } ?? false
        case .integer(let range): return value.integerValue.map(range.contains) ?? false
        case .any, .list, .object, .either: return true
        }
    }

    private static func objectFindings(
        _ value: JSONValue, fields: [ShapeField], rest: ShapeRest, at pointer: String,
    ) -> [DocumentFinding] {
        guard let object = value.objectValue else {
            return [
                DocumentFinding(
                    pointer: pointer, message: "found \(value.shownInMessage)",
                    satisfy: Shape.object(fields, rest: rest).expectation)
            ]
        }
        var findings: [DocumentFinding] = []
        for field in fields {
            let place = Pointer.appending(field.name, to: pointer)
            if let member = object[field.name] {
                findings += field.shape.findings(in: member, at: place)
            } else if field.isRequired {
                findings.append(
                    DocumentFinding(
                        pointer: place, message: "\(field.name) is missing",
                        satisfy: field.shape.expectation))
            }
        }
        for (key, member) in object.members where !fields.contains(where: { $0.name == key }) {
            let place = Pointer.appending(key, to: pointer)
            switch rest {
            case .allowed: break
            case .each(let shape): findings += shape.findings(in: member, at: place)
            case .refused:
                let names = fields.map(\.name).joined(separator: ", ")
                findings.append(
                    DocumentFinding(
                        pointer: place, message: "\(key) is not a member of this object",
                        satisfy: "leave it out or use one of \(names)"))
            }
        }
        return findings
    }

    private static func listFindings(
        _ value: JSONValue, element: Shape, count: ClosedRange<Int>, at pointer: String,
    ) -> [DocumentFinding] {
        guard let elements = value.arrayValue else {
            return [
                DocumentFinding(
                    pointer: pointer, message: "found \(value.shownInMessage)",
                    satisfy: Shape.list(element, count: count).expectation)
            ]
        }
        var findings: [DocumentFinding] = []
        if !count.contains(elements.count) {
            findings.append(
                DocumentFinding(
                    pointer: pointer, message: "found \(elements.count) elements",
                    satisfy: "write \(count.lowerBound) to \(count.upperBound) elements"))
        }
        for (index, member) in elements.enumerated() {
            findings += element.findings(in: member, at: Pointer.appending(index, to: pointer))
        }
        return findings
    }

    private static func eitherFindings(
        _ value: JSONValue, _ alternatives: [Shape], called: String, at pointer: String,
    ) -> [DocumentFinding] {
        var nearest: [DocumentFinding]?
        for alternative in alternatives {
            let findings = alternative.findings(in: value, at: pointer)
            if findings.isEmpty { return [] }
            // Findings below the value mean that its kind fits: they say more than "not one of".
            if findings.contains(where: { $0.pointer != pointer }),
                findings.count < (nearest?.count ?? .max)
            {
                nearest = findings
            }
        }
        return nearest ?? [
            DocumentFinding(
                pointer: pointer, message: "found \(value.shownInMessage)",
                satisfy: "write \(called)")
        ]
    }
}
