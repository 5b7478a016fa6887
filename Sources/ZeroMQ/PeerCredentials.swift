// Who is at the other end of an ipc connection, by the kernel's word.

/// The peer's user, group and process, which the kernel noted when the connection was made.
///
/// On `ipc://` libzmq 4.3.4 asks the kernel (`SO_PEERCRED`) and writes the answer into the text of
/// `Peer-Address`, and into the address frame of ZAP requests: the name it found for the socket
/// (`localhost`), then `:uid:gid:pid`. Measured: `localhost:0:0:4711`. The numbers are those of the
/// process that called `connect`; a descriptor handed on later keeps them.
package struct PeerCredentials: Hashable, Sendable {
    package let userID: UInt32
    package let groupID: UInt32
    package let processID: Int32

    package init(userID: UInt32, groupID: UInt32, processID: Int32) {
        self.userID = userID
        self.groupID = groupID
        self.processID = processID
    }

    /// Reads libzmq's text; nil for a tcp address, whose last parts are not three numbers.
    package init?(peerAddress: String) {
        let parts = peerAddress.split(separator: ":", omittingEmptySubsequences: false)
        // Exactly four parts: an IPv6 address has more, an IPv4 address has one.
        guard parts.count == 4,
            let userID = UInt32(parts[1]), let groupID = UInt32(parts[2]),
            let processID = Int32(parts[3]), processID >= 0
        else { return nil }
        self.init(userID: userID, groupID: groupID, processID: processID)
    }
}
