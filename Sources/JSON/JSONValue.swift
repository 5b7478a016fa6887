// One JSON value, as every document of Baton is handled in memory: briefs, packets, plans, headers.
// Objects keep the order in which their members were written, and whole numbers stay whole, so that
// the same value always prints as the same bytes. Parsing and printing are in their own files.

/// A JSON value (RFC 8259) whose objects are ordered and whose integers are exact.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number written without fraction and exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

// MARK: - Reading

extension JSONValue {
    package var isNull: Bool { self == .null }

    package var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The whole number this is, also when it was written like `3.0`.
    package var integerValue: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        case .null, .bool, .string, .array, .object: nil
        }
    }

    package var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .null, .bool, .string, .array, .object: nil
        }
    }

    package var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var arrayValue: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var objectValue: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The member of an object; nil when absent or when this is no object.
    /// Setting nil removes the member; setting on anything but an object makes it one.
    package subscript(key: String) -> JSONValue? {
        get { objectValue?[key] }
        set {
            var object = objectValue ?? JSONObject()
            object[key] = newValue
            self = .object(object)
        }
    }

    /// The element of an array; nil when out of range or when this is no array.
    package subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// What a JSON Pointer (RFC 6901) names, or nil. The empty pointer names the whole value.
    package func value(at pointer: String) -> JSONValue? {
        guard let names = JSONPointer.names(pointer) else { return nil }
        var place = self
        for name in names {
            switch place {
            case .object(let object):
                guard let member = object[name] else { return nil }
                place = member
            case .array(let elements):
                guard let index = Int(name), elements.indices.contains(index),
                    name == String(index)
                else { return nil }
                place = elements[index]
            case .null, .bool, .integer, .number, .string:
                return nil
            }
        }
        return place
    }
}

// MARK: - Merge patch

extension JSONValue {
    /// This value with a JSON Merge Patch (RFC 7396) applied: objects merge member by member, null
    /// removes, anything else replaces.
    package func applying(mergePatch patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = objectValue ?? JSONObject()
        for (key, change) in changes.members {
            if change.isNull {
                result[key] = nil
            } else {
                result[key] = (result[key] ?? .null).applying(mergePatch: change)
            }
        }
        return .object(result)
    }
}

// MARK: - Literals

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}
