// Who may repeat a call on its way from a person to a dependency, and how often.

import JSON

/// One layer of a chain.
struct RetryLayer: Sendable, Hashable {
    let name: String
    /// Attempts at most, the first included.
    let attempts: Double
    let source: Source

    /// Whether it ever tries again.
    var repeats: Bool { attempts > 1 }

    var text: String { "\(name): \(Shown.significant(attempts))" }
}

/// The layers of the calls to one dependency or group, from the person on.
struct RetryChain: Sendable {
    /// Callers and what stands before the service.
    let before: [RetryLayer]
    let service: RetryLayer
    /// What stands between the service and the dependency.
    let behind: [RetryLayer]

    var layers: [RetryLayer] { before + [service] + behind }

    /// Calls that one request becomes while every attempt fails.
    var product: Double { layers.reduce(1) { $0 * $1.attempts } }

    /// How many layers spend a budget of retries.
    var budgets: Int { layers.count(where: \.repeats) }

    /// The one layer that is to retry: the service, which knows the deadline and the keys; where it
    /// makes one attempt, the layer nearest to it that does repeat. Nil where none does.
    var retrier: RetryLayer? {
        service.repeats
            ? service : behind.first(where: \.repeats) ?? before.last(where: \.repeats)
    }

    /// What has to stop retrying for that layer to be the only one.
    var others: [RetryLayer] { layers.filter { $0.repeats && $0 != retrier } }

    var attempts: [(String, Source)] { layers.map { ("attempts", $0.source) } }
    var text: String { layers.map(\.text).joined(separator: ", ") }
}
