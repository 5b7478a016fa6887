// The secrets made together with a journal and moved with it: the key that signs its checkpoints,
// and the key under which equal payloads are recognised after they were forgotten.
import BatonPlatform
package import Crypto

/// A journal's keys, kept in a directory outside the journal's own.
package struct JournalKeys: Sendable {
    package let signer: NoteSigner
    private let matchKey: HMACSHA256

    /// The journal's name.
    package var origin: String { signer.verifierKey.origin }

    /// What others check this journal's signatures with.
    package var verifierKey: VerifierKey { signer.verifierKey }

    /// The sameness of unsalted bytes: equal for equal bytes, telling nothing of them without the
    /// key. Also for idempotency keys.
    package func match(_ bytes: [UInt8]) -> Digest { matchKey.code(bytes) }

    /// The names of the files, in the order in which they are written.
    private enum FileName {
        static let seed = "signing.key"
        static let match = "match.key"
        static let verifier = "verifier.key"
    }

    /// Draws new keys and stores them, durable on return: the directory appears with all of them
    /// or not at all. `alreadyExists` when there is a directory with anything in it.
    /// - Parameter randomBytes: where they come from; only a simulator, whose every run must be the
    ///   same, gives anything but the host's entropy.
    package static func create(
        in directory: String, origin: String,
        randomBytes: (_ count: Int) -> [UInt8] = { Entropy.bytes(count: $0) },
    ) throws(JournalError) -> JournalKeys {
        guard VerifierKey.isValidOrigin(origin) else {
            throw .badKeys("\"\(origin)\" is no valid origin")
        }
        guard try !isOccupied(directory) else { throw .alreadyExists(path: directory) }
        let seed = randomBytes(SigningKey.seedByteCount)
        let match = randomBytes(32)
        let keys = try JournalKeys(origin: origin, seed: seed, match: match)
        let staging = "\(directory).\(String(Entropy.uint64(), radix: 36)).new"
        do {
            try Files.makeDirectory(staging, mode: 0o700)
            try write(Hex.encode(seed), to: "\(staging)/\(FileName.seed)", mode: 0o600)
            try write(Hex.encode(match), to: "\(staging)/\(FileName.match)", mode: 0o600)
            try write("\(keys.verifierKey)", to: "\(staging)/\(FileName.verifier)", mode: 0o644)
            try Files.syncDirectory(staging)
            // Over an empty directory a rename works, over any other it fails.
            try Files.rename(staging, to: directory)
            try Files.syncDirectory(Files.parent(of: directory))
        } catch {
            try? Files.removeTree(staging)  // Best effort: the first error is the one to tell.
            throw .failed("\(error)")
        }
        return keys
    }

    /// Reads the keys and checks that they fit together, and that nobody else can read them.
    package static func load(from directory: String) throws(JournalError) -> JournalKeys {
        let verifier = try read("\(directory)/\(FileName.verifier)", isSecret: false)
        let seed = try readSecret("\(directory)/\(FileName.seed)")
        let match = try readSecret("\(directory)/\(FileName.match)")
        guard let verifierKey = VerifierKey(verifier) else {
            throw .badKeys("\(directory)/\(FileName.verifier) is no verifier key")
        }
        let keys = try JournalKeys(origin: verifierKey.origin, seed: seed, match: match)
        guard keys.verifierKey == verifierKey else {
            throw .badKeys("\(FileName.seed) and \(FileName.verifier) in \(directory) do not match")
        }
        return keys
    }

    /// Keys of given secrets, each 32 bytes, for journals that are kept nowhere.
    package init(origin: String, seed: [UInt8], match: [UInt8]) throws(JournalError) {
        guard let signingKey = SigningKey(seed: seed),
            let signer = NoteSigner(origin: origin, signingKey: signingKey)
        else { throw .badKeys("the signing key of \(origin) has the wrong size") }
        self.signer = signer
        matchKey = HMACSHA256(key: match)
    }

    private static func isOccupied(_ directory: String) throws(JournalError) -> Bool {
        do {
            return try Files.exists(directory) && !Files.list(directory).isEmpty
        } catch {
            throw .failed("\(error)")
        }
    }

    private static func write(
        _ text: String, to path: String, mode: UInt32,
    ) throws(SystemError) {
        try Files.writeNew([UInt8]("\(text)\n".utf8), to: path, mode: mode)
    }

    private static func readSecret(_ path: String) throws(JournalError) -> [UInt8] {
        guard let bytes = Hex.decode(try read(path, isSecret: true)), bytes.count == 32 else {
            throw .badKeys("\(path) does not hold 64 hex digits")
        }
        return bytes
    }

    private static func read(_ path: String, isSecret: Bool) throws(JournalError) -> String {
        let bytes: [UInt8]
        do {
            let status = try Files.status(of: path)
            if isSecret, let status, status.permissions & 0o077 != 0 {
                throw JournalError.badKeys("\(path) can be read by others; chmod 600 it")
            }
            bytes = try Files.read(path, bytesMax: 4096)
        } catch let error as JournalError {
            throw error
        } catch {
            throw .badKeys("\(error)")
        }
        return String(decoding: bytes.prefix(while: { $0 != UInt8(ascii: "\n") }), as: UTF8.self)
    }
}
