// How many workers a simulated station needs for a wait.

/// The search for the smallest sufficient number of workers.
package enum WorkerSearch {
    /// Numbers of workers that one search tries at most: growing steps through the 100 that there
    /// can be, and halvings of the last one.
    package static let triesMax = 16

    /// How many messages a search serves at most; nil where none of the stations is simulated.
    package static func messagesMax(for station: Erlang.Station) -> Int? {
        guard station.load > 0, station.load < Double(StationSimulation.serversMax) else {
            return nil
        }
        // The fewest workers are the busiest, and the busiest warm up longest. What rounding makes
        // too busy is not simulated.
        let least = leastServers(station)
        let busiest =
            StationSimulation(station, servers: least)
            ?? StationSimulation(station, servers: least + 1)
        return busiest.map { triesMax * $0.messagesMax }
    }

    /// The workers with which a station is not busier than may be simulated.
    private static func leastServers(_ station: Erlang.Station) -> Int {
        max(1, Int((station.load / StationSimulation.utilisationMax).rounded(.up)))
    }

    /// The fewest workers with which the upper end of the 95 % interval of the simulated wait, mean
    /// or `quantile`, is at most `wait` seconds; none with which the station is busier than 95 %.
    /// Nil where `StationSimulation` has no answer, or none of its stations is fast enough.
    package static func servers(
        for station: Erlang.Station, wait: Double, quantile: Double? = nil
    ) -> Int? {
        guard station.load > 0, wait > 0,
            station.load < Double(StationSimulation.serversMax),
            let guess = Erlang.servers(for: station, wait: wait, quantile: quantile)
        else { return nil }
        func isEnough(_ servers: Int) -> Bool {
            guard let simulation = StationSimulation(station, servers: servers) else {
                return false
            }
            return simulation.keeps(wait, quantile: quantile)
        }
        let least = leastServers(station)
        // `low` is known not to be enough, `high` to be enough; the formula says where to begin.
        var low = least - 1
        var high = max(least, min(guess, StationSimulation.serversMax))
        var step = 1
        if isEnough(high) {
            // Down, in growing steps, until one is not enough.
            while high - low > 1 {
                let next = max(low + 1, high - step)
                guard isEnough(next) else {
                    low = next
                    break
                }
                high = next
                step *= 2
            }
        } else {
            repeat {
                guard high < StationSimulation.serversMax else { return nil }
                low = high
                high = min(high + step, StationSimulation.serversMax)
                step *= 2
            } while !isEnough(high)
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if isEnough(middle) { high = middle } else { low = middle }
        }
        return high
    }
}
