// Saves the state while the broker serves, so that a start after a crash folds few events. The
// state is a value: a thread of its own writes a copy of it, and the loop goes on.

import BatonCore
import BatonPlatform
import Crypto
import Synchronization

struct StateSaver: ~Copyable {
    /// So many events are folded in about a second; saving more often would only cost.
    static let eventsMin: UInt64 = 50_000
    /// A large state takes longer to write: it is saved when this part of its events is new.
    private static let headPart: UInt64 = 20

    /// What the two threads share.
    private final class Job: Sendable {
        /// Taken by the one that writes it, so that it is gone when its memory is given back.
        let copy: Mutex<State?>
        let isDone = Atomic(false)

        init(_ copy: State) {
            self.copy = Mutex(copy)
        }
    }

    private let store: SnapshotStore
    private let eventsMin: UInt64
    /// The events of the newest snapshot, or of the newest attempt at one.
    private var savedHead: UInt64
    private var thread: JoinableThread?
    private var job: Job?

    /// - Parameter savedHead: the events that the state at the start came with.
    init(store: SnapshotStore, savedHead: UInt64, eventsMin: UInt64 = Self.eventsMin) {
        self.store = store
        self.savedHead = savedHead
        self.eventsMin = eventsMin
    }

    /// A second copy of the state is in memory.
    var isSaving: Bool { job.map { !$0.isDone.load(ordering: .acquiring) } ?? false }

    func isDue(head: UInt64) -> Bool {
        head - savedHead >= max(eventsMin, head / Self.headPart) && !isSaving
    }

    /// Begins to save a state whose events are all committed.
    mutating func start(_ state: State, root: Crypto.Digest) {
        finish()
        savedHead = state.head
        let job = Job(state)
        do {
            thread = try spawnThread(name: "baton-snapshot") { [store] in
                if let copy = job.copy.withLock({ $0.take() }) {
                    Self.write(copy, root: root, to: store)
                }
                Host.returnFreeMemory()
                job.isDone.store(true, ordering: .releasing)
            }
            self.job = job
        } catch {
            Self.complain(error)
        }
    }

    /// Saves the last state, after whatever is being saved.
    mutating func saveLast(_ state: State, root: Crypto.Digest) {
        finish()
        Self.write(state, root: root, to: store)
    }

    /// Waits for what is being saved.
    mutating func finish() {
        if let thread = thread.take() { thread.join() }
        job = nil
    }

    private static func write(_ state: State, root: Crypto.Digest, to store: SnapshotStore) {
        do {
            try store.write(state, root: root)
        } catch {
            complain(error)
        }
    }

    /// Without a snapshot the next start is slower, nothing else.
    private static func complain(_ error: any Error) {
        // Nobody is left to tell if stderr is closed.
        _ = try? StandardStream.error.write("baton: broker: no snapshot was saved: \(error)\n")
    }
}
