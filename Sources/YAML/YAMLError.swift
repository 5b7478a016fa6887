// Why a YAML text was refused, and the limits that refuse hostile ones.

/// A fault in a YAML text.
package struct YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// From 1; 0 if the fault has no place.
    package let line: Int
    /// From 1; 0 if the fault has no place.
    package let column: Int
    package let message: String

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
