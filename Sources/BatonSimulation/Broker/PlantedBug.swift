// Bugs that can be planted at the seams between the broker and its world. Each is one that brokers
// have had; a simulator that does not catch it would not have caught them either.

/// A bug planted on purpose.
package enum PlantedBug: String, CaseIterable, Sendable {
    /// Replies leave although no sync ever reached the disk.
    case repliesWithoutSync = "replies-without-sync"
    /// A start serves what it found in the page cache without making it durable.
    case trustsThePageCache = "trusts-the-page-cache"
    /// Idempotency keys do not survive a restart.
    case forgetsKeys = "forgets-keys"
    /// Any token is as good as the newest.
    case acceptsStaleTokens = "accepts-stale-tokens"
    /// A question that is not answered for 20 s is decided as recommended.
    case decidesBySilence = "decides-by-silence"
    /// A rejecting verdict counts as an accepting one.
    case skipsTheGate = "skips-the-gate"
    /// Failed tasks are tried a hundred times.
    case retriesForEver = "retries-for-ever"
    /// A rejected delivery may come back a hundred times before anybody is asked.
    case reworksForEver = "reworks-for-ever"
    /// Nobody who is silent ever loses a lease.
    case neverExpires = "never-expires"
    /// A cancellation is acknowledged and forgotten.
    case forgetsCancellations = "forgets-cancellations"
    /// Some replies go to the request before.
    case misroutesReplies = "misroutes-replies"
    /// The tail leaves out an event now and then.
    case tailSkipsEvents = "tail-skips-events"
    /// The tail loses a whole message now and then.
    case tailLosesMessages = "tail-loses-messages"
    /// Heartbeats are answered and not heard.
    case ignoresHeartbeats = "ignores-heartbeats"
    /// A process that took another role is taken for another process.
    case forgetsProcesses = "forgets-processes"
    /// The broker ends itself now and then, and a supervisor hides it.
    case endsWithoutCause = "ends-without-cause"
    /// A payload now and then is not stored.
    case losesPayloads = "loses-payloads"
    /// A stored event changes a bit, and nobody looks.
    case flipsStoredBits = "flips-stored-bits"
    /// A start folds one event less than there is.
    case skipsTheLastEvent = "skips-the-last-event"
    /// A start folds an event otherwise than live traffic did.
    case replaysDifferently = "replays-differently"

    /// Bugs of the disk need a disk that can lose something.
    package var needsDisk: Bool {
        self == .repliesWithoutSync || self == .trustsThePageCache
    }

    /// Bugs of the journal itself are planted in the one in memory.
    package var needsMemory: Bool {
        switch self {
        case .losesPayloads, .flipsStoredBits: true
        default: false
        }
    }
}
