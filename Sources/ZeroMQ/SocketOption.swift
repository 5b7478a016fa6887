// The socket options Baton uses, typed, with their units in their names.
import CZeroMQ

/// One option of a socket, for `Socket.set`. Most take effect for later binds and connects only.
package enum SocketOption: Sendable {
    /// How long closing waits for unsent messages; nil waits for ever. `ZMQ_LINGER`.
    case linger(milliseconds: Int?)
    /// Messages queued per peer for sending; 0 is no limit. `ZMQ_SNDHWM`.
    case sendHighWaterMark(Int)
    /// Messages queued per peer on receipt; 0 is no limit. `ZMQ_RCVHWM`.
    case receiveHighWaterMark(Int)
    /// Largest frame accepted, in bytes; a larger one ends the connection. `ZMQ_MAXMSGSIZE`.
    case frameBytesMax(Int)
    /// A ROUTER reports unroutable messages instead of dropping them. `ZMQ_ROUTER_MANDATORY`.
    case routerMandatory(Bool)
    /// A ROUTER lets a newcomer take over a routing id in use. `ZMQ_ROUTER_HANDOVER`.
    case routerHandover(Bool)
    /// The name a ROUTER knows this socket by, 1 to 255 bytes. `ZMQ_ROUTING_ID`.
    case routingID([UInt8])
    /// Time between ZMTP pings; 0 is off, libzmq's default. `ZMQ_HEARTBEAT_IVL`.
    case heartbeatInterval(milliseconds: Int)
    /// Silence after a ping before the connection counts as dead. `ZMQ_HEARTBEAT_TIMEOUT`.
    case heartbeatTimeout(milliseconds: Int)
    /// Silence after which the *peer* is to drop the connection. `ZMQ_HEARTBEAT_TTL`.
    case heartbeatTimeToLive(milliseconds: Int)
    /// Time a handshake may take. `ZMQ_HANDSHAKE_IVL`.
    case handshakeInterval(milliseconds: Int)
    /// Queue messages only to completed connections. `ZMQ_IMMEDIATE`.
    case immediate(Bool)
    /// Pause before connecting again; nil is never. `ZMQ_RECONNECT_IVL`.
    case reconnectInterval(milliseconds: Int?)
    /// Upper bound of the pause, which doubles up to it; 0 is no doubling. `ZMQ_RECONNECT_IVL_MAX`.
    case reconnectIntervalMax(milliseconds: Int)
    /// Time for `connect(2)` itself. `ZMQ_CONNECT_TIMEOUT`.
    case connectTimeout(milliseconds: Int)
    /// Connections waiting to be accepted. `ZMQ_BACKLOG`.
    case backlog(Int)
    /// How long a blocking receive waits; nil is for ever. `ZMQ_RCVTIMEO`.
    case receiveTimeout(milliseconds: Int?)
    /// How long a blocking send waits; nil is for ever. `ZMQ_SNDTIMEO`.
    case sendTimeout(milliseconds: Int?)
    /// TCP keepalive on or off. `ZMQ_TCP_KEEPALIVE`.
    case tcpKeepalive(Bool)
    /// Idle seconds before the first TCP keepalive probe. `ZMQ_TCP_KEEPALIVE_IDLE`.
    case tcpKeepaliveIdle(seconds: Int)
    /// Seconds between TCP keepalive probes. `ZMQ_TCP_KEEPALIVE_INTVL`.
    case tcpKeepaliveInterval(seconds: Int)
    /// Failed probes before the connection is dropped. `ZMQ_TCP_KEEPALIVE_CNT`.
    case tcpKeepaliveProbes(Int)
    /// IPv6 beside IPv4. `ZMQ_IPV6`.
    case ipv6(Bool)
    /// This end checks PLAIN names and passwords, by way of ZAP; without a ZAP handler it lets
    /// nobody in, in silence. `ZMQ_PLAIN_SERVER`.
    case plainServer(Bool)
    /// The name this end shows; switches PLAIN on. `ZMQ_PLAIN_USERNAME`.
    case plainUsername(String)
    /// The password this end shows. libzmq takes an empty one. `ZMQ_PLAIN_PASSWORD`.
    case plainPassword(String)
    /// This end checks CURVE keys. `ZMQ_CURVE_SERVER`.
    case curveServer(Bool)
    /// This end's public key, Z85. `ZMQ_CURVE_PUBLICKEY`.
    case curvePublicKey(String)
    /// This end's secret key, Z85. `ZMQ_CURVE_SECRETKEY`.
    case curveSecretKey(String)
    /// The other end's public key, Z85; set by the client. `ZMQ_CURVE_SERVERKEY`.
    case curveServerKey(String)
    /// The domain named in ZAP requests. `ZMQ_ZAP_DOMAIN`.
    case zapDomain(String)
    /// Without a ZAP handler nobody gets in, where libzmq would let all in.
    /// `ZMQ_ZAP_ENFORCE_DOMAIN`.
    case zapEnforceDomain(Bool)
    /// Messages beginning with these bytes reach a SUB; none means all. `ZMQ_SUBSCRIBE`.
    case subscribe([UInt8])
    /// Ends a subscription. `ZMQ_UNSUBSCRIBE`.
    case unsubscribe([UInt8])

    /// What `zmq_setsockopt` wants to be given.
    enum Value {
        case int32(Int32)
        case int64(Int64)
        case bytes([UInt8])

        static func milliseconds(_ value: Int?) -> Value { .int32(value.map(int32Value) ?? -1) }
        static func count(_ value: Int) -> Value { .int32(int32Value(value)) }
        static func flag(_ value: Bool) -> Value { .int32(value ? 1 : 0) }
        static func text(_ value: String) -> Value { .bytes([UInt8](value.utf8)) }

        private static func int32Value(_ value: Int) -> Int32 {
            precondition(value >= 0, "a negative socket option has no meaning here")
            return Int32(value)
        }
    }

    /// The option's C name and value.
    var encoded: (option: Int32, value: Value) {
        switch self {
        case .linger(let time): (ZMQ_LINGER, .milliseconds(time))
        case .sendHighWaterMark(let count): (ZMQ_SNDHWM, .count(count))
        case .receiveHighWaterMark(let count): (ZMQ_RCVHWM, .count(count))
        case .frameBytesMax(let count): (ZMQ_MAXMSGSIZE, .int64(Int64(count)))
        case .routerMandatory(let on): (ZMQ_ROUTER_MANDATORY, .flag(on))
        case .routerHandover(let on): (ZMQ_ROUTER_HANDOVER, .flag(on))
        case .routingID(let bytes): (ZMQ_ROUTING_ID, .bytes(bytes))
        case .heartbeatInterval(let time): (ZMQ_HEARTBEAT_IVL, .milliseconds(time))
        case .heartbeatTimeout(let time): (ZMQ_HEARTBEAT_TIMEOUT, .milliseconds(time))
        case .heartbeatTimeToLive(let time): (ZMQ_HEARTBEAT_TTL, .milliseconds(time))
        case .handshakeInterval(let time): (ZMQ_HANDSHAKE_IVL, .milliseconds(time))
        case .immediate(let on): (ZMQ_IMMEDIATE, .flag(on))
        case .reconnectInterval(let time): (ZMQ_RECONNECT_IVL, .milliseconds(time))
        case .reconnectIntervalMax(let time): (ZMQ_RECONNECT_IVL_MAX, .milliseconds(time))
        case .connectTimeout(let time): (ZMQ_CONNECT_TIMEOUT, .milliseconds(time))
        case .backlog(let count): (ZMQ_BACKLOG, .count(count))
        case .receiveTimeout(let time): (ZMQ_RCVTIMEO, .milliseconds(time))
        case .sendTimeout(let time): (ZMQ_SNDTIMEO, .milliseconds(time))
        case .tcpKeepalive(let on): (ZMQ_TCP_KEEPALIVE, .flag(on))
        case .tcpKeepaliveIdle(let time): (ZMQ_TCP_KEEPALIVE_IDLE, .count(time))
        case .tcpKeepaliveInterval(let time): (ZMQ_TCP_KEEPALIVE_INTVL, .count(time))
        case .tcpKeepaliveProbes(let count): (ZMQ_TCP_KEEPALIVE_CNT, .count(count))
        case .ipv6(let on): (ZMQ_IPV6, .flag(on))
        case .plainServer(let on): (ZMQ_PLAIN_SERVER, .flag(on))
        case .plainUsername(let name): (ZMQ_PLAIN_USERNAME, .text(name))
        case .plainPassword(let password): (ZMQ_PLAIN_PASSWORD, .text(password))
        case .curveServer(let on): (ZMQ_CURVE_SERVER, .flag(on))
        case .curvePublicKey(let key): (ZMQ_CURVE_PUBLICKEY, .text(key))
        case .curveSecretKey(let key): (ZMQ_CURVE_SECRETKEY, .text(key))
        case .curveServerKey(let key): (ZMQ_CURVE_SERVERKEY, .text(key))
        case .zapDomain(let domain): (ZMQ_ZAP_DOMAIN, .text(domain))
        case .zapEnforceDomain(let on): (BATON_ZMQ_ZAP_ENFORCE_DOMAIN, .flag(on))
        case .subscribe(let prefix): (ZMQ_SUBSCRIBE, .bytes(prefix))
        case .unsubscribe(let prefix): (ZMQ_UNSUBSCRIBE, .bytes(prefix))
        }
    }
}
