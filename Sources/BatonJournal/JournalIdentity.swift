// The file journal.id: it says that a journal was begun here, and whose. A journal that got lost is
// thereby told from one that never was.
import BatonPlatform

/// The id file of a journal: the origin on its first line.
///
/// Until event 0 is durable a second line says `creating`, so that a crash in between can be told
/// from a journal that lost its events: the former is taken up again, the latter refused.
package struct JournalIdentity: Hashable, Sendable {
    package let origin: String
    package let isCreating: Bool

    package init(origin: String, isCreating: Bool) {
        self.origin = origin
        self.isCreating = isCreating
    }

    /// Where the file is.
    package static func path(in home: String) -> String { "\(home)/journal.id" }

    /// Reads the file; nil when there is none.
    package static func read(in home: String) throws(JournalError) -> JournalIdentity? {
        let path = path(in: home)
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, bytesMax: 4096)
        } catch {
            if error.isNotFound { return nil }
            throw .failed("\(error)")
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let origin = lines.first, VerifierKey.isValidOrigin(origin),
            lines.count == 1 || lines[1...] == ["creating"]
        else { throw .unknownFormat("\(path) does not hold an origin") }
        return JournalIdentity(origin: origin, isCreating: lines.count == 2)
    }

    /// Writes the file, durable on return.
    package func write(in home: String) throws(JournalError) {
        let text = isCreating ? "\(origin)\ncreating\n" : "\(origin)\n"
        do {
            try Files.writeAtomically([UInt8](text.utf8), to: Self.path(in: home), mode: 0o600)
        } catch {
            throw .failed("\(error)")
        }
    }
}
