// How long the delays of one message last in all when chance picks each of them: by simulation.
// Spec: Protocols/formulas.md, "Simulation".

/// Many messages whose delays are drawn with full jitter, one delay after the other.
package struct DelaySums: Sendable {
    /// The 1 % quantile of so many sums is within about 1 % of the true one.
    package static let messages = 50_000
    private static let seed: UInt64 = 0x4241_544F_4E02

    private var stream = RandomStream(seed: Self.seed)
    private var sums = [Double](repeating: 0, count: Self.messages)

    /// Messages that have waited for nothing yet.
    package init() {}

    /// Adds one delay to each message: uniform between 0 and `maximum` seconds.
    package mutating func add(maximum: Double) {
        var index = 0
        while index < Self.messages {
            sums[index] += maximum * stream.uniform()
            index += 1
        }
    }

    /// The sum of delays in seconds that the share `share` of the messages does not exceed.
    package func quantile(_ share: Double) -> Double {
        var values = sums
        return OrderStatistic.quantile(share, of: &values)
    }

    /// The quantile for a whole schedule; 0 without delays.
    package static func quantile(_ share: Double, of backoff: Backoff, delays: Int) -> Double {
        var sums = DelaySums()
        for index in 0..<delays { sums.add(maximum: backoff.maximum(index)) }
        return sums.quantile(share)
    }
}
