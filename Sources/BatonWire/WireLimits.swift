// The bounds of what may cross the wire (wire.md §2 and §6). Reaching one is a named refusal.

package struct WireLimits: Sendable {
    /// Frames of one message, the routing id not counted.
    package var framesMax = 16
    /// All frames of one message together: a parcel of full size with its header and manifest, and
    /// room. Without it a message could be as large as its frames allow, sixteen times as much.
    package var messageBytesMax = 8 << 20
    /// A header is a few dozen small members; the largest is the list of held leases in HELLO.
    package var headerBytesMax = 16 << 10
    /// A brief, plan, verdict, escalation, answer or card. The broker parses these, so they stay
    /// small.
    package var controlBytesMax = 64 << 10
    /// One part of a parcel.
    package var partBytesMax = 1 << 20
    /// All parts of a parcel together.
    package var parcelBytesMax = 4 << 20
    /// Parts in one parcel: all of them are named in one leaf of at most 16 KiB.
    package var partsMax = 32
    /// One piece of an attachment or of a document that is fetched.
    package var chunkBytesMax = 1 << 20

    package init() {}

    package static let standard = WireLimits()

    /// What `ZMQ_MAXMSGSIZE` bounds: the largest single frame that any verb allows.
    package var frameBytesMax: Int { parcelBytesMax }
}

/// A message that is not as wire.md specifies. It names the thing, the limit and the value.
package struct WireFault: Error, Hashable, CustomStringConvertible {
    package let message: String
    /// True when a size or a count was over its limit, false when the form was wrong.
    package let isOverLimit: Bool

    package init(_ message: String, isOverLimit: Bool = false) {
        self.message = message
        self.isOverLimit = isOverLimit
    }

    package var description: String { message }
}
