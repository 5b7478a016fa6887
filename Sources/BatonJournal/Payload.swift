// What is said beside the leaves and may be forgotten: free text, parameters, results.
package import Crypto

/// One part of an event's payload. The leaf names it by `digest`; the salt keeps anybody from
/// guessing a forgotten body from the digest that stays.
package struct Payload: Hashable, Sendable {
    /// Its name among the parts of the event.
    package let part: String
    /// Its media type, such as `application/json`.
    package let mediaType: String
    /// SHA-256 of salt and body.
    package let digest: Digest
    /// 16 random bytes.
    package let salt: [UInt8]
    package let body: [UInt8]

    /// A payload as it was stored; nothing is computed.
    package init(part: String, mediaType: String, digest: Digest, salt: [UInt8], body: [UInt8]) {
        self.part = part
        self.mediaType = mediaType
        self.digest = digest
        self.salt = salt
        self.body = body
    }

    /// A new payload, with its digest computed.
    /// - Parameter salt: 16 fresh random bytes.
    package init(part: String, mediaType: String, salt: [UInt8], body: [UInt8]) {
        self.init(
            part: part, mediaType: mediaType,
            digest: Payload.digest(salt: salt, body: body), salt: salt, body: body)
    }

    /// SHA-256 of salt and body.
    package static func digest(salt: [UInt8], body: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(salt)
        hash.update(body)
        return hash.digest()
    }

    /// Whether the body is still the one that the digest names.
    package var isIntact: Bool { Payload.digest(salt: salt, body: body) == digest }

    /// Traps on a payload that no caller may store.
    func requireWellFormed() {
        precondition(
            !part.isEmpty && part.utf8.count <= JournalLimits.nameBytesMax
                && mediaType.utf8.count <= JournalLimits.nameBytesMax,
            "part name or media type of impossible length")
        precondition(salt.count == JournalLimits.saltBytes, "salt of \(salt.count) bytes")
        precondition(
            body.count <= JournalLimits.partBytesMax,
            "part of \(body.count) bytes; partBytesMax is \(JournalLimits.partBytesMax)")
    }
}
