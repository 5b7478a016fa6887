// Colour for terminals, and nothing at all for everything else.

/// Marks text for a terminal, or leaves it plain.
package struct Paint: Sendable {
    /// Whether escape sequences are written.
    package let isColoured: Bool

    package init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    package func bold(_ text: String) -> String { marked(text, "1") }
    package func dim(_ text: String) -> String { marked(text, "2") }
    package func red(_ text: String) -> String { marked(text, "31") }
    package func green(_ text: String) -> String { marked(text, "32") }
    package func yellow(_ text: String) -> String { marked(text, "33") }
    package func blue(_ text: String) -> String { marked(text, "34") }
    package func cyan(_ text: String) -> String { marked(text, "36") }

    private func marked(_ text: String, _ code: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
