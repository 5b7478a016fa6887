// The name of a gate that a playbook sets and evidence passes, such as `validation.load`.

/// 1 to 64 letters, digits, `_`, `.` and `-`.
package struct GateName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let text: String

    /// nil for what is no such name.
    package init?(_ text: String) {
        let isName =
            (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        guard isName else { return nil }
        self.text = text
    }

    package var description: String { text }

    package static func < (left: GateName, right: GateName) -> Bool { left.text < right.text }
}
