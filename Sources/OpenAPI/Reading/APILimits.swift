// What a document may cost to read and to check. Descriptions of APIs come from other teams and
// from generators: large is normal, endless is not.

/// The bounds of one check.
package struct APILimits: Sendable {
    /// Bytes of one document: the largest attachment that a brief can have.
    package var bytesMax = 16 << 20
    /// Nested maps and lists. Schemas written in place go deeper than briefs do; the parsers
    /// recurse, and this depth fits the stack of an agent's thread several times.
    package var depthMax = 96
    /// Values of one document, YAML's aliases expanded. 3 MB of JSON have about 100,000.
    package var nodesMax = 1_000_000
    /// Places that a finding names; the others are counted.
    package var placesMax = 50
    /// References that lead to references, and schemas composed of schemas, from one place.
    package var stepsMax = 512
    /// Pairs of schemas that a comparison of two versions looks at. Two cycles of different
    /// lengths meet in as many pairs as the product of the lengths.
    package var pairsMax = 200_000
    /// Schemas, with those that they are composed of, that all these pairs look at: a chain of
    /// compositions is walked again from each of its links.
    package var partsMax = 2_000_000

    package init() {}

    package static let standard = APILimits()
}
