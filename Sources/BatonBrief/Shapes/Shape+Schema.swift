// JSON Schema 2020-12 from a shape. Protocols/schemas holds the output; a test compares the two.
package import JSON

extension Shape {
    /// The whole schema document for a shape, named by its file.
    package func schemaDocument(id: String, title: String, description: String) -> JSONValue {
        var schema = JSONObject([
            ("$schema", "https://json-schema.org/draft/2020-12/schema"),
            ("$id", .string("https://baton.example/schemas/\(id).schema.json")),
            ("title", .string(title)),
            ("description", .string(description)),
        ])
        if case .object(let object) = schemaValue {
            for (key, value) in object.members { schema[key] = value }
        }
        return .object(schema)
    }

    /// This shape as a JSON Schema.
    package var schemaValue: JSONValue {
        switch self {
        case .any: return .object(JSONObject())
        case .boolean: return ["type": "boolean"]
        case .constant(let text): return ["const": .string(text)]
        case .choice(let names): return ["enum": .array(names.map { .string($0) })]
        case .text(let pattern, let max):
            return [
                "type": "string", "pattern": .string(pattern.regularExpression),
                "maxLength": .integer(Int64(max)),
            ]
        case .anyText(let max): return ["type": "string", "maxLength": .integer(Int64(max))]
        case .number(let range):
            return [
                "type": "number", "minimum": Self.bound(range.lowerBound),
                "maximum": Self.bound(range.upperBound),
            ]
        case .positive(let max):
            return ["type": "number", "exclusiveMinimum": 0, "maximum": Self.bound(max)]
        case .integer(let range):
            return [
                "type": "integer", "minimum": .integer(range.lowerBound),
                "maximum": .integer(range.upperBound),
            ]
        case .list(let element, let count):
            return [
                "type": "array", "items": element.schemaValue,
                "minItems": .integer(Int64(count.lowerBound)),
                "maxItems": .integer(Int64(count.upperBound)),
            ]
        case .object(let fields, let rest): return Self.objectSchema(fields, rest: rest)
        case .either(let alternatives, _):
            return ["anyOf": .array(alternatives.map(\.schemaValue))]
        }
    }

    private static func bound(_ value: Double) -> JSONValue {
        Int64(exactly: value).map { .integer($0) } ?? .number(value)
    }

    private static func objectSchema(_ fields: [ShapeField], rest: ShapeRest) -> JSONValue {
        var schema = JSONObject([("type", "object")])
        if !fields.isEmpty {
            schema["properties"] = .object(
                JSONObject(fields.map { ($0.name, $0.shape.schemaValue) }))
        }
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        switch rest {
        case .allowed: break
        case .refused: schema["additionalProperties"] = false
        case .each(let shape): schema["additionalProperties"] = shape.schemaValue
        }
        return .object(schema)
    }
}
