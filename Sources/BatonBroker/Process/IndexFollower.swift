// Keeps the look-up view up to date: a thread of its own that reads committed events and writes the
// view, behind its cursor, and never makes the loop wait.

import BatonCore
import BatonJournal
import BatonJournalSQLite
import BatonPlatform
import BatonWire
import SQLite
import Synchronization
import ZeroMQ

final class IndexFollower: Sendable {
    private let wakeUp: WakeUp
    private let isStopping = Atomic(false)

    init() throws(SystemError) {
        wakeUp = try WakeUp()
    }

    /// There are new committed events.
    func ring() { wakeUp.ring() }

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
            let leaves = try reader.read(from: cursor, eventsMax: 2_000, bytesMax: 1 << 20)
            if leaves.isEmpty {
                _ = try poller.poll(timeoutMilliseconds: nil)
                _ = wakeUp.drain()
                continue
            }
            var events: [Event] = []
            for leaf in leaves { events.append(try JournalEvents.event(leaf)) }
            try index.add(events)
            cursor += UInt64(leaves.count)
        }
    }
}
