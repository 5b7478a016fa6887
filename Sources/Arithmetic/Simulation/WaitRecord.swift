// The workers of one simulated station, and the waits of the messages that count.

/// What one replication of a station leaves behind.
struct WaitRecord {
    var desk: ServerDesk
    private var count = 0
    private var sum = 0.0
    private var waits: [Double] = []

    init(servers: Int) { desk = ServerDesk(servers) }

    /// Records the wait of one message, in seconds; `isKept` where a quantile is asked for.
    mutating func record(_ wait: Double, isKept: Bool) {
        count += 1
        sum += wait
        if isKept { waits.append(wait) }
    }

    /// The mean of the waits, or the quantile of the kept ones.
    /// - Precondition: at least one wait was recorded.
    func figure(_ quantile: Double?) -> Double {
        precondition(count > 0, "nothing was measured")
        guard let quantile else { return sum / Double(count) }
        var values = waits
        return OrderStatistic.quantile(quantile, of: &values)
    }
}
