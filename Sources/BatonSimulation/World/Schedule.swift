// What is to happen, in the order of its time; what is due at the same moment, in the order in
// which it was planned.

/// One thing that will happen.
enum Happening {
    /// The broker's poll returns.
    case broker(run: Int)
    /// A message arrives at the broker.
    case toBroker(connection: Int, [[UInt8]])
    /// A message arrives at a peer.
    case toPeer(connection: Int, [[UInt8]])
    /// A peer's transport tries to connect.
    case connect(peer: Int)
    /// A peer notices that its connection is gone.
    case disconnect(peer: Int, connection: Int)
    /// A peer's session wants to look at the time.
    case tick(peer: Int)
    /// A person or an agent does the next thing.
    case act(peer: Int)
    /// A handler is done with a lease.
    case work(peer: Int, Int)
    /// Something goes wrong, or right again.
    case trouble
    case repair(Repair)
}

/// What ends by itself.
enum Repair {
    case startBroker
    case wakeBroker
    case freeDisk
    case endPartition(peer: Int)
}

struct Schedule {
    private struct Entry {
        let at: Int64
        let order: Int
        let what: Happening

        func precedes(_ other: Entry) -> Bool { (at, order) < (other.at, other.order) }
    }

    private var heap: [Entry] = []
    private var count = 0

    mutating func add(_ what: Happening, at instant: Int64) {
        count += 1
        heap.append(Entry(at: instant, order: count, what: what))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func next() -> (at: Int64, what: Happening)? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { break }
            let right = left + 1
            let child = right < heap.count && heap[right].precedes(heap[left]) ? right : left
            guard heap[child].precedes(heap[parent]) else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return (first.at, first.what)
    }
}
