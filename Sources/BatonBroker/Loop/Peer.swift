// One connection as the loop knows it: the routing id it came by, who the transport says it is, its
// session, and what it is in the middle of.

package import BatonCore

/// The ROUTER's name for a connection. It is an address and never an identity.
package struct RoutingID: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// What the transport proved about the sender of one message.
package struct TransportIdentity: Hashable, Sendable {
    /// `agent/x` or `supervisor` by a token, else `user/name` by the kernel.
    package let actor: ActorName
    /// 0 when unknown.
    package let processID: Int

    package init(actor: ActorName, processID: Int) {
        self.actor = actor
        self.processID = processID
    }
}

struct Peer {
    let session: SessionID
    /// What the transport proved; a role taken in HELLO stands in the session.
    let identity: TransportIdentity
    var upload: Upload?
    var tails: [Int64: TailCursor] = [:]
}

/// An attachment on its way in. One at a time a peer.
struct Upload {
    let digest: String
    let size: Int
    let mediaType: String
    var bytes: [UInt8] = []
    /// When its newest chunk came.
    var lastChunk = Instant.distantPast
}
