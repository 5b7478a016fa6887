// What a start finds: keys, journal, view, and the state that the journal says. Everything here
// comes before the first reply, and whatever does not fit ends the start with a reason.

package import BatonCore
package import BatonJournal
package import BatonJournalSQLite
import BatonPlatform
import BatonWire
import Crypto

package struct Recovery {
    package let keys: JournalKeys
    package let records: JournalRecords<SQLiteJournal>
    package let core: Broker
    /// Events that were folded one by one, no snapshot having them.
    let replayed: UInt64

    package init(home: BrokerHome, limits: Limits) throws(BrokerFailure) {
        keys = try Self.openKeys(home)
        var snapshot = SnapshotStore(folder: home.snapshots).newest()
        if snapshot?.state.origin != keys.origin { snapshot = nil }
        let marks = [
            snapshot?.mark, RecordIndex.mark(path: home.index, origin: keys.origin),
        ].compactMap(\.self)
        let journal = try Self.openJournal(home, keys, marks)
        let head = journal.head
        do {
            let index = try Self.openIndex(home, origin: keys.origin, head: head)
            try Files.setPermissions(0o600, of: home.index)
            records = JournalRecords(journal: journal, index: index)
        } catch {
            throw BrokerFailure(74, "\(home.index): \(error)")
        }
        var core = Broker(state: snapshot?.state ?? State(), limits: limits)
        let start = core.state.head
        try Self.replay(records, upTo: head, into: &core)
        self.core = core
        replayed = head - start
    }

    /// The look-up view; one that is damaged is made again, for it holds nothing of its own.
    private static func openIndex(
        _ home: BrokerHome, origin: String, head: UInt64
    ) throws -> RecordIndex {
        do {
            return try RecordIndex(path: home.index, origin: origin, head: head)
        } catch {
            try removeIndex(home)
            return try RecordIndex(path: home.index, origin: origin, head: head)
        }
    }

    private static func removeIndex(_ home: BrokerHome) throws(SystemError) {
        for suffix in ["", "-wal", "-shm"] where try Files.exists(home.index + suffix) {
            try Files.remove(home.index + suffix)
        }
        try Files.syncDirectory(home.path)
    }

    private static func openKeys(_ home: BrokerHome) throws(BrokerFailure) -> JournalKeys {
        do {
            if try Files.status(of: home.keys) != nil {
                return try JournalKeys.load(from: home.keys)
            }
            // Nothing could be matched or signed under new keys: the old ones must come back.
            if let identity = try JournalIdentity.read(in: home.path) {
                throw JournalError.badKeys(
                    "the keys of journal \(identity.origin) are missing; restore \(home.keys)")
            }
            let name = Host.name().filter {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-")
            }
            let origin =
                "baton.local/\(name.isEmpty ? "host" : name)/"
                + Hex.encode(Entropy.bytes(count: 4))
            return try JournalKeys.create(in: home.keys, origin: origin)
        } catch {
            throw BrokerFailure(78, "\(error)")
        }
    }

    private static func openJournal(
        _ home: BrokerHome, _ keys: JournalKeys, _ marks: [JournalMark]
    ) throws(BrokerFailure) -> SQLiteJournal {
        do throws(JournalError) {
            return try SQLiteJournal.open(in: home.path, origin: keys.origin, marks: marks)
        } catch .notFound {
            if let known = marks.map(\.count).max() {
                throw BrokerFailure(
                    78,
                    "the journal \(JournalFiles.database(in: home.path)) and its journal.id are "
                        + "missing, and \(known) events are known to have been committed: restore "
                        + "both, or begin anew in another home")
            }
            do {
                return try SQLiteJournal.create(in: home.path, origin: keys.origin)
            } catch {
                throw BrokerFailure(74, "\(error)")
            }
        } catch .failed(let reason) {
            throw BrokerFailure(74, reason)
        } catch {
            throw BrokerFailure(78, "\(error)")
        }
    }

    /// Folds what no snapshot has: the same `apply` as live traffic.
    private static func replay(
        _ records: JournalRecords<SQLiteJournal>, upTo head: UInt64, into core: inout Broker
    ) throws(BrokerFailure) {
        do {
            while core.state.head < head {
                let from = core.state.head
                for leaf in try records.leaves(from: from, eventsMax: 4_096, bytesMax: 4 << 20) {
                    core.replay(try JournalEvents.event(leaf))
                }
            }
        } catch {
            throw BrokerFailure(
                78, "the journal cannot be replayed at event \(core.state.head): \(error)")
        }
    }
}
