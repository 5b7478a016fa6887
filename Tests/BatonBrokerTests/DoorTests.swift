// Claims about who gets in, over real sockets, and about what comes in.

import BatonBrief
import BatonPlatform
import BatonWire
import JSON
import Testing
import ZeroMQ

private let python = Host.findExecutable("/usr/bin/python3") ?? Host.findExecutable("python3")
private let setpriv = Host.findExecutable("setpriv")

@Suite("the door", .timeLimit(.minutes(10)))
struct DoorTests {
    /// Runs the peer that speaks by hand, as another user if one is named.
    private func rawPeer(
        _ broker: BrokerProgram, _ words: [String], as user: String? = nil
    ) throws -> ChildProcess {
        let script =
            Files.parent(of: Files.parent(of: String(describing: #filePath)))
            + "/interop/raw_peer.py"
        let text = String(decoding: try Files.read(script, bytesMax: 1 << 16), as: UTF8.self)
        // Given as text: the other user may not be able to read the file.
        var arguments = [try #require(python), "-c", text, broker.home + "/broker.sock"] + words
        if let user {
            arguments = [try #require(setpriv), "--reuid", user, "--clear-groups"] + arguments
        }
        return try ChildProcess.spawn(
            LaunchPlan(
                executable: arguments[0], arguments: Array(arguments.dropFirst()), group: .own,
                input: .pipe, output: .pipe, errorOutput: .pipe))
    }

    @Test("a process of the broker's user is that person")
    func person() throws {
        let broker = try BrokerProgram()
        try broker.start()

        let hello = try DealerPeer(broker.endpoint).hello()

        #expect(hello.text("actor") == "user/\(Host.userName())")
    }

    @Test("a token is its identity, whatever the message says")
    func token() throws {
        let broker = try BrokerProgram(tokens: [("secret", "agent/team.writer")])
        try broker.start()

        let hello = try DealerPeer(broker.endpoint, user: "team.writer", password: "secret").hello()

        #expect(hello.text("actor") == "agent/team.writer")
    }

    @Test(
        "a token that is unknown, or another's, is refused where the peer can see it",
        arguments: [
            ("team.writer", "wrong"), ("team.reader", "secret"), ("user", "secret"), ("root", ""),
        ])
    func unknownToken(user: String, password: String) throws {
        let broker = try BrokerProgram(tokens: [("secret", "agent/team.writer")])
        try broker.start()

        let peer = try DealerPeer(broker.endpoint, user: user, password: password)

        try peer.awaits(.handshakeFailedAuth(status: 400))
    }

    @Test("a token that was written after the start is known")
    func laterToken() throws {
        let broker = try BrokerProgram()
        try broker.start()
        let other = try BrokerProgram(tokens: [("later", "agent/team.writer")])
        let lines = try Files.read(other.home + "/tokens", bytesMax: 4_096)
        try Files.writeAtomically(lines, to: broker.home + "/tokens", mode: 0o600)

        let hello = try DealerPeer(broker.endpoint, user: "team.writer", password: "later").hello()

        #expect(hello.text("actor") == "agent/team.writer")
    }

    @Test(
        "a process of another user is refused, even if it gets at the socket",
        .enabled(
            if: Host.userID == 0 && python != nil && setpriv != nil,
            "only root can start a process of another user, with setpriv and python3"))
    func foreignUser() throws {
        let broker = try BrokerProgram()
        try broker.start()
        for path in [broker.folder, broker.home] { try Files.setPermissions(0o711, of: path) }
        try Files.setPermissions(0o666, of: broker.home + "/broker.sock")

        let own = try rawPeer(broker, ["handshake"]).waitForExit()
        let foreign = try rawPeer(broker, ["handshake"], as: "65534")
        let exit = foreign.waitForExit()

        #expect(own == .code(0))
        #expect(exit == .code(1))
        #expect(broker.complaint(foreign).contains("400"))
    }

    @Test("frames too many, too large and of no sense harm nobody else")
    func oddFrames() throws {
        let broker = try BrokerProgram()
        try broker.start()
        let good = try DealerPeer(broker.endpoint)
        _ = try good.hello()
        let odd = try DealerPeer(broker.endpoint)

        try odd.send(Array(repeating: [1], count: 17))
        let tooMany = try #require(try odd.next())
        try odd.send([[0xFF, 0xFE], [], [0x00]])
        let senseless = try #require(try odd.next())
        try odd.send([Array(repeating: 0, count: 4 << 20 + 1)])
        try odd.awaits(.disconnected)

        #expect(tooMany.text("code") == "too_large")
        #expect(senseless.text("code") == "malformed")
        #expect(try good.ask(.status).verb == .ok)
    }

    @Test("noise on the socket is no conversation", .enabled(if: python != nil, "no python3"))
    func noise() throws {
        let broker = try BrokerProgram()
        try broker.start()

        for _ in 0..<5 { _ = try rawPeer(broker, ["garbage"]).waitForExit() }

        #expect(try DealerPeer(broker.endpoint).hello().verb == .ok)
    }

    @Test(
        "a message that never ends fills no memory: all connections are closed and come back",
        .enabled(if: python != nil, "no python3"))
    func endlessMessage() throws {
        let broker = try BrokerProgram()
        try broker.start()
        let good = try DealerPeer(broker.endpoint)
        _ = try good.hello()
        let before = try broker.residentBytes()

        let hostile = try rawPeer(broker, ["endless", "600"])
        let process = try #require(broker.process)
        var said = ""
        try eventually("the broker closes its connections") {
            said += broker.complaint(process)
            return said.contains("connections were closed")
        }

        hostile.signalGroup(.kill)
        _ = hostile.waitForExit()
        // What was sent before the connection's end was noticed is lost: ask again, as clients do.
        try eventually("the broker answers again") {
            try good.reply(to: try good.send(.status), within: 500)?.text("code") == "no_session"
        }
        #expect(try good.hello().verb == .ok)
        let status = try JSONValue(parsing: try good.ask(.status).body[0])
        #expect(status.value(at: "/refused/reopened") == 1)
        #expect(try broker.residentBytes() < before + 128 << 20)
        #expect(try DealerPeer(broker.endpoint).hello().verb == .ok)
    }
}
