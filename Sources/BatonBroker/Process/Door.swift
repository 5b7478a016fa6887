// Who may come in: the ZAP handler (ZeroMQ RFC 27). Every peer uses PLAIN; the kernel says whose
// process it is. A token proves a supervised process, everybody else is the user of this host.

import BatonCore
import BatonPlatform
import Crypto
import ZeroMQ

struct Door: ~Copyable {
    static let endpoint = "inproc://zeromq.zap.01"
    static let domain = "baton"

    let socket: Socket
    private let tokensPath: String
    /// Nobody of another uid is let in, so this is the name of every person. Asking the system for
    /// it reads a file, which is too slow to do for each message.
    private let person = ActorName.person(Host.userName())
    /// SHA-256 of a token → `agent/x` or `supervisor`.
    private var identities: [String: String] = [:]

    init(context: Context, tokensPath: String) throws(ZMQError) {
        let socket = try Socket(.rep, in: context)
        try socket.bind(Self.endpoint)
        self.socket = socket
        self.tokensPath = tokensPath
    }

    /// Answers every handshake that waits.
    mutating func answer() throws(ZMQError) {
        while let request = try socket.receive(framesMax: 16) {
            let frames = request.frames
            let id = frames.count > 1 ? frames[1] : []
            let identity = frames.count >= 8 ? identity(of: frames) : nil
            let reply: [[UInt8]] = [
                Array("1.0".utf8), id, Array((identity == nil ? "400" : "200").utf8),
                Array((identity == nil ? "not permitted" : "OK").utf8),
                Array((identity ?? "").utf8), [],
            ]
            _ = try socket.send(reply)
        }
    }

    /// The user id that the connection gets; nil refuses it.
    private mutating func identity(of frames: [[UInt8]]) -> String? {
        let texts = frames.map { String(decoding: $0, as: UTF8.self) }
        guard texts[0] == "1.0", texts[5] == "PLAIN",
            let credentials = PeerCredentials(peerAddress: texts[3]),
            credentials.userID == Host.userID
        else { return nil }
        let name = texts[6]
        let password = frames.count > 7 ? frames[7] : []
        if name == "user", password.isEmpty { return "user" }
        let digest = Hex.encode(SHA256.hash(password).bytes)
        if identities[digest] == nil { readTokens() }
        guard let identity = identities[digest], identity == name || identity == "agent/\(name)"
        else {
            return nil
        }
        return identity
    }

    /// Lines of digest and identity, written by the supervisor before it starts a process.
    private mutating func readTokens() {
        // Without the file there is no supervisor, and no token is known.
        guard let bytes = try? Files.read(tokensPath, bytesMax: 1 << 20) else { return }
        identities = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2 { identities[String(words[0])] = String(words[1]) }
        }
    }

    /// Who sent a message: what the handshake proved, and the kernel's word on the process.
    func identity(of message: ReceivedMessage) -> TransportIdentity? {
        guard let userID = message.userID, let credentials = message.peerCredentials else {
            return nil
        }
        let actor: ActorName
        if userID == "user" {
            actor = person
        } else if userID == "supervisor" {
            actor = .supervisor
        } else if userID.hasPrefix("agent/") {
            actor = .agent(AgentName(String(userID.dropFirst("agent/".count))))
        } else {
            return nil
        }
        return TransportIdentity(actor: actor, processID: Int(credentials.processID))
    }
}
