// Texts without the white space around them.

extension StringProtocol {
    /// Without white space at both ends, line ends among it.
    package var trimmed: String {
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
