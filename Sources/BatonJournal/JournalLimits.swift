// The bounds of the journal's protocol, the same for every implementation.

/// Limits that every journal keeps; a journal can be moved anywhere because they hold everywhere.
package enum JournalLimits {
    /// Bytes of one leaf. AUDIT format: larger events are refused where they are made.
    package static let leafBytesMax = 16_384

    /// Bytes of all leaves of one append: small enough for one message of a replicated store.
    package static let appendBytesMax = 512 * 1024

    /// Parts of one event: twice the frames of a message, rounded up to a whole byte.
    package static let partsPerEventMax = 256

    /// Bytes of one part: the largest attachment.
    package static let partBytesMax = 16 << 20

    /// Bytes of a part's name and of its media type.
    package static let nameBytesMax = 255

    /// Bytes of a payload's salt.
    package static let saltBytes = 16
}
