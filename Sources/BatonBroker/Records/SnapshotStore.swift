// Snapshots: saved states that shorten a start. They are files made of committed events, renamed
// into place. One that is damaged is ignored, and the journal is replayed; a journal that is not
// what a whole one stands on is refused.

package import BatonCore
import BatonJournal
package import BatonPlatform
package import Crypto

/// A state that was read from a snapshot, and what the journal must be for it.
struct Snapshot {
    let state: State
    /// The journal's root over the events that the state is the fold of.
    let root: Crypto.Digest

    var mark: JournalMark { JournalMark(count: state.head, root: root) }
}

package struct SnapshotStore {
    /// The folder of the files, `<head>.snapshot` each.
    let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    private static let magic = Array("BATON SNAPSHOT 2\n".utf8)
    private static let suffix = ".snapshot"
    /// The newest and one before it: should the newest be torn, little is lost.
    private static let kept = 2
    /// Far above any state within the limits; a guard against reading something else.
    private static let bytesMax = 4 << 30

    /// The newest snapshot that is whole; nil when there is none.
    func newest() -> Snapshot? {
        for head in heads().reversed() {
            // A file that cannot be read is no better than none: the journal has everything.
            guard let bytes = try? Files.read(path(head), bytesMax: Self.bytesMax) else { continue }
            if let snapshot = Self.read(bytes), snapshot.state.head == head { return snapshot }
        }
        return nil
    }

    /// Writes a snapshot of a state whose events are all committed.
    package func write(_ state: State, root: Crypto.Digest) throws(SystemError) {
        try Files.makePrivateDirectory(folder)
        let body = state.canonicalBytes()
        let file = Self.magic + root.bytes + SHA256.hash(root.bytes + body).bytes + body
        try Files.writeAtomically(file, to: path(state.head), mode: 0o600)
        for head in heads().dropLast(Self.kept) {
            try Files.remove(path(head))
        }
    }

    private static func read(_ file: [UInt8]) -> Snapshot? {
        let header = magic.count + 64
        guard file.count > header, file.starts(with: magic),
            let root = Crypto.Digest(Array(file[magic.count..<magic.count + 32]))
        else { return nil }
        let digest = Array(file[magic.count + 32..<header])
        let body = Array(file[header...])
        guard SHA256.hash(root.bytes + body).bytes == digest,
            let state = try? State(canonicalBytes: body), state.head > 0
        else { return nil }
        return Snapshot(state: state, root: root)
    }

    /// The heads of the files that are there, ascending.
    private func heads() -> [UInt64] {
        // Without the folder there is no snapshot.
        let names = (try? Files.list(folder)) ?? []
        return names.compactMap { name in
            name.hasSuffix(Self.suffix) ? UInt64(name.dropLast(Self.suffix.count)) : nil
        }.sorted()
    }

    private func path(_ head: UInt64) -> String { "\(folder)/\(head)\(Self.suffix)" }
}
