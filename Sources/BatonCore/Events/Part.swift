// A part: free text or content that belongs to an event. The event holds its name, size and digest;
// the bytes lie beside the journal, erasable alone, and replay never reads them.

package struct Part: Hashable, Sendable {
    package var name: String
    package var mediaType: String
    /// Bytes of the content.
    package var size: Int
    /// SHA-256 of salt and content.
    package var digest: Digest
    /// HMAC-SHA-256 of the content under the journal's key: sameness, also after erasure.
    package var match: Digest

    package init(name: String, mediaType: String, size: Int, digest: Digest, match: Digest) {
        self.name = name
        self.mediaType = mediaType
        self.size = size
        self.digest = digest
        self.match = match
    }
}

extension [Part] {
    /// Of all together.
    var bytes: Int { reduce(0) { $0 + $1.size } }
}
