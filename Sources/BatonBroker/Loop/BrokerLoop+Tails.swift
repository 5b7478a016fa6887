// The tail: who may follow the audit stream, and how much of it may be on its way (wire.md §4.5).
// libzmq holds a number of messages for a peer that does not read, not of bytes; so what tails may
// have under way is reserved here, for each peer and for all together.

package import BatonCore
import BatonWire
import JSON

/// Where a tail stands.
package struct TailCursor: Sendable {
    package let id: Int64
    package var next: UInt64
    /// Bytes that may still be sent; below zero after a last line that exceeded it.
    package var credit: Int
    /// Bytes that may be on their way at once: sent, and not yet said to have been read.
    let window: Int
    /// What has been sent and not yet read, oldest first.
    private var unread: [(upto: UInt64, bytes: Int)] = []
    package let follows: Bool
    package let joinsPayload: Bool
    package let filter: TailFilter
    /// When something was last sent, to show that silence is not death.
    package var lastSent: Instant
    /// The number of filtered events before the end to begin with; nil: the place is known.
    package var last: Int?
    /// How far back the search for that place has come: events from here on hold `lastFound`.
    package var searchedDownTo: UInt64?
    package var lastFound = 0
    /// Up to where the reader has been told that all was looked at.
    package var reported: UInt64

    init(
        id: Int64, next: UInt64, window: Int, follows: Bool, joinsPayload: Bool,
        filter: TailFilter, last: Int?, at now: Instant
    ) {
        self.id = id
        self.next = next
        self.window = window
        credit = window
        self.follows = follows
        self.joinsPayload = joinsPayload
        self.filter = filter
        self.last = last
        lastSent = now
        reported = next
    }

    /// What a tail may occupy until its reader has read: its window, and the line that may exceed
    /// it.
    var reservedBytes: Int {
        window + (joinsPayload ? TailServer.joinedLineBytesMax : leafBytesMax)
    }

    /// Lines have left.
    mutating func sent(bytes: Int) {
        credit -= bytes
        if bytes > 0 { unread.append((next, bytes)) }
    }

    /// The reader has read everything below a number, and grants more. What it has not read counts
    /// against the window, whatever it grants.
    mutating func grant(_ more: Int, readUpTo upto: UInt64) {
        if upto <= reported { unread.removeAll { $0.upto <= upto } }
        let onTheWay = unread.reduce(0) { $0 + $1.bytes }
        credit = min(credit + more, window - onTheWay)
    }
}

package struct TailFilter: Hashable, Sendable {
    package var brief: BriefID?
    package var task: TaskID?
    package var agent: AgentName?
    /// An exact type, or a prefix that ends in a dot.
    package var type: String?

    package var isEmpty: Bool { brief == nil && task == nil && agent == nil && type == nil }
}

extension BrokerLoop {
    mutating func tail(_ request: Request) throws(Refusal) {
        try requireReader(request)
        let message = request.message
        guard let credit = message.integer("credit"), credit > 0 else {
            throw request.malformed("\"credit\" in bytes is missing or not positive")
        }
        var filter = TailFilter(type: message.text("type"))
        if message.header["brief"] != nil { filter.brief = try request.brief() }
        if message.header["task"] != nil { filter.task = try request.task() }
        if message.header["agent"] != nil { filter.agent = try request.agent() }
        let head = core.state.head
        let since = message.integer("since").map { UInt64(clamping: $0) }
        let last = message.integer("last").map { Int(clamping: max($0, 0)) }
        let cursor = TailCursor(
            id: request.id, next: min(since ?? head, head),
            window: min(Int(clamping: credit), contentLimits.tailCreditBytesMax),
            follows: message.flag("follow") ?? false,
            joinsPayload: message.flag("payload") ?? false, filter: filter,
            last: since == nil ? last : nil, at: request.moment.now)
        try reserve(cursor, for: request)
        peers[request.route]?.tails[request.id] = cursor
        say(request, JSONObject([("next", .integer(Int64(cursor.next)))]))
    }

    /// Refuses a tail for which there is no room. One that has the id of another takes its place.
    private mutating func reserve(_ cursor: TailCursor, for request: Request) throws(Refusal) {
        let own = peers[request.route]?.tails.values.filter { $0.id != cursor.id } ?? []
        guard own.count < contentLimits.tailsPerSessionMax else {
            throw Refusal(
                .limitReached,
                "tailsPerSessionMax of \(contentLimits.tailsPerSessionMax) is reached")
        }
        let ownBytes = own.reduce(cursor.reservedBytes) { $0 + $1.reservedBytes }
        guard ownBytes <= contentLimits.tailsBytesPerSessionMax else {
            throw Refusal(
                .limitReached,
                "tails of \(ownBytes) bytes exceed tailsBytesPerSessionMax "
                    + "\(contentLimits.tailsBytesPerSessionMax); grant less credit")
        }
        let others = peers.filter { $0.key != request.route }.values
        let bytes = others.reduce(ownBytes) { sum, peer in
            peer.tails.values.reduce(sum) { $0 + $1.reservedBytes }
        }
        guard bytes <= contentLimits.tailsBytesMax else {
            counters.overloaded += 1
            throw Refusal(
                .overloaded,
                "all tails of \(bytes) bytes exceed tailsBytesMax \(contentLimits.tailsBytesMax)",
                retryAfterMilliseconds: 1_000)
        }
    }

    mutating func more(_ request: Request) {
        let message = request.message
        guard let id = message.integer("tail"), let credit = message.integer("credit") else {
            return
        }
        let upto = message.integer("upto").flatMap { UInt64(exactly: $0) } ?? 0
        let more = Int(clamping: min(max(credit, 0), Int64(contentLimits.tailCreditBytesMax)))
        peers[request.route]?.tails[id]?.grant(more, readUpTo: upto)
    }

    mutating func stopTail(_ request: Request) throws(Refusal) {
        peers[request.route]?.tails[try request.integer("tail")] = nil
        say(request)
    }

    /// All tails in a fixed order, for the driver to serve.
    package var tails: [(route: RoutingID, cursor: TailCursor)] {
        peers.filter { !$0.value.tails.isEmpty }
            .sorted { $0.value.session < $1.value.session }
            .flatMap { route, peer in
                peer.tails.values.sorted { $0.id < $1.id }.map { (route, $0) }
            }
    }

    /// Stores how far a tail came; nil ends it.
    package mutating func setTail(_ id: Int64, of route: RoutingID, to cursor: TailCursor?) {
        peers[route]?.tails[id] = cursor
    }
}
