// Which of the two specialists answers for a criterion. A brief that needs both has criteria of
// both; each checks its own, and the closing sees to it that none is left out.

import JSON

/// Whose criterion it is.
enum CriterionScope {
    private static let api = "backend.api_reliability"
    private static let queue = "backend.queue_worker_planner"
    /// What only queues have.
    private static let queueWords = [
        "queue", "worker", "backlog", "consumer", "dead letter", "redeliver",
    ]

    /// Whether `agent` has to check the criterion. An agent that works alone has to check them all,
    /// and so has every agent but the two.
    static func isOwn(_ criterion: String, agent: String, packet: PacketView) -> Bool {
        let chosen = packet.list("/route/reasons").compactMap { $0["agent"]?.stringValue }
        let text = criterion.lowercased()
        let isQueueing = queueWords.contains { text.contains($0) }
        switch agent {
        case api: return !isQueueing || !chosen.contains(queue)
        case queue: return isQueueing || !chosen.contains(api)
        default: return true
        }
    }
}
