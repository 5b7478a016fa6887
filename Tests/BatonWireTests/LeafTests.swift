// Leaves: what events.md says of each type is what is written and read; what is no leaf is refused
// with the reason; an unknown word stops a reader.

import BatonCore
import BatonPlatform
import BatonWire
import JSON
import Testing

/// The chapters of events.md that tell of a type.
private struct EventChapter {
    let type: String
    /// The names in the order of the table, and those that may be absent.
    var fields: [(name: String, isOptional: Bool)] = []
    var examples: [String] = []

    static func all() throws -> [EventChapter] {
        let root = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
        let bytes = try Files.read("/\(root)/Protocols/events.md", bytesMax: 1 << 20)
        var chapters: [EventChapter] = []
        var current: EventChapter?
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines {
            if line.hasPrefix("#") {
                if let finished = current { chapters.append(finished) }
                let isType = line.hasPrefix("### ") && line.contains(".")
                current = isType ? EventChapter(type: String(line.dropFirst(4))) : nil
            } else if line.hasPrefix("    {") {
                current?.examples.append(String(line.dropFirst(4)))
            } else if line.hasPrefix("| "), !line.hasPrefix("| field |"),
                let name = line.dropFirst(2).split(separator: " ").first
            {
                let isOptional = name.hasSuffix("?")
                current?.fields.append((String(isOptional ? name.dropLast() : name), isOptional))
            }
        }
        if let finished = current { chapters.append(finished) }
        return chapters
    }
}

@Suite struct LeafTests {
    @Test("events.md has a chapter for every type, in the order of the code, and for no other")
    func everyType() throws {
        let documented = try EventChapter.all().map(\.type)

        #expect(documented == EventType.allCases.map(\.rawValue))
    }

    @Test("every example in events.md reads, and is written again byte for byte")
    func examples() throws {
        for chapter in try EventChapter.all() {
            #expect(!chapter.examples.isEmpty, "\(chapter.type) has no example")
            for example in chapter.examples {
                let event = try Event(leaf: Array(example.utf8))

                #expect(event.type.rawValue == chapter.type)
                #expect(String(decoding: event.leafBytes(), as: UTF8.self) == example)
            }
        }
    }

    @Test("the fields of every example are those of its table, in its order")
    func fields() throws {
        for chapter in try EventChapter.all() {
            var shown: Set<String> = []
            for example in chapter.examples {
                let json = try JSONValue(parsing: Array(example.utf8))
                guard case .object(let data)? = json["data"] else {
                    Issue.record("\(chapter.type) has no data")
                    continue
                }
                let names = data.keys
                let expected = chapter.fields.filter { !$0.isOptional || names.contains($0.name) }
                #expect(names == expected.map(\.name), "\(chapter.type)")
                shown.formUnion(names)
            }
            let missing = chapter.fields.map(\.name).filter { !shown.contains($0) }
            #expect(missing == [], "\(chapter.type): shown by no example")
        }
    }

    @Test("leaves from before rates, budgets and cost read, and are written as they were")
    func olderLeaves() throws {
        let newer = [
            #""rate_leases":30,"rate_period":60000000,"#,
            #""budget_attempts":40,"budget_cost_microusd":5000000,"#, #""cost_microusd":250000,"#,
            #""cost_microusd":31000,"#, #""cost_microusd":120000,"#, #""cost_microusd":90000,"#,
        ]
        var stripped = 0
        for example in try EventChapter.all().flatMap(\.examples) {
            var older = example
            for member in newer { older = older.replacing(member, with: "") }
            if older != example { stripped += 1 }

            let event = try Event(leaf: Array(older.utf8))

            #expect(String(decoding: event.leafBytes(), as: UTF8.self) == older)
        }
        #expect(stripped == newer.count)
    }

    @Test(
        "what is no leaf is refused with what is wrong",
        arguments: [
            ("", "not an event"),
            ("[]", "v is no integer"),
            (#"{"v":2}"#, "unknown leaf version 2"),
            (#"{"v":1,"type":"task.sold"}"#, "unknown event type task.sold"),
            (#"{"v":1,"type":"task.readied","time":"now"}"#, "time now"),
            (#"{"v":1,"type":"task.readied","time":"2026-02-30T00:00:00.000000Z"}"#, "time 2026"),
            (leaf(#""seq":-1"#, "task.readied", "{}"), "seq is negative"),
            (leaf(#""seq":1,"cause":-1"#, "task.readied", "{}"), "cause is negative"),
            (leaf(#""seq":1,"task":"b-1""#, "task.readied", "{}"), "task is no id"),
            (leaf(#""seq":9007199254740992"#, "task.readied", "{}"), "beyond 2^53"),
            (
                leaf(
                    #""seq":1"#, "brief.submitted",
                    #"{"key":"\#(digest)","match":"\#(digest)","priority":10}"#),
                "priority 10 is not 0 to 9"
            ),
            (leaf(#""seq":1,"x":"\#(long)""#, "task.readied", "{}"), "leafBytesMax"),
            (leaf(#""seq":1"#, "task.readied", "[]"), "data is no object"),
            (leaf(#""seq":1"#, "task.dead", #"{"reason":"boredom"}"#), "unknown reason boredom"),
            (leaf(#""seq":1"#, "task.blocked", #"{"escalation":"e-x"}"#), "escalation is no id"),
            (leaf(#""seq":1"#, "brief.submitted", #"{"key":"00"}"#), "key is no digest"),
            (
                leaf(
                    #""seq":1"#, "agent.registered",
                    #"{"agent":"x","reviewed":true,"dependencies":[1]}"#),
                "dependencies holds no name"
            ),
        ])
    func refused(text: String, reason: String) {
        let fault = #expect(throws: LeafFault.self) { try Event(leaf: Array(text.utf8)) }

        #expect(fault?.description.contains(reason) == true, "\(fault?.description ?? "")")
    }

    private static let digest = String(repeating: "0", count: 64)
    private static let long = String(repeating: "x", count: 17_000)

    /// `envelope` and the rest of an otherwise good leaf.
    private static func leaf(_ envelope: String, _ type: String, _ data: String) -> String {
        #"{"v":1,\#(envelope),"time":"2026-11-20T08:09:10.123456Z","type":"\#(type)","#
            + #""actor":"broker","data":\#(data)}"#
    }

    @Test("text in a leaf keeps every character")
    func text() throws {
        let instance = "a\"b\\c\u{7}\u{1F}\u{2028}é\u{1F600}"
        let event = Event(
            seq: 9, time: Instant(microseconds: 1), actor: .person("ann"), task: TaskID(3),
            body: .taskLeased(
                TaskLeased(
                    token: Token(9), instance: instance, holder: .person("ann"),
                    until: .latest, attemptUntil: .latest)))

        #expect(try Event(leaf: event.leafBytes()) == event)
    }

    @Test("an event over the size of a leaf is a bug, and ends the process")
    func tooLarge() async {
        await #expect(processExitsWith: .failure) {
            let event = Event(
                seq: 1, time: Instant(microseconds: 1), actor: .broker,
                body: .agentWithdrawn(AgentName(String(repeating: "x", count: 17_000))))
            _ = event.leafBytes()
        }
    }

    @Test(
        "times are written as RFC 3339 and read back",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_399_999_999, "2000-02-28T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_795_594_150_123_456, "2026-11-25T08:09:10.123456Z"),
            (9_007_199_254_740_991, "2255-06-05T23:47:34.740991Z"),
        ] as [(Int64, String)])
    func timestamps(microseconds: Int64, text: String) {
        #expect(Timestamp.text(Instant(microseconds: microseconds)) == text)
        #expect(Timestamp.instant(text) == Instant(microseconds: microseconds))
    }
}
