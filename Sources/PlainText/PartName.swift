// The names that parts of a delivery may have: safe as a relative path below a folder.
// Spec: Protocols/wire.md §2.

/// The rule for names of parts.
package enum PartName {
    /// What to write instead of a name that is not valid.
    package static let expectation =
        "use 1 to 128 letters, digits, '.', '_', '-' or '/'; each step begins with a letter or"
        + " digit and holds no '..'"

    /// Whether the name has 1 to 128 bytes, in steps of `[A-Za-z0-9][A-Za-z0-9._-]*` with `/`
    /// between them, and no `..`.
    package static func isValid(_ name: String) -> Bool {
        guard (1...128).contains(name.utf8.count) else { return false }
        // What stood before the first step is like a slash.
        var previous = UInt8(ascii: "/")
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: "."):
                if previous == UInt8(ascii: "/") || previous == byte { return false }
            case UInt8(ascii: "_"), UInt8(ascii: "-"):
                if previous == UInt8(ascii: "/") { return false }
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                break
            default: return false
            }
            previous = byte
        }
        return previous != UInt8(ascii: "/")
    }
}
