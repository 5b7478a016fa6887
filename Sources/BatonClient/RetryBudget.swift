// How much a client may add to a broker's load by trying again. Backoff spreads tries out; only a
// budget keeps a thousand clients from asking a slow broker twice for everything, which makes it
// slower still.

/// A bound on tries after the first: a burst, then one for every ten first tries and one every few
/// seconds, so that a lone request is never given up for others' sake. Whoever finds nothing left
/// waits for the next; nothing is dropped.
package struct RetryBudget: Sendable {
    /// Tries that a client who was quiet has at once.
    package static let burst = 16
    /// How often there is another one without any first try.
    package static let interval = Duration.seconds(5)
    /// First tries that make room for another one sooner.
    package static let firstTriesPerRetry = 10

    /// When the budget would be full again if nothing more were taken.
    private var fullAt = Duration.zero

    package init() {}

    package mutating func noteFirstTry() {
        fullAt -= Self.interval / Self.firstTriesPerRetry
    }

    /// When the next try may be made: at `wanted`, or later when others come first.
    package func next(wanted: Duration) -> Duration {
        max(wanted, fullAt - Self.interval * (Self.burst - 1))
    }

    /// Takes the try that `next` told of.
    package mutating func take(at now: Duration) {
        fullAt = max(fullAt, now) + Self.interval
    }
}
