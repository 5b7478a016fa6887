// The audit stream to those who follow it: committed events in order, read from the records by
// number, as many as the follower granted. A slow follower lags; it never drops and never slows a
// writer.

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
    /// A larger payload is named in the stream and not joined in, so that one line stays far below
    /// what a peer takes as one frame.
    private static let joinedBytesMax = 256 << 10
    private static let joinedPerEventMax = 1 << 20
    /// The longest line: an event, what is joined to it, and the names of what is not.
    static let joinedLineBytesMax = joinedPerEventMax + (128 << 10)
    /// A following tail is told that it is alive at least this often.
    static let progressPeriod: Duration = .seconds(5)

    /// Whether there is something to do for a tail now, besides telling it that it is alive.
    /// Without credit there is not: events wait for MORE, and only the end is said without any.
    package static func isDue(_ cursor: TailCursor, head: UInt64) -> Bool {
        if cursor.last != nil { return true }
        return cursor.next < head ? cursor.credit > 0 : !cursor.follows
    }

    /// The next message for a tail, if there is one to send, and where the tail stands then.
    package func serve(
        _ cursor: TailCursor
    ) throws(RecordsFault) -> (message: Message?, cursor: TailCursor?) {
        var cursor = cursor
        let isSilent = cursor.lastSent + Self.progressPeriod <= now
        guard isSilent || Self.isDue(cursor, head: records.head) else { return (nil, cursor) }
        if cursor.last != nil, try !seek(&cursor) { return (nil, cursor) }
        var lines: [UInt8] = []
        if cursor.credit > 0 { try add(&cursor, to: &lines) }
        let isFinal = cursor.next >= records.head && !cursor.follows
        guard !lines.isEmpty || isFinal || isSilent || cursor.next - cursor.reported >= 512 else {
            return (nil, cursor)
        }
        let message = Message(
            .events,
            JSONObject([
                ("re", .integer(cursor.id)), ("from", .integer(Int64(cursor.reported))),
                ("upto", .integer(Int64(cursor.next))), ("end", .bool(isFinal)),
            ]), body: [lines])
        cursor.sent(bytes: lines.count)
        cursor.lastSent = now
        cursor.reported = cursor.next
        return (message, isFinal ? nil : cursor)
    }

    private func add(_ cursor: inout TailCursor, to lines: inout [UInt8]) throws(RecordsFault) {
        let leaves = try records.leaves(
            from: cursor.next, eventsMax: Self.eventsMax, bytesMax: Self.bytesMax)
        for leaf in leaves {
            try add(leaf, seq: cursor.next, cursor, to: &lines)
            cursor.next += 1
            if lines.count >= min(Self.bytesMax, cursor.credit) { return }
        }
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

    // MARK: The last events

    /// Looks for the place where the last `last` events begin that pass the filter; false while it
    /// is not found. A long journal is searched over many turns, so that nobody waits for it.
    private func seek(_ cursor: inout TailCursor) throws(RecordsFault) -> Bool {
        guard let count = cursor.last else { return true }
        if let place = try known(count, cursor.filter) {
            begin(&cursor, at: place)
            return true
        }
        let end = cursor.searchedDownTo ?? records.head
        let first = end - min(end, 2_048)
        var matching: [UInt64] = []
        var seq = first
        while seq < end {
            for leaf in try records.leaves(
                from: seq, eventsMax: Int(end - seq), bytesMax: Self.bytesMax)
            {
                if matches(try JournalEvents.event(leaf), cursor.filter) { matching.append(seq) }
                seq += 1
            }
        }
        let missing = count - cursor.lastFound
        if matching.count >= missing {
            begin(&cursor, at: matching[matching.count - missing])
        } else if first == 0 {
            begin(&cursor, at: 0)
        } else {
            cursor.searchedDownTo = first
            cursor.lastFound += matching.count
            return false
        }
        return true
    }

    private func begin(_ cursor: inout TailCursor, at place: UInt64) {
        cursor.last = nil
        cursor.next = place
        cursor.reported = place
    }

    /// The place at once, where the number or the look-up view tells it.
    private func known(_ count: Int, _ filter: TailFilter) throws(RecordsFault) -> UInt64? {
        let head = records.head
        if count == 0 { return head }
        if filter.isEmpty { return head - min(UInt64(count), head) }
        let query: RecordQuery
        switch (filter.brief, filter.task, filter.agent, filter.type) {
        case (let brief?, nil, nil, nil): query = .brief(brief)
        case (nil, let task?, nil, nil): query = .task(task)
        default: return nil
        }
        let found = try records.find(query)
        return found.count < count ? 0 : found[found.count - count]
    }

    private func matches(_ event: Event, _ filter: TailFilter) -> Bool {
        if let brief = filter.brief, event.brief != brief { return false }
        if let task = filter.task, event.task != task { return false }
        if let type = filter.type {
            let isMatch =
                type.hasSuffix(".")
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
            .decisionRecorded, .evidenceAdded, .accessRefused:
            break
        }
        return event.task.flatMap { state.tasks[$0] }?.agent == agent
    }

    /// `,"payload":{name: value…}}`: JSON as it is, text as a string, other bytes as base64 with
    /// the media type. It stands outside the signed bytes.
    private func payloadMember(_ event: Event) throws(RecordsFault) -> [UInt8] {
        var room = Self.joinedPerEventMax
        var members = JSONObject()
        for part in event.parts {
            let named: JSONValue = [
                "media_type": .string(part.mediaType), "size": .integer(Int64(part.size)),
            ]
            guard part.size <= min(Self.joinedBytesMax, room) else {
                members[part.name] = named
                continue
            }
            guard let payload = try records.payload(of: event.seq, part: part.name) else {
                continue
            }
            // Escapes may make it six times as long as it is.
            let value = value(of: payload)
            let bytes = value.encoded().count
            members[part.name] = bytes <= room ? value : named
            room -= min(bytes, room)
        }
        if members.isEmpty { return Array(",\"payload_erased\":true}".utf8) }
        var bytes = Array(",\"payload\":".utf8)
        JSONValue.object(members).encode(into: &bytes)
        return bytes + [UInt8(ascii: "}")]
    }

    private func value(of payload: Payload) -> JSONValue {
        if payload.mediaType == "application/json", let json = try? JSONValue(parsing: payload.body)
        {
            return json
        }
        if payload.mediaType.hasPrefix("text/"),
            let text = String(validating: payload.body, as: UTF8.self)
        {
            return .string(text)
        }
        return [
            "media_type": .string(payload.mediaType),
            "base64": .string(Base64.encode(payload.body)),
        ]
    }
}
