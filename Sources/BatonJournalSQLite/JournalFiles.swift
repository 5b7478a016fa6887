// Where a SQLite journal keeps its files, how they look inside, and whether they are still there.
import BatonJournal
import BatonPlatform
import SQLite

/// The files of a journal in a home directory. They lie in a folder of their own, while the id lies
/// in the home itself: a folder that gets lost is missed.
///
/// Nothing else in the writer's process may open and close them by plain file calls: Linux would
/// then drop SQLite's locks on them.
package enum JournalFiles {
    /// The folder of the database.
    package static func folder(in home: String) -> String { "\(home)/journal" }

    /// The database file.
    package static func database(in home: String) -> String { "\(folder(in: home))/journal.db" }

    /// SQLite's write-ahead log beside it.
    package static func log(in home: String) -> String { "\(folder(in: home))/journal.db-wal" }

    /// "BATN": so that `file` and a person can tell this database from others.
    static let applicationID: Int64 = 0x4241_544e

    /// The version of the tables below. To change them: raise it, keep opening the older ones, add
    /// a fixture of the new one to the tests.
    static let schemaVersion: Int64 = 1

    /// The tables. Leaves are stored as text, so that the sqlite3 shell shows them; SQLite keeps
    /// the bytes as they are. Payloads lie in the order of their events, and are found by
    /// number, without an index: id = event × 256 + place of the part in its event.
    static let schema = """
        BEGIN IMMEDIATE;
        CREATE TABLE events (
            seq INTEGER PRIMARY KEY,
            bytes TEXT NOT NULL
        ) STRICT;
        CREATE TABLE payloads (
            id INTEGER PRIMARY KEY,
            seq INTEGER GENERATED ALWAYS AS (id >> 8) VIRTUAL,
            part TEXT NOT NULL,
            media_type TEXT NOT NULL,
            digest BLOB NOT NULL,
            salt BLOB NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
        BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
        CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
        BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(schemaVersion);
        COMMIT;
        """

    /// Whether there is a file.
    static func isThere(_ path: String) throws(JournalError) -> Bool {
        do {
            return try Files.exists(path)
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Refuses a database that is not a journal of this version.
    static func requireKnownFormat(
        _ database: borrowing Database, at path: String,
    ) throws(JournalError) {
        do {
            let application = try database.integer("PRAGMA application_id")
            let version = try database.integer("PRAGMA user_version")
            guard application == applicationID, version == schemaVersion else {
                throw JournalError.unknownFormat(
                    "\(path) has application id \(application ?? 0), version \(version ?? 0)")
            }
        } catch let error as JournalError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
    }
}

/// Which files the journal wrote to when it was opened. A commit into a file that has since been
/// deleted or replaced is worth nothing, though SQLite reports success.
struct FileIdentity: Hashable {
    private let paths: [String]
    private let statuses: [Names]

    private struct Names: Hashable {
        let device: UInt64
        let inode: UInt64
        let linkCount: UInt64
    }

    /// Remembers the files as they are now.
    init(home: String) throws(JournalError) {
        paths = [JournalFiles.database(in: home), JournalFiles.log(in: home)]
        var statuses: [Names] = []
        for path in paths {
            guard let names = try Self.names(of: path) else {
                throw .failed("\(path) is not there right after opening it")
            }
            guard names.linkCount == 1 else {
                throw .failed("\(path) has \(names.linkCount) names; a journal has one")
            }
            statuses.append(names)
        }
        self.statuses = statuses
    }

    /// What became of a file.
    struct Change {
        let path: String
        /// Names the file.
        let sentence: String
    }

    /// The first file that is no longer the one remembered, the database before its log; nil when
    /// all are.
    func change() -> Change? {
        for (path, expected) in zip(paths, statuses) {
            do {
                guard let found = try Self.names(of: path) else {
                    return Change(path: path, sentence: "\(path) was deleted")
                }
                if found != expected {
                    return Change(
                        path: path, sentence: "\(path) was replaced, or has a second name")
                }
            } catch {
                return Change(path: path, sentence: "\(error)")
            }
        }
        return nil
    }

    private static func names(of path: String) throws(JournalError) -> Names? {
        do {
            return try Files.status(of: path).map {
                Names(device: $0.device, inode: $0.inode, linkCount: $0.linkCount)
            }
        } catch {
            throw .failed("\(error)")
        }
    }
}
