// Waiting for several sockets and plain descriptors at once.
import CZeroMQ
import Glibc

/// What a socket or descriptor is ready for, or is watched for.
package struct Readiness: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: 1)
    package static let writable = Readiness(rawValue: 2)
    /// A plain descriptor's error or hang-up. Reported whether watched for or not.
    package static let failed = Readiness(rawValue: 4)

    init(pollBits: Int16) {
        var bits: Readiness = []
        if pollBits & Int16(ZMQ_POLLIN) != 0 { bits.insert(.readable) }
        if pollBits & Int16(ZMQ_POLLOUT) != 0 { bits.insert(.writable) }
        if pollBits & Int16(ZMQ_POLLERR) != 0 { bits.insert(.failed) }
        self = bits
    }

    var pollBits: Int16 {
        var bits: Int16 = 0
        if contains(.readable) { bits |= Int16(ZMQ_POLLIN) }
        if contains(.writable) { bits |= Int16(ZMQ_POLLOUT) }
        if contains(.failed) { bits |= Int16(ZMQ_POLLERR) }
        return bits
    }
}

/// A set of things to wait for, on the thread that owns the sockets.
///
/// A socket closed while it is in the set is passed over from then on.
@safe
package struct Poller: ~Copyable {
    /// The place of one watched thing; valid until it is removed.
    package struct Item: Hashable, Sendable {
        fileprivate let index: Int
    }

    /// How a wait ended.
    package enum Outcome: Hashable, Sendable {
        case ready(count: Int)
        case timedOut
        /// A signal arrived; nothing is known about readiness.
        case interrupted
    }

    private var entries: [zmq_pollitem_t] = unsafe []
    private var handles: [SocketHandle?] = []
    private var free: [Int] = []

    package init() {}

    /// Watches a socket.
    package mutating func add(_ socket: borrowing Socket, for interest: Readiness) -> Item {
        add(socket.handle, descriptor: -1, interest)
    }

    /// Watches the connections of a socket; readable when there is an event to take.
    package mutating func add(_ monitor: borrowing Monitor) -> Item {
        add(monitor.socket, for: .readable)
    }

    /// Watches a plain descriptor. The caller keeps it open until it is removed.
    package mutating func add(descriptor: Int32, for interest: Readiness) -> Item {
        precondition(descriptor >= 0, "descriptor \(descriptor) is not open")
        return add(nil, descriptor: descriptor, interest)
    }

    /// Changes what an item is watched for; an empty set leaves it in place, unwatched.
    package mutating func watch(_ item: Item, for interest: Readiness) {
        unsafe entries[item.index].events = interest.pollBits
    }

    /// Stops watching an item and forgets it.
    package mutating func remove(_ item: Item) {
        handles[item.index] = nil
        unsafe entries[item.index] = zmq_pollitem_t(socket: nil, fd: -1, events: 0, revents: 0)
        free.append(item.index)
    }

    /// Waits until something is ready. Calls `zmq_poll`.
    /// - Parameter timeoutMilliseconds: nil waits for ever; 0 only looks.
    package mutating func poll(timeoutMilliseconds: Int?) throws(ZMQError) -> Outcome {
        for index in handles.indices where handles[index] != nil {
            // nil once closed: with a descriptor of -1 the kernel then ignores the entry.
            unsafe entries[index].socket = handles[index]?.pointer
        }
        let count = unsafe zmq_poll(&entries, Int32(entries.count), timeoutMilliseconds ?? -1)
        if count > 0 { return .ready(count: Int(count)) }
        for index in handles.indices { unsafe entries[index].revents = 0 }
        if count == 0 { return .timedOut }
        if zmq_errno() == EINTR { return .interrupted }
        throw ZMQError.last("zmq_poll")
    }

    /// What the last wait found an item ready for.
    package func readiness(of item: Item) -> Readiness {
        unsafe Readiness(pollBits: entries[item.index].revents)
    }

    private mutating func add(
        _ handle: SocketHandle?, descriptor: Int32, _ interest: Readiness,
    ) -> Item {
        let entry = unsafe zmq_pollitem_t(
            socket: handle?.pointer, fd: descriptor, events: interest.pollBits, revents: 0)
        if let index = free.popLast() {
            unsafe entries[index] = entry
            handles[index] = handle
            return Item(index: index)
        }
        unsafe entries.append(entry)
        handles.append(handle)
        return Item(index: handles.count - 1)
    }
}
