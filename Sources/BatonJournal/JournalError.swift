// Why a journal could not be opened or read, or refuses to be used.

/// A journal's refusal or failure, as a sentence for an operator.
package enum JournalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is neither a journal nor its id: a new one may be made.
    case notFound(home: String)
    /// There is one already, so none is made.
    case alreadyExists(path: String)
    /// The id is there, the journal is not. Never answered by making an empty one.
    case journalMissing(path: String)
    /// The journal is there but holds no event, though its id says it once did.
    case journalEmpty(path: String)
    /// The journal is there, its id is not.
    case identityMissing(path: String)
    /// Another origin than expected, in the id or in event 0.
    case otherOrigin(expected: String, found: String, path: String)
    /// Keys that are absent, incomplete or do not fit together.
    case badKeys(String)
    /// A file format this program does not know.
    case unknownFormat(String)
    /// The content breaks a rule of the format: a gap, a leaf of impossible size.
    case damaged(String)
    /// It holds fewer events than are known to have been committed to it.
    case cutShort(path: String, found: UInt64, known: UInt64)
    /// It does not read as what is known to have been committed to it.
    case altered(path: String, count: UInt64)
    /// The world failed: a disk, a permission, a lock.
    case failed(String)
    /// An append ended unknown before; a new start is needed.
    case unusable(String)

    package var description: String {
        switch self {
        case .notFound(let home): "there is no journal in \(home)"
        case .alreadyExists(let path): "\(path) is there already; no new journal is made"
        case .journalMissing(let path):
            "the journal \(path) is missing, though its journal.id is there; restore the journal"
        case .journalEmpty(let path):
            "the journal \(path) is empty, though its journal.id is there; restore the journal"
        case .identityMissing(let path):
            "the journal \(path) has no journal.id beside it; restore journal.id"
        case .otherOrigin(let expected, let found, let path):
            "\(path) belongs to \(found), not to \(expected)"
        case .badKeys(let what): "the journal's keys cannot be used: \(what)"
        case .unknownFormat(let what): "the journal's format is not understood: \(what)"
        case .damaged(let what): "the journal is damaged: \(what)"
        case .cutShort(let path, let found, let known):
            "\(path) ends after \(found) events, and \(known) are known to have been committed: "
                + "start once more if the disk may have misread it, or restore the journal with "
                + "its log; if it was taken back on purpose, move index.db and snapshots away"
        case .altered(let path, let count):
            "the first \(count) events in \(path) do not read as what was committed: start once "
                + "more if the disk may have misread them, or restore the journal; if it was "
                + "taken back on purpose, move index.db and snapshots away"
        case .failed(let what): "the journal failed: \(what)"
        case .unusable(let what): "the journal stopped after a failure: \(what)"
        }
    }
}
