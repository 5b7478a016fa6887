// Whole messages in and out. A message is one or more frames and travels whole or not at all.
import CZeroMQ
import Glibc

/// What became of a message handed to `Socket.send`.
package enum SendOutcome: Hashable, Sendable {
    /// libzmq took the whole message. That is not yet delivery.
    case sent
    /// Nothing was taken: the queue is full, or there is nobody to send to yet.
    case wouldBlock
    /// Nothing was taken: a ROUTER with `routerMandatory` knows no such peer.
    case hostUnreachable
}

/// A message as it arrived, with what the transport itself vouches for.
package struct ReceivedMessage: Sendable {
    /// The frames kept; with a ROUTER the first is the peer's routing id.
    package let frames: [[UInt8]]

    /// How many frames arrived; more than `frames.count` when the cap was passed.
    package let frameCount: Int

    /// The identity that the ZAP handler gave the connection (`User-Id`), if it has one.
    package let userID: String?

    /// libzmq's `Peer-Address`: on tcp the peer's IP address; on ipc see `PeerCredentials`.
    package let peerAddress: String?

    /// True when frames beyond a cap were thrown away.
    package var isTruncated: Bool { frameCount > frames.count }

    /// The kernel's word on who is at the other end of an ipc connection.
    package var peerCredentials: PeerCredentials? {
        peerAddress.flatMap { PeerCredentials(peerAddress: $0) }
    }
}

extension Socket {
    /// Sends one message, whole or not at all. Calls `zmq_send` for each frame.
    ///
    /// Only the first frame can wait. libzmq gives the others the same way out; if the peer goes
    /// away between two frames the message is withdrawn, reported as `wouldBlock`.
    /// - Parameter blocking: waits for room, at most as long as the option `sendTimeout` says.
    package func send(
        _ frames: [[UInt8]], blocking: Bool = false,
    ) throws(ZMQError) -> SendOutcome {
        precondition(!frames.isEmpty, "a message has at least one frame")
        var withdrawn = false
        for index in frames.indices {
            let more = index + 1 < frames.count ? ZMQ_SNDMORE : 0
            let wait = blocking && index == 0 ? 0 : ZMQ_DONTWAIT
            // A signal interrupts before anything was taken, so trying again is safe; the
            // signals that matter arrive through a descriptor, not here.
            while unsafe zmq_send(handle.pointer, frames[index], frames[index].count, more | wait)
                < 0
            {
                switch zmq_errno() {
                case EINTR: continue
                case EAGAIN where index == 0: return .wouldBlock
                case EHOSTUNREACH where index == 0: return .hostUnreachable
                case EAGAIN, EHOSTUNREACH:
                    // The pipe died in mid-message: libzmq has rolled back what it had, and
                    // swallows the remaining frames, which must still be offered.
                    withdrawn = true
                default: throw ZMQError.last("zmq_send")
                }
                break
            }
        }
        return withdrawn ? .wouldBlock : .sent
    }

    /// Receives one message, or nil when there is none. Calls `zmq_msg_recv`.
    ///
    /// - Parameters:
    ///   - framesMax: frames kept; the rest are read and thrown away, and counted.
    ///   - bytesMax: bytes of all frames kept; from the one that exceeds it on, the rest are thrown
    ///     away without being copied.
    ///   - blocking: waits for a message, at most as long as the option `receiveTimeout` says.
    package func receive(
        framesMax: Int = 64, bytesMax: Int = .max, blocking: Bool = false,
    ) throws(ZMQError) -> ReceivedMessage? {
        var message = zmq_msg_t()
        unsafe zmq_msg_init(&message)
        defer { unsafe zmq_msg_close(&message) }

        var frames: [[UInt8]] = []
        var frameCount = 0
        var room = bytesMax
        var userID: String?
        var peerAddress: String?
        repeat {
            // Later frames of a message are always there already.
            let wait = blocking && frameCount == 0 ? 0 : ZMQ_DONTWAIT
            // Interrupted by a signal, nothing has been taken: try again.
            while unsafe zmq_msg_recv(&message, handle.pointer, wait) < 0 {
                let code = zmq_errno()
                if code == EAGAIN && frameCount == 0 { return nil }
                if code != EINTR { throw ZMQError.last("zmq_msg_recv") }
            }
            // A ROUTER's own first frame, the routing id, carries the metadata when it was received
            // directly, but (libzmq 4.3.4) not when a poll had fetched it: then the next one does.
            if frameCount <= 1, peerAddress == nil {
                userID = Self.property("User-Id", of: &message)
                peerAddress = Self.property("Peer-Address", of: &message)
            }
            let size = unsafe zmq_msg_size(&message)
            room = size > room ? -1 : room - size
            if frameCount < framesMax, room >= 0 { frames.append(Self.bytes(of: &message)) }
            frameCount += 1
        } while unsafe zmq_msg_more(&message) != 0
        return ReceivedMessage(
            frames: frames, frameCount: frameCount, userID: userID, peerAddress: peerAddress)
    }

    private static func bytes(of message: inout zmq_msg_t) -> [UInt8] {
        // A small message lies inside zmq_msg_t itself, so it must stay in place meanwhile.
        unsafe withUnsafeMutablePointer(to: &message) { message in
            let count = unsafe zmq_msg_size(message)
            guard count > 0, let data = unsafe zmq_msg_data(message) else { return [] }
            return unsafe [UInt8](UnsafeRawBufferPointer(start: data, count: count))
        }
    }

    private static func property(_ name: String, of message: inout zmq_msg_t) -> String? {
        unsafe withUnsafeMutablePointer(to: &message) { message in
            guard let text = unsafe zmq_msg_gets(message, name) else { return nil }
            return unsafe String(cString: text)
        }
    }
}
