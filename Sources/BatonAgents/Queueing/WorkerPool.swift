// Queues that one set of workers serves.

/// The queues of one pool of the brief, or all queues where it names no pool.
struct WorkerPool: Sendable {
    /// Nil for all queues, of which nobody has said that they share.
    let name: String?
    /// Ends the ids of its figures; empty for all queues.
    let key: String
    let plans: [QueuePlan]
    /// Whether the plan is that they share: the brief says so, and together they cost less.
    var isShared = false

    /// As the middle of a sentence has it.
    var label: String { name.map { "pool \($0)" } ?? "all queues" }

    var queues: String { plans.map(\.name).joined(separator: ", ") }

    func id(_ part: String) -> String { key.isEmpty ? part : "\(part).\(key)" }
}
