// The audit stream to those who follow it: committed events in order, read from the records by number,
// as many as the follower granted. A slow follower lags; it never drops and never slows a writer.

package import BatonCore
import BatonJournal
package import BatonWire
import Crypto
import JSON

package struct TailServer {
    private let records: any Records
    private let state: State
    private let now: Instant

    package init(records: any Records, state: State, now: Instant) {
        self.records = records
        self.state = state
        self.now = now
    }

    /// Events of one message; a follower that lags is served over many turns.
    private static let eventsMax = 512
    private static let bytesMax = 256 << 10
    /// A following tail is told that it is alive at least this often.
    static let progressPeriod: Duration = .seconds(5)

    /// The next message for a tail, if there is one to send, and where the tail stands then.
    package func serve(_ cursor: TailCursor) throws(RecordsFault) -> (message: Message?, cursor: TailCursor?) {
        var cursor = cursor
        if let last = cursor.last {
            cursor.next = try start(last, cursor.filter)
            cursor.last = nil
        }
        guard cursor.credit > 0 || cursor.next >= records.head else { return (nil, cursor) }
        let from = cursor.next
        var lines: [UInt8] = []
        let leaves = try records.leaves(
            from: cursor.next, eventsMax: Self.eventsMax, bytesMax: Self.bytesMax)
        for leaf in leaves {
            try add(leaf, seq: cursor.next, cursor, to: &lines)
            cursor.next += 1
            if lines.count >= min(Self.bytesMax, cursor.credit) { break }
        }
        let isAtEnd = cursor.next >= records.head
        let isFinal = isAtEnd && !cursor.follows
        let isSilent = cursor.lastSent + Self.progressPeriod <= now
        guard !lines.isEmpty || isFinal || isSilent || cursor.next - from >= 512 else {
            return (nil, cursor)
        }
        cursor.credit -= lines.count
        cursor.lastSent = now
        let message = Message(
            .events,
            JSONObject([
                ("re", .integer(cursor.id)), ("from", .integer(Int64(from))),
                ("upto", .integer(Int64(cursor.next))), ("end", .bool(isFinal)),
            ]), body: [lines])
        return (message, isFinal ? nil : cursor)
    }

    private func add(
        _ leaf: [UInt8], seq: UInt64, _ cursor: TailCursor, to lines: inout [UInt8]
    ) throws(RecordsFault) {
        if !cursor.filter.isEmpty || cursor.joinsPayload {
            let event = try JournalEvents.event(leaf)
            guard matches(event, cursor.filter) else { return }
            if cursor.joinsPayload, !event.parts.isEmpty {
                lines += leaf.dropLast()
                lines += try payloadMember(event)
                lines.append(UInt8(ascii: "\n"))
                return
            }
        }
        lines += leaf
        lines.append(UInt8(ascii: "\n"))
    }

    /// Where the last `count` events that pass the filter begin.
    private func start(_ count: Int, _ filter: TailFilter) throws(RecordsFault) -> UInt64 {
        guard count > 0 else { return records.head }
        if filter.isEmpty { return records.head - min(UInt64(count), records.head) }
        var found = 0
        var end = records.head
        while end > 0 {
            let begin = end - min(end, 512)
            var seq = begin
            var matching: [UInt64] = []
            while seq < end {
                for leaf in try records.leaves(
                    from: seq, eventsMax: Int(end - seq), bytesMax: Self.bytesMax)
                {
                    if matches(try JournalEvents.event(leaf), filter) { matching.append(seq) }
                    seq += 1
                }
            }
            if found + matching.count >= count { return matching[matching.count - (count - found)] }
            found += matching.count
            end = begin
        }
        return 0
    }

    private func matches(_ event: Event, _ filter: TailFilter) -> Bool {
        if let brief = filter.brief, event.brief != brief { return false }
        if let task = filter.task, event.task != task { return false }
        if let type = filter.type {
            let isMatch = type.hasSuffix(".")
                ? event.type.rawValue.hasPrefix(type) : event.type.rawValue == type
            if !isMatch { return false }
        }
        if let agent = filter.agent { return concerns(event, agent) }
        return true
    }

    /// An agent's own deeds, what is done to it, and what happens to its tasks.
    private func concerns(_ event: Event, _ agent: AgentName) -> Bool {
        if event.actor.role == agent { return true }
        switch event.body {
        case .agentRegistered(let body): if body.agent == agent { return true }
        case .taskCreated(let body): if body.agent == agent { return true }
        case .escalationRaised(let body): if body.agent == agent { return true }
        case .agentWithdrawn(let name), .queuePaused(let name), .queueResumed(let name),
            .circuitClosed(let name), .circuitOpened(let name, _):
            if name == agent { return true }
        case .journalCreated, .brokerStarted, .brokerStopped, .clockStepped, .documentPut,
            .briefSubmitted, .briefBlocked, .briefResumed, .briefDone, .briefDead, .briefCancelled,
            .planAccepted, .taskReadied, .taskLeased, .taskDelivered, .taskAccepted, .taskRejected,
            .taskFailed, .taskExpired, .taskReleased, .taskRetried, .taskBlocked, .taskUnblocked,
            .taskDead, .taskRedriven, .taskCancelled, .taskDiscarded, .escalationJoined,
            .escalationRaisedAgain, .escalationAnswered, .escalationWithdrawn, .escalationNotified,
            .accessRefused:
            break
        }
        return event.task.flatMap { state.tasks[$0] }?.agent == agent
    }

    /// `,"payload":{name: value…}}`: JSON as it is, text as a string, other bytes as base64 with the
    /// media type. It stands outside the signed bytes.
    private func payloadMember(_ event: Event) throws(RecordsFault) -> [UInt8] {
        let payloads = try records.payloads(of: event.seq)
        if payloads.isEmpty { return Array(",\"payload_erased\":true}".utf8) }
        var members = JSONObject()
        for payload in payloads { members[payload.part] = value(of: payload) }
        var bytes = Array(",\"payload\":".utf8)
        JSONValue.object(members).encode(into: &bytes)
        return bytes + [UInt8(ascii: "}")]
    }

    private func value(of payload: Payload) -> JSONValue {
        if payload.mediaType == "application/json", let json = try? JSONValue(parsing: payload.body) {
            return json
        }
        if payload.mediaType.hasPrefix("text/"), let text = String(validating: payload.body, as: UTF8.self) {
            return .string(text)
        }
        return [
            "media_type": .string(payload.mediaType), "base64": .string(Base64.encode(payload.body)),
        ]
    }
}
