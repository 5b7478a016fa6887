// Numbers with their nouns.

package enum Counted {
    /// `1 operation`, `3 operations`.
    package static func text(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
