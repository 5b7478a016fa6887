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
            do {
                try follow(journal: journal, index: index, origin: origin)
            } catch {
                // Look-ups read what the view lacks from the journal, so the broker goes on.
                _ = try? StandardStream.error.write(
                    "baton: the look-up view stands still: \(error)\n")
            }
        }
    }

    func stop() {
        isStopping.store(true, ordering: .releasing)
        wakeUp.ring()
    }

    private func follow(journal: String, index path: String, origin: String) throws {
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
                _ = try poller.poll(timeoutMilliseconds: nil)
                _ = wakeUp.drain()
                continue
            }
            cursor += UInt64(events.count)
            try index.add(events, mark: mark(upTo: cursor))
        }
    }
}
