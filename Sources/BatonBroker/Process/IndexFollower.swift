// Keeps the look-up view up to date: a thread of its own that reads committed events and writes the
// view, behind its cursor, and never makes the loop wait.

import BatonCore
import BatonJournal
import BatonJournalSQLite
import BatonPlatform
import BatonWire
import Crypto
import SQLite
import Synchronization
import ZeroMQ

final class IndexFollower: Sendable {
    private let wakeUp: WakeUp
    private let isStopping = Atomic(false)
    private let inbox = Mutex(Inbox())

    private struct Inbox {
        /// Committed events that the view lacks, without gaps among them.
        var events: [Event] = []
        /// The newest that is known of the journal.
        var mark: JournalMark?
    }

    /// After a failure the view is opened again so soon, and after each further one in twice the
    /// time: a full disk or a lock that somebody holds may pass, and standing still makes every
    /// look-up read what the view lacks from the journal.
    private static let retryFirstMilliseconds: Int64 = 1_000
    private static let retryLongestMilliseconds: Int64 = 30_000

    /// Beyond it they are forgotten, and read from the journal when their turn comes.
    private static let inboxMax = 20_000

    init() throws(SystemError) {
        wakeUp = try WakeUp()
    }

    /// There are new committed events. They come as values, because reading a leaf costs more than
    /// all else that is done with it here.
    /// - Parameter root: the journal's, up to the last of them.
    func add(_ events: [Event], root: Crypto.Digest) {
        guard let last = events.last else { return }
        inbox.withLock { inbox in
            if inbox.events.count + events.count > Self.inboxMax { inbox.events = [] }
            inbox.events += events
            inbox.mark = JournalMark(count: last.seq + 1, root: root)
        }
        wakeUp.ring()
    }

    /// The waiting events from a number on, if it is the first of them.
    private func take(from cursor: UInt64) -> [Event] {
        inbox.withLock { inbox in
            guard let first = inbox.events.first, first.seq <= cursor else { return [] }
            defer { inbox.events = [] }
            return Array(inbox.events.drop { $0.seq < cursor })
        }
    }

    /// What is known of the first events, up to a number.
    private func mark(upTo count: UInt64) -> JournalMark? {
        inbox.withLock { inbox in
            inbox.mark.flatMap { $0.count <= count ? $0 : nil }
        }
    }

    func start(journal: String, index: String, origin: String) throws(SystemError) -> JoinableThread
    {
        try spawnThread(name: "baton-index") { [self] in
            run(journal: journal, index: index, origin: origin)
        }
    }

    func stop() {
        isStopping.store(true, ordering: .releasing)
        wakeUp.ring()
    }

    /// Follows until it is stopped, over every failure.
    private func run(journal: String, index: String, origin: String) {
        var wait = Self.retryFirstMilliseconds
        var isStanding = false
        while !isStopping.load(ordering: .acquiring) {
            do {
                try follow(journal: journal, index: index, origin: origin) {
                    wait = Self.retryFirstMilliseconds
                    guard isStanding else { return }
                    isStanding = false
                    say("the look-up view follows again")
                }
            } catch {
                // Once, until it goes on: the same would be said every half minute.
                if !isStanding {
                    say("the look-up view stands still, and is tried again: \(error)")
                }
                isStanding = true
                pause(milliseconds: wait)
                wait = min(wait * 2, Self.retryLongestMilliseconds)
            }
        }
    }

    /// - Parameter hasWorked: called when the view has taken what there was to take.
    private func follow(
        journal: String, index path: String, origin: String, hasWorked: () -> Void
    ) throws {
        let reader = try SQLiteJournalReader(home: journal)
        let index = try RecordIndex(path: path, origin: origin, head: try reader.head())
        var poller = Poller()
        _ = poller.add(descriptor: wakeUp.fileDescriptor, for: .readable)
        var cursor = try index.cursor()
        while !isStopping.load(ordering: .acquiring) {
            var events = take(from: cursor)
            if events.isEmpty {
                for leaf in try reader.read(from: cursor, eventsMax: 2_000, bytesMax: 1 << 20) {
                    events.append(try JournalEvents.event(leaf))
                }
            }
            if events.isEmpty {
                hasWorked()
                _ = try poller.poll(timeoutMilliseconds: nil)
                _ = wakeUp.drain()
                continue
            }
            cursor += UInt64(events.count)
            try index.add(events, mark: mark(upTo: cursor))
            hasWorked()
        }
    }

    /// Waits, but not for a stop.
    private func pause(milliseconds: Int64) {
        var poller = Poller()
        _ = poller.add(descriptor: wakeUp.fileDescriptor, for: .readable)
        let end = MonotonicClock.nowMicroseconds() + milliseconds * 1_000
        while !isStopping.load(ordering: .acquiring) {
            let left = (end - MonotonicClock.nowMicroseconds()) / 1_000
            guard left > 0 else { return }
            // However it ends, the clock and the stop are looked at next. A ring for new events is
            // taken: they are read from the view's cursor on.
            _ = try? poller.poll(timeoutMilliseconds: Int(left))
            wakeUp.drain()
        }
    }

    private func say(_ text: String) {
        // Nobody is left to tell if stderr is closed.
        _ = try? StandardStream.error.write("baton: \(text)\n")
    }
}
