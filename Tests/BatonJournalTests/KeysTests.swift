// A journal's keys and id file on disk.
import BatonJournal
import BatonPlatform
import Crypto
import Testing

@Suite("Journal keys", .timeLimit(.minutes(5)))
struct KeysTests {
    @Test("keys are made once, come back the same, and are closed to others")
    func createAndLoad() throws {
        try withHome { home in
            let directory = "\(home)/keys"
            let made = try JournalKeys.create(in: directory, origin: testOrigin)
            let loaded = try JournalKeys.load(from: directory)

            #expect(loaded.verifierKey == made.verifierKey)
            #expect(loaded.origin == testOrigin)
            #expect(loaded.match([1]) == made.match([1]))
            #expect(loaded.match([1]) != loaded.match([2]))
            #expect(loaded.signer.note("x\n") == made.signer.note("x\n"))
            #expect(try Files.list(home) == ["keys"])
            #expect(try Files.status(of: directory)?.permissions == 0o700)
            #expect(try Files.status(of: "\(directory)/signing.key")?.permissions == 0o600)
            #expect(try Files.status(of: "\(directory)/match.key")?.permissions == 0o600)
            #expect(throws: JournalError.alreadyExists(path: directory)) {
                try JournalKeys.create(in: directory, origin: testOrigin)
            }
        }
    }

    @Test("two journals have different keys")
    func different() throws {
        try withHome { home in
            let one = try JournalKeys.create(in: "\(home)/1", origin: testOrigin)
            let two = try JournalKeys.create(in: "\(home)/2", origin: testOrigin)

            #expect(one.verifierKey != two.verifierKey)
            #expect(one.match([1]) != two.match([1]))
        }
    }

    @Test("keys that are missing, open to others, or of different journals are refused")
    func refused() throws {
        try withHome { home in
            #expect(throws: JournalError.self) { try JournalKeys.load(from: "\(home)/none") }
            _ = try JournalKeys.create(in: "\(home)/1", origin: testOrigin)
            _ = try JournalKeys.create(in: "\(home)/2", origin: testOrigin)

            try Files.setPermissions(0o640, of: "\(home)/1/match.key")
            #expect(throws: JournalError.self) { try JournalKeys.load(from: "\(home)/1") }
            try Files.setPermissions(0o600, of: "\(home)/1/match.key")
            _ = try JournalKeys.load(from: "\(home)/1")
            try Files.rename("\(home)/2/signing.key", to: "\(home)/1/signing.key")
            #expect(throws: JournalError.self) { try JournalKeys.load(from: "\(home)/1") }
            #expect(throws: JournalError.self) {
                try JournalKeys.create(in: "\(home)/3", origin: "not an origin")
            }
        }
    }

    @Test("the id file holds the origin, and nothing else is taken for one")
    func identity() throws {
        try withHome { home in
            #expect(try JournalIdentity.read(in: home) == nil)
            for isCreating in [true, false] {
                let identity = JournalIdentity(origin: testOrigin, isCreating: isCreating)
                try identity.write(in: home)
                #expect(try JournalIdentity.read(in: home) == identity)
            }
            for text in ["", "\n", "a b\n", "a\nb\n", "a\ncreating\nc\n"] {
                try Files.writeAtomically([UInt8](text.utf8), to: JournalIdentity.path(in: home))
                #expect(throws: JournalError.self) { try JournalIdentity.read(in: home) }
            }
        }
    }
}
