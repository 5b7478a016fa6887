// Why a YAML text was refused, and the limits that refuse hostile ones.

/// A fault in a YAML text.
package struct YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// From 1; 0 if the fault has no place.
    package let line: Int
    /// From 1; 0 if the fault has no place.
    package let column: Int
    package let message: String

    /// A message quotes names of anchors, which may be as long as the text.
    private static let messageBytesMax = 1_024

    /// The message is cut at `messageBytesMax`.
    init(line: Int, column: Int, message: String) {
        self.line = line
        self.column = column
        self.message =
            message.utf8.count <= Self.messageBytesMax
            ? message : String(decoding: message.utf8.prefix(Self.messageBytesMax), as: UTF8.self)
    }

    package var description: String { "line \(line), column \(column): \(message)" }
}

/// Limits on one text. The defaults fit briefs and cards with room to spare.
package struct YAMLLimits: Sendable {
    /// Bytes of text.
    package var bytesMax: Int
    /// Nested sequences and mappings.
    package var depthMax: Int
    /// Nodes after the expansion of aliases: a few lines of aliases can stand for billions.
    package var nodesMax: Int

    package init(bytesMax: Int = 262_144, depthMax: Int = 32, nodesMax: Int = 20_000) {
        self.bytesMax = bytesMax
        self.depthMax = depthMax
        self.nodesMax = nodesMax
    }

    package static let standard = YAMLLimits()
}
