// The state is saved beside the serving, when enough is new, and once more at the end.

import BatonJournal
import BatonPlatform
import Crypto
import Testing

@testable import BatonBroker
@testable import BatonCore

@Suite struct StateSaverTests {
    private func state(head: UInt64) -> State {
        var state = State()
        state.head = head
        return state
    }

    private func withStore(_ body: (SnapshotStore) throws -> Void) throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-saver")
        defer { try? Files.removeTree(folder) }
        try body(SnapshotStore(folder: folder + "/snapshots"))
    }

    @Test("it is due when enough events are new, and of many events a twentieth")
    func due() throws {
        try withStore { store in
            let few = StateSaver(store: store, savedHead: 1_000, eventsMin: 100)
            let (early, due) = (few.isDue(head: 1_099), few.isDue(head: 1_100))
            #expect(!early && due)
            let many = StateSaver(store: store, savedHead: 950_000, eventsMin: 100)
            let (soon, now) = (many.isDue(head: 999_000), many.isDue(head: 1_000_000))
            #expect(!soon && now)
        }
    }

    @Test("what was saved beside the serving is the state of then, whatever has changed since")
    func beside() throws {
        try withStore { store in
            var saver = StateSaver(store: store, savedHead: 0, eventsMin: 100)
            var state = state(head: 100)
            let then = state.canonicalBytes()

            saver.start(state, root: MerkleHash.empty)
            state.head = 150
            let isDueAgain = saver.isDue(head: 150)
            saver.finish()
            let isSaving = saver.isSaving

            #expect(!isDueAgain && !isSaving)
            #expect(store.newest()?.state.canonicalBytes() == then)
            saver.saveLast(state, root: MerkleHash.empty)
            #expect(store.newest()?.state.head == 150)
        }
    }

    @Test("a disk that takes no snapshot is asked again only when as much is new once more")
    func failing() throws {
        try withStore { store in
            try Files.writeNew([], to: store.folder)
            var saver = StateSaver(store: store, savedHead: 0, eventsMin: 100)

            saver.start(state(head: 100), root: MerkleHash.empty)
            saver.finish()

            let (early, due) = (saver.isDue(head: 199), saver.isDue(head: 200))
            #expect(!early && due)
        }
    }
}
