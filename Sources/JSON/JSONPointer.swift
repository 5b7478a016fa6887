// JSON pointers (RFC 6901), by bytes: a name may begin with a mark that joins the slash before it.

/// Reads and writes pointers.
package enum JSONPointer {
    /// A name as a pointer writes it: `~0` for `~`, `~1` for `/`.
    package static func escaped(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") })
        else { return name }
        return name.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// The names of a pointer, unescaped; nil for a text that is none.
    package static func names(_ pointer: String) -> [String]? {
        if pointer.isEmpty { return [] }
        guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
        return pointer.utf8.dropFirst()
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { unescaped($0) }
    }

    /// `~1` is `/` and `~0` is `~`, in that order (RFC 6901, section 4).
    private static func unescaped(_ token: Substring.UTF8View) -> String {
        guard token.contains(UInt8(ascii: "~")) else { return String(Substring(token)) }
        var result: [UInt8] = []
        var bytes = token[...]
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "~"), let code = bytes.first, code == 0x30 || code == 0x31 {
                result.append(code == 0x31 ? UInt8(ascii: "/") : UInt8(ascii: "~"))
                bytes.removeFirst()
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
