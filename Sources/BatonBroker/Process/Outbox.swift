// What could not be sent to a slow peer yet, in order and bounded: a peer that does not read loses
// its session, never the broker its memory.

struct Outbox {
    /// Messages of one peer that wait; above it the session is closed and its leases are released.
    static let bytesMax = 16 << 20

    private var messages: [[[UInt8]]] = []
    private var first = 0
    private(set) var bytes = 0

    var isEmpty: Bool { first == messages.count }
    var next: [[UInt8]]? { isEmpty ? nil : messages[first] }

    /// False when the bound is passed; the message is then dropped with the peer.
    mutating func append(_ frames: [[UInt8]]) -> Bool {
        let size = frames.reduce(0) { $0 + $1.count }
        guard bytes + size <= Self.bytesMax else { return false }
        bytes += size
        messages.append(frames)
        return true
    }

    mutating func removeFirst() {
        guard let frames = next else { return }
        bytes -= frames.reduce(0) { $0 + $1.count }
        messages[first] = []
        first += 1
        if first == messages.count {
            messages.removeAll(keepingCapacity: true)
            first = 0
        }
    }
}
