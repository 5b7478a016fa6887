// What happens to a socket's connections. The application otherwise sees only silence when, say, a
// handshake is refused.
import CZeroMQ

/// One event of a socket's connections, with the endpoint it concerns.
package struct MonitorEvent: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case connected
        /// The connection could not be made at once and is being attempted in the background.
        case connectDelayed
        /// A new attempt follows after the given pause.
        case connectRetried(milliseconds: Int)
        case listening
        case bindFailed(errno: Int32)
        case accepted
        case acceptFailed(errno: Int32)
        case closed
        case closeFailed(errno: Int32)
        case disconnected
        case monitorStopped
        case handshakeSucceeded
        /// The other side speaks no ZMTP, went away or timed out.
        case handshakeFailedNoDetail(errno: Int32)
        /// The two sides disagree on the protocol or the mechanism; libzmq's own code.
        case handshakeFailedProtocol(code: Int32)
        /// The ZAP handler refused: its status code, such as 400.
        case handshakeFailedAuth(status: Int32)
        case other(Int32)
    }

    package let kind: Kind
    package let endpoint: String

    init(bits: Int32, value: Int32, endpoint: String) {
        self.endpoint = endpoint
        switch bits {
        case ZMQ_EVENT_CONNECTED: kind = .connected
        case ZMQ_EVENT_CONNECT_DELAYED: kind = .connectDelayed
        case ZMQ_EVENT_CONNECT_RETRIED: kind = .connectRetried(milliseconds: Int(value))
        case ZMQ_EVENT_LISTENING: kind = .listening
        case ZMQ_EVENT_BIND_FAILED: kind = .bindFailed(errno: value)
        case ZMQ_EVENT_ACCEPTED: kind = .accepted
        case ZMQ_EVENT_ACCEPT_FAILED: kind = .acceptFailed(errno: value)
        case ZMQ_EVENT_CLOSED: kind = .closed
        case ZMQ_EVENT_CLOSE_FAILED: kind = .closeFailed(errno: value)
        case ZMQ_EVENT_DISCONNECTED: kind = .disconnected
        case ZMQ_EVENT_MONITOR_STOPPED: kind = .monitorStopped
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: kind = .handshakeSucceeded
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: kind = .handshakeFailedNoDetail(errno: value)
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL: kind = .handshakeFailedProtocol(code: value)
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: kind = .handshakeFailedAuth(status: value)
        default: kind = .other(bits)
        }
    }
}

/// A stream of one socket's connection events. Lives on the socket's thread.
package struct Monitor: ~Copyable {
    let socket: Socket

    /// Starts watching. Calls `zmq_socket_monitor`; a socket has one monitor at a time.
    /// - Parameter name: unique within the context; part of an inproc endpoint.
    package init(
        of watched: borrowing Socket, named name: String, in context: Context,
    ) throws(ZMQError) {
        let endpoint = "inproc://monitor-\(name)"
        guard unsafe zmq_socket_monitor(watched.handle.pointer, endpoint, ZMQ_EVENT_ALL) == 0 else {
            throw ZMQError.last("zmq_socket_monitor", on: endpoint)
        }
        let pair = try Socket(.pair, in: context)
        try pair.connect(endpoint)
        socket = pair
    }

    /// Ends the watching of a socket that goes on, or goes away later than its monitor. Calls
    /// `zmq_socket_monitor` without an endpoint.
    ///
    /// A monitor must not be closed before this: libzmq's I/O thread would wait for ever for
    /// somebody to take its next event, and with it every connection of the context.
    package static func stop(watching watched: borrowing Socket) throws(ZMQError) {
        guard unsafe zmq_socket_monitor(watched.handle.pointer, nil, 0) == 0 else {
            throw ZMQError.last("zmq_socket_monitor")
        }
    }

    /// The next event, or nil when there is none.
    /// - Parameter timeoutMilliseconds: 0 only looks; nil waits for ever.
    package func next(timeoutMilliseconds: Int? = 0) throws(ZMQError) -> MonitorEvent? {
        try socket.set(.receiveTimeout(milliseconds: timeoutMilliseconds))
        guard let message = try socket.receive(blocking: timeoutMilliseconds != 0) else {
            return nil
        }
        // zmq_socket_monitor(3): a frame of 16 bits of event and 32 bits of value in the host's
        // order, then a frame with the endpoint.
        guard message.frames.count == 2, message.frames[0].count == 6 else { return nil }
        let head = message.frames[0]
        let bits = Int32(head[0]) | Int32(head[1]) << 8
        let value = head[2...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return MonitorEvent(
            bits: bits, value: Int32(bitPattern: value),
            endpoint: String(decoding: message.frames[1], as: UTF8.self))
    }
}
