// The stream of events: credit, the end, and going on after a break.
import BatonClient
import BatonPlatform
import BatonWire
import JSON
import Synchronization
import Testing

@Suite("the tail", .timeLimit(.minutes(5)))
struct TailTests {
    private static func events(_ tail: Int64, _ range: Range<Int64>, end: Bool = false) -> Message {
        let text = range.map { "{\"seq\":\($0)}\n" }.joined()
        return Message(
            .events,
            JSONObject([
                ("re", .integer(tail)), ("from", .integer(range.lowerBound)),
                ("upto", .integer(range.upperBound)), ("end", .bool(end)),
            ]), body: [Array(text.utf8)])
    }

    private static func collect(_ client: Client) throws -> [String] {
        var lines: [String] = []
        while let chunk = try client.nextEvents(timeout: .seconds(10)) {
            lines += chunk.lines.map { String(decoding: $0, as: UTF8.self) }
        }
        return lines
    }

    @Test("lines come in order until the end")
    func ends() throws {
        let broker = try ScriptedBroker { asked in
            let id = asked.message.integer("id") ?? 0
            switch asked.message.verb {
            case .hello: return [Replies.hello(asked.message)]
            case .tail:
                return [
                    Replies.ok(asked.message, JSONObject([("next", 0)])),
                    Self.events(id, 0..<2), Self.events(id, 2..<3, end: true),
                ]
            default: return []
            }
        }
        let client = try Client(endpoint: broker.endpoint, name: "test")

        try client.openTail(TailQuery(since: 0))
        let lines = try Self.collect(client)

        #expect(lines == ["{\"seq\":0}", "{\"seq\":1}", "{\"seq\":2}"])
        #expect(client.isTailFinished)
        try broker.stop()
    }

    @Test(
        "after a break the stream goes on where it stopped; an older stream's events are not seen"
    )
    func resumes() throws {
        let first = try ScriptedBroker { asked in
            let id = asked.message.integer("id") ?? 0
            switch asked.message.verb {
            case .hello: return [Replies.hello(asked.message)]
            case .tail:
                return [
                    Replies.ok(asked.message, JSONObject([("next", 40)])), Self.events(id, 40..<42),
                ]
            default: return []
            }
        }
        let client = try Client(endpoint: first.endpoint, name: "test")
        try client.openTail(TailQuery(last: 2, follow: true))
        let chunk = try #require(try client.nextEvents(timeout: .seconds(10)))
        try first.stop(keepingDirectory: true)

        let second = try ScriptedBroker(directory: first.directory) { asked in
            let id = asked.message.integer("id") ?? 0
            switch asked.message.verb {
            case .hello: return [Replies.hello(asked.message)]
            case .tail:
                return [
                    Self.events(id - 1, 0..<1),
                    Replies.ok(asked.message, JSONObject([("next", 42)])),
                    Self.events(id, 42..<43, end: true),
                ]
            default: return []
            }
        }
        let rest = try Self.collect(client)

        #expect(chunk.lines.count == 2)
        #expect(rest == ["{\"seq\":42}"])
        let again = try #require(second.asked.first { $0.message.verb == .tail })
        #expect(again.message.integer("since") == 42)
        #expect(again.message.integer("last") == nil)
        try second.stop()
    }

    @Test("credit is given back as lines are taken")
    func credit() throws {
        let broker = try ScriptedBroker { asked in
            let message = asked.message
            switch message.verb {
            case .hello: return [Replies.hello(message)]
            case .tail:
                return [
                    Replies.ok(message, JSONObject([("next", 0)])),
                    Self.events(message.integer("id") ?? 0, 0..<10),
                ]
            case .more:
                return [Self.events(message.integer("tail") ?? 0, 10..<11, end: true)]
            default: return []
            }
        }
        let client = try Client(endpoint: broker.endpoint, name: "test")
        var query = TailQuery(since: 0)
        query.credit = 100

        try client.openTail(query)
        let lines = try Self.collect(client)

        #expect(lines.count == 11)
        #expect(broker.asked.first { $0.message.verb == .more }?.message.integer("credit") == 100)
        try broker.stop()
    }

    @Test("a refused stream is an error, not an endless wait")
    func refused() throws {
        let broker = try ScriptedBroker { asked in
            asked.message.verb == .hello
                ? [Replies.hello(asked.message)] : [Replies.refused(asked.message, .unknownBrief)]
        }
        let client = try Client(endpoint: broker.endpoint, name: "test")

        try client.openTail(TailQuery(brief: "b-9"))
        let error = #expect(throws: ClientError.self) { try client.nextEvents(timeout: nil) }

        #expect(error?.exitStatus == 65)
        try broker.stop()
    }
}

/// What a broker keeps of uploads, for the test of content.
final class Store: Sendable {
    private let state = Mutex<(bytes: [UInt8], mediaType: String)>(([], ""))

    func answer(_ message: Message) -> [Message] {
        switch message.verb {
        case .hello:
            return [Replies.hello(message)]
        case .put:
            let chunk = message.body.first ?? []
            return state.withLock { state in
                if message.integer("offset") == Int64(state.bytes.count) { state.bytes += chunk }
                state.mediaType = message.text("media_type") ?? ""
                let isComplete = Int64(state.bytes.count) == message.integer("size")
                return [
                    Replies.ok(
                        message,
                        JSONObject([
                            ("next", .integer(Int64(state.bytes.count))),
                            ("complete", .bool(isComplete)),
                        ]))
                ]
            }
        case .get:
            let offset = Int(message.integer("offset") ?? 0)
            return state.withLock { state in
                let end = min(offset + 1 << 20, state.bytes.count)
                let members = JSONObject([
                    ("size", .integer(Int64(state.bytes.count))),
                    ("offset", .integer(Int64(offset))), ("media_type", .string(state.mediaType)),
                ])
                return [Replies.ok(message, members, body: [Array(state.bytes[offset..<end])])]
            }
        default:
            return []
        }
    }
}
