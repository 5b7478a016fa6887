// A ZeroMQ socket, owned by one thread. Sending and receiving are in Socket+Messages.swift,
// watching its connections in Monitor.swift.
import CZeroMQ
import Glibc

/// The patterns of socket that Baton uses.
package enum SocketKind: Sendable {
    case router, dealer, rep, req, pair, pub, sub, push, pull

    var code: Int32 {
        switch self {
        case .router: ZMQ_ROUTER
        case .dealer: ZMQ_DEALER
        case .rep: ZMQ_REP
        case .req: ZMQ_REQ
        case .pair: ZMQ_PAIR
        case .pub: ZMQ_PUB
        case .sub: ZMQ_SUB
        case .push: ZMQ_PUSH
        case .pull: ZMQ_PULL
        }
    }
}

/// The C handle, shared only with pollers: they must notice that a socket has been closed.
@safe
final class SocketHandle {
    private let context: Context
    private(set) var pointer: UnsafeMutableRawPointer?

    init(_ context: Context, kind: SocketKind) throws(ZMQError) {
        guard let created = unsafe zmq_socket(context.pointer, kind.code) else {
            throw ZMQError.last("zmq_socket")
        }
        self.context = context
        unsafe pointer = created
    }

    deinit { close() }

    /// Calls `zmq_close`, once.
    func close() {
        guard let open = unsafe pointer else { return }
        unsafe pointer = nil
        let closed = unsafe zmq_close(open)
        precondition(closed == 0, "zmq_close was given something that is not a socket")
    }

    /// Calls `zmq_setsockopt`.
    func set(_ option: SocketOption) throws(ZMQError) {
        let (code, value) = option.encoded
        let result: Int32
        switch value {
        case .int32(var number):
            result = unsafe zmq_setsockopt(pointer, code, &number, MemoryLayout<Int32>.size)
        case .int64(var number):
            result = unsafe zmq_setsockopt(pointer, code, &number, MemoryLayout<Int64>.size)
        case .bytes(let bytes):
            // libzmq refuses an empty password though it is the default, and reads a null
            // pointer as "no PLAIN at all".
            if case .plainPassword = option, bytes.isEmpty { return }
            result = unsafe (bytes + [0]).withUnsafeBytes { raw in
                unsafe zmq_setsockopt(pointer, code, raw.baseAddress, bytes.count)
            }
        }
        guard result == 0 else {
            // The number, not the value: that may be a password.
            throw ZMQError.last("zmq_setsockopt", on: "option \(code)")
        }
    }
}

/// One ZeroMQ socket. It belongs to the thread that made it and closes when it goes out of scope.
///
/// `linger` starts at 0 rather than libzmq's "for ever", so that nothing can hang at exit;
/// whoever needs the last messages out sets it.
package struct Socket: ~Copyable {
    let handle: SocketHandle

    /// Makes a socket. Calls `zmq_socket`.
    package init(_ kind: SocketKind, in context: Context) throws(ZMQError) {
        let created = try SocketHandle(context, kind: kind)
        try created.set(.linger(milliseconds: 0))
        handle = created
    }

    deinit { handle.close() }

    /// Closes the socket; unsent messages go out for as long as `linger` allows.
    package consuming func close() {}

    /// Sets an option. Calls `zmq_setsockopt`.
    package func set(_ option: SocketOption) throws(ZMQError) {
        try handle.set(option)
    }

    /// Sets several options, in order.
    package func set(_ options: [SocketOption]) throws(ZMQError) {
        for option in options { try set(option) }
    }

    /// Listens on an endpoint such as `ipc:///run/b.sock`. Calls `zmq_bind`.
    ///
    /// On `ipc://` this silently takes over a path that another process listens on.
    package func bind(_ endpoint: String) throws(ZMQError) {
        guard unsafe zmq_bind(handle.pointer, endpoint) == 0 else {
            throw ZMQError.last("zmq_bind", on: endpoint)
        }
    }

    /// Connects, now or whenever the other side appears. Calls `zmq_connect`.
    package func connect(_ endpoint: String) throws(ZMQError) {
        guard unsafe zmq_connect(handle.pointer, endpoint) == 0 else {
            throw ZMQError.last("zmq_connect", on: endpoint)
        }
    }

    /// Ends a connection; messages not yet sent to it are dropped. Calls `zmq_disconnect`.
    package func disconnect(_ endpoint: String) throws(ZMQError) {
        guard unsafe zmq_disconnect(handle.pointer, endpoint) == 0 else {
            throw ZMQError.last("zmq_disconnect", on: endpoint)
        }
    }

    /// The endpoint last bound or connected, with wildcards filled in. `ZMQ_LAST_ENDPOINT`.
    package func lastEndpoint() throws(ZMQError) -> String {
        var text = [UInt8](repeating: 0, count: 1024)
        var count = text.count
        guard unsafe zmq_getsockopt(handle.pointer, ZMQ_LAST_ENDPOINT, &text, &count) == 0 else {
            throw ZMQError.last("zmq_getsockopt", on: "ZMQ_LAST_ENDPOINT")
        }
        return String(decoding: text.prefix(while: { $0 != 0 }), as: UTF8.self)
    }

    /// What can be done now without blocking. `ZMQ_EVENTS`.
    ///
    /// Reading it rearms `fileDescriptor`, so it must be read after every send and receive by
    /// those who poll that descriptor themselves.
    package func readiness() throws(ZMQError) -> Readiness {
        let bits = try integer(ZMQ_EVENTS)
        return Readiness(pollBits: Int16(truncatingIfNeeded: bits))
    }

    /// A descriptor that becomes readable when `readiness` *may* have changed. `ZMQ_FD`.
    package func fileDescriptor() throws(ZMQError) -> Int32 {
        try integer(ZMQ_FD)
    }

    private func integer(_ option: Int32) throws(ZMQError) -> Int32 {
        var value: Int32 = 0
        var size = MemoryLayout<Int32>.size
        // A pending signal makes libzmq give up with EINTR before it has looked; ask again.
        while unsafe zmq_getsockopt(handle.pointer, option, &value, &size) != 0 {
            guard zmq_errno() == EINTR else { throw ZMQError.last("zmq_getsockopt") }
        }
        return value
    }
}
