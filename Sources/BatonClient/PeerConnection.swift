// A peer's DEALER socket with its monitor: bytes to messages and back, and what became of the
// connection. It decides nothing; ClientSession does. It lives on the thread that made it.
import BatonPlatform
package import BatonWire
package import ZeroMQ

/// Who a peer says it is; the broker's door checks it (wire.md §1).
public enum Identity: Sendable {
    /// The user of this host.
    case user
    /// A supervised process, with the token that its supervisor gave it.
    case token(agent: String, token: String)
}

/// One connection to a broker, made again by itself when it breaks.
package struct PeerConnection: ~Copyable {
    package let endpoint: String
    private let socket: Socket
    private let monitor: Monitor
    private var poller: Poller
    private let socketItem: Poller.Item
    private let monitorItem: Poller.Item
    private var outbox: [[[UInt8]]] = []

    package private(set) var isConnected = false
    package private(set) var wasEverConnected = false
    /// Attempts to connect that failed since the last success, or the start.
    package private(set) var failedAttempts = 0
    /// What the last failure was, for people.
    package private(set) var lastFailure = "nothing answers"

    /// Connects in the background. Nothing is sent before there is a connection.
    package static func open(
        endpoint: String, identity: Identity, context: Context,
    ) throws(ClientError) -> PeerConnection {
        do {
            return try PeerConnection(opening: endpoint, identity, context)
        } catch {
            throw ClientError.unreachable(endpoint, error.message)
        }
    }

    private init(
        opening endpoint: String, _ identity: Identity, _ context: Context,
    ) throws(ZMQError) {
        let socket = try Socket(.dealer, in: context)
        try socket.set(Self.options(identity))
        let monitor = try Monitor(of: socket, named: "peer-\(Entropy.uint64())", in: context)
        try socket.connect(endpoint)
        var poller = Poller()
        socketItem = poller.add(socket, for: .readable)
        monitorItem = poller.add(monitor)
        self.endpoint = endpoint
        self.socket = socket
        self.monitor = monitor
        self.poller = poller
    }

    private static func options(_ identity: Identity) -> [SocketOption] {
        let (name, password) =
            switch identity {
            case .user: ("user", "")
            case .token(let agent, let token): (agent, token)
            }
        return [
            .plainUsername(name), .plainPassword(password),
            // Unsent messages die with their connection: the session sends them again, after HELLO.
            .immediate(true),
            // Long enough for the last BYE to leave, too short to be noticed.
            .linger(milliseconds: 200),
            .heartbeatInterval(milliseconds: 5000), .heartbeatTimeout(milliseconds: 15000),
            .handshakeInterval(milliseconds: 5000),
            .reconnectInterval(milliseconds: 50), .reconnectIntervalMax(milliseconds: 2000),
            .frameBytesMax(16 << 20),
        ]
    }

    /// Watches a descriptor of the caller's in the same wait.
    package mutating func watch(descriptor: Int32) -> Poller.Item {
        poller.add(descriptor: descriptor, for: .readable)
    }

    /// Stops watching.
    package mutating func unwatch(_ item: Poller.Item) { poller.remove(item) }

    /// Whether the last wait found the descriptor readable, or at its end.
    package func isReady(_ item: Poller.Item) -> Bool { !poller.readiness(of: item).isEmpty }

    /// Sends now, or as soon as the transport takes it.
    package mutating func send(_ message: Message) throws(ClientError) {
        outbox.append(message.frames)
        try flush()
    }

    /// Sleeps until a message, a change of the connection, a watched descriptor or the time limit.
    /// A signal may end it early.
    package mutating func wait(atMost limit: Duration?) throws(ClientError) {
        let milliseconds = limit.map { max(0, Int(($0 / .milliseconds(1)).rounded(.up))) }
        poller.watch(socketItem, for: outbox.isEmpty ? .readable : [.readable, .writable])
        do {
            _ = try poller.poll(timeoutMilliseconds: milliseconds)
            try flush()
        } catch let error as ZMQError {
            throw failed(error)
        } catch let error as ClientError {
            throw error
        } catch {
            preconditionFailure("polling and sending throw nothing else")
        }
    }

    /// What has happened since the last call, in order. At most 256 messages at once, so that
    /// the caller's clock and its own work are never starved.
    package mutating func takeInputs() throws(ClientError) -> [ClientSession.Input] {
        var inputs: [ClientSession.Input] = []
        do {
            // Messages first: those that arrived before a break belong to the session before it.
            while inputs.count < 256, let received = try socket.receive() {
                // What cannot be read is not from a broker of this version; nothing depends on it.
                guard let message = try? Message(frames: received.frames) else { continue }
                inputs.append(.received(message))
            }
            while let event = try monitor.next() { note(event.kind, into: &inputs) }
        } catch {
            throw failed(error)
        }
        return inputs
    }

    private mutating func flush() throws(ClientError) {
        var sent = 0
        do {
            while sent < outbox.count, try socket.send(outbox[sent]) == .sent { sent += 1 }
        } catch {
            throw failed(error)
        }
        outbox.removeFirst(sent)
    }

    private mutating func note(_ kind: MonitorEvent.Kind, into inputs: inout [ClientSession.Input])
    {
        switch kind {
        case .handshakeSucceeded:
            isConnected = true
            wasEverConnected = true
            failedAttempts = 0
            inputs.append(.connected)
        case .disconnected:
            isConnected = false
            lastFailure = "the connection was closed"
            // Whatever was not sent belongs to a session that is over.
            outbox.removeAll()
            inputs.append(.disconnected)
        case .connectRetried:
            failedAttempts += 1
            if !isConnected, lastFailure != "it refused the handshake" {
                lastFailure = "nothing accepts connections there"
            }
        case .handshakeFailedAuth:
            inputs.append(
                .handshakeRefused(
                    "the broker at \(endpoint) does not accept this identity: an unknown token, "
                        + "or a process of another user"))
        case .handshakeFailedProtocol, .handshakeFailedNoDetail:
            failedAttempts += 1
            lastFailure = "it refused the handshake"
        case .connected, .connectDelayed, .listening, .bindFailed, .accepted, .acceptFailed,
            .closed, .closeFailed, .monitorStopped, .other:
            break
        }
    }

    private func failed(_ error: ZMQError) -> ClientError {
        ClientError(
            .failed, "the transport to \(endpoint) failed: \(error.message)", isDefinite: false)
    }
}
