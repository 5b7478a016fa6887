// Queues that one set of workers serves.

/// The queues of one pool of the brief, or all queues where it names no pool.
struct WorkerPool: Sendable {
    /// Nil for all queues, of which nobody has said that they share.
    let name: String?
    /// Ends the ids of its figures; empty for all queues.
    let key: String
    let plans: [QueuePlan]
    /// Why the plan is that they do not share, although the brief says so; nil for a pool that
    /// does.
    var apart: Apart?

    /// Whether the plan is that they share: the brief says so, and nothing speaks against it.
    var isShared: Bool { name != nil && apart == nil }

    /// What speaks against one set of workers.
    enum Apart: Sendable {
        /// Together they cost no less, or take no fewer workers where a price is missing.
        case savesNothing
        /// The peak of this queue may pile up, and oldest message first all the others wait behind
        /// it.
        case peak(queue: String)
        /// The workers to catch up in time, which the pool may not have.
        case drain(workers: String)
    }

    /// As the middle of a sentence has it.
    var label: String { name.map { "pool \($0)" } ?? "all queues" }

    var queues: String { plans.map(\.name).joined(separator: ", ") }

    func id(_ part: String) -> String { key.isEmpty ? part : "\(part).\(key)" }
}
