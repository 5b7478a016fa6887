// Printing JSON: compact for the wire and for storage, indented for people. One value has one
// compact form: members in their order, shortest numbers that read back the same.

extension JSONValue {
    /// The compact form, UTF-8. A number that is not finite cannot be printed and traps.
    package func encoded() -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(256)
        encode(into: &output)
        return output
    }

    /// The compact form as text.
    package var encodedText: String { String(decoding: encoded(), as: UTF8.self) }

    /// Two spaces a level and a final newline.
    package func prettyPrinted() -> String {
        var output: [UInt8] = []
        encodePretty(into: &output, indent: 0)
        output.append(0x0A)
        return String(decoding: output, as: UTF8.self)
    }

    package func encode(into output: inout [UInt8]) {
        switch self {
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                element.encode(into: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                Self.encode(string: member.key, into: &output)
                output.append(UInt8(ascii: ":"))
                member.value.encode(into: &output)
            }
            output.append(UInt8(ascii: "}"))
        case .null, .bool, .integer, .number, .string:
            encodeScalar(into: &output)
        }
    }

    private func encodeScalar(into output: inout [UInt8]) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): output.append(contentsOf: String(value).utf8)
        case .number(let value): output.append(contentsOf: Self.text(of: value).utf8)
        case .string(let value): Self.encode(string: value, into: &output)
        case .array, .object: preconditionFailure("not a scalar")
        }
    }

    /// Whole doubles print without a fraction, so that 3 and 3.0 are the same bytes.
    private static func text(of number: Double) -> String {
        precondition(number.isFinite, "JSON has no number for \(number)")
        if let whole = Int64(exactly: number), whole.magnitude < 1 << 53 { return String(whole) }
        return number.description
    }

    /// Prints a JSON string with its quotes; only what must be escaped is.
    package static func encode(string: String, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): output.append(contentsOf: [0x5C, 0x22])
            case UInt8(ascii: "\\"): output.append(contentsOf: [0x5C, 0x5C])
            case 0x0A: output.append(contentsOf: [0x5C, UInt8(ascii: "n")])
            case 0x0D: output.append(contentsOf: [0x5C, UInt8(ascii: "r")])
            case 0x09: output.append(contentsOf: [0x5C, UInt8(ascii: "t")])
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                output.append(contentsOf: Array("\\u00".utf8))
                output.append(digits[Int(byte >> 4)])
                output.append(digits[Int(byte & 15)])
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private func encodePretty(into output: inout [UInt8], indent: Int) {
        switch self {
        case .array(let elements) where !elements.isEmpty:
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                Self.newLine(into: &output, indent: indent + 1, first: index == 0)
                element.encodePretty(into: &output, indent: indent + 1)
            }
            Self.newLine(into: &output, indent: indent, first: true)
            output.append(UInt8(ascii: "]"))
        case .object(let object) where !object.isEmpty:
            output.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                Self.newLine(into: &output, indent: indent + 1, first: index == 0)
                Self.encode(string: member.key, into: &output)
                output.append(contentsOf: ": ".utf8)
                member.value.encodePretty(into: &output, indent: indent + 1)
            }
            Self.newLine(into: &output, indent: indent, first: true)
            output.append(UInt8(ascii: "}"))
        case .null, .bool, .integer, .number, .string, .array, .object:
            encode(into: &output)
        }
    }

    private static func newLine(into output: inout [UInt8], indent: Int, first: Bool) {
        if !first { output.append(UInt8(ascii: ",")) }
        output.append(0x0A)
        output.append(contentsOf: repeatElement(0x20, count: indent * 2))
    }
}
