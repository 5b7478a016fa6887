// Erlang B and C, and the waits that follow from them.
//
// The recurrence runs on 1/B, which neither underflows nor cancels: it is sound from 0.01 to
// 100,000 Erlangs and beyond. Factorials and powers of the load never appear.

/// Loss and delay systems: `servers` parallel servers, `load` in Erlangs.
package enum Erlang {
    /// No search for a number of servers goes beyond this; a plan of that size is a mistake in its
    /// inputs.
    package static let serversMax = 1_000_000

    /// Blocking probability of M/G/c/c.
    package static func b(servers: Int, load: Double) -> Double? {
        guard servers >= 0, servers <= serversMax, load > 0, load.isFinite else { return nil }
        var inverse = 1.0
        for k in 0..<servers { inverse = 1 + Double(k + 1) / load * inverse }
        return 1 / inverse
    }

    /// Probability of waiting in M/M/c; nil unless the queue is stable (load < servers).
    package static func c(servers: Int, load: Double) -> Double? {
        guard load < Double(servers), let blocking = b(servers: servers, load: load) else {
            return nil
        }
        return delay(blocking: blocking, servers: servers, load: load)
    }

    /// Erlang C out of Erlang B for the same servers and load.
    private static func delay(blocking: Double, servers: Int, load: Double) -> Double {
        blocking / (1 - load / Double(servers) * (1 - blocking))
    }

    /// Mean wait: Erlang C / (c/S − λ), times the Allen–Cunneen factor (Ca² + Cs²)/2.
    package static func meanWait(_ station: Station, servers: Int) -> Double? {
        guard let waiting = c(servers: servers, load: station.load) else { return nil }
        return station.meanWait(waiting: waiting, servers: servers)
    }

    /// The wait that the share `quantile` of messages does not exceed, with the same factor; exact
    /// for Poisson arrivals and exponential service, else an estimate.
    package static func waitQuantile(
        _ station: Station, servers: Int, quantile: Double
    ) -> Double? {
        guard let waiting = c(servers: servers, load: station.load) else { return nil }
        return station.waitQuantile(quantile, waiting: waiting, servers: servers)
    }

    /// The fewest servers whose blocking is at most `rejection`.
    package static func slots(load: Double, rejection: Double) -> Int? {
        guard load > 0, load.isFinite, rejection > 0, rejection < 1 else { return nil }
        var inverse = 1.0
        for servers in 1...serversMax {
            inverse = 1 + Double(servers) / load * inverse
            if 1 / inverse <= rejection { return servers }
        }
        return nil
    }

    /// Halvings after which no two numbers of double precision stand apart between 0 and a load.
    package static let halvingsMax = 1_200

    /// The greatest load in Erlangs of which `servers` servers block at most `rejection`; to the
    /// last digit, from below.
    package static func load(servers: Int, rejection: Double) -> Double? {
        guard servers >= 1, servers <= serversMax, rejection > 0, rejection < 1 else { return nil }
        var low = 0.0
        // Beyond this more is blocked, since no more than `servers` can be carried.
        var high = Double(servers) / (1 - rejection)
        while true {
            let middle = low + (high - low) / 2
            guard middle > low, middle < high else { return low > 0 ? low : nil }
            guard let blocked = b(servers: servers, load: middle) else { return nil }
            if blocked <= rejection { low = middle } else { high = middle }
        }
    }

    /// The fewest servers that keep the wait of `station` at or below `wait`: the mean, or a
    /// quantile.
    package static func servers(
        for station: Station, wait: Double, quantile: Double? = nil
    ) -> Int? {
        guard station.load > 0, station.load < Double(serversMax), wait >= 0 else { return nil }
        var inverse = 1.0
        for servers in 1...serversMax {
            inverse = 1 + Double(servers) / station.load * inverse
            guard station.load < Double(servers) else { continue }
            let waiting = delay(blocking: 1 / inverse, servers: servers, load: station.load)
            let reached =
                if let quantile {
                    station.waitQuantile(quantile, waiting: waiting, servers: servers)
                } else {
                    station.meanWait(waiting: waiting, servers: servers)
                }
            if let reached, reached <= wait { return servers }
        }
        return nil
    }

    /// A queue as the wait formulas see it.
    package struct Station: Sendable {
        /// Arrivals a second, retries included.
        package var arrivalRate: Double
        /// Mean service time in seconds.
        package var serviceTime: Double
        /// Coefficients of variation of the times between arrivals and of the service time.
        package var arrivalsCV: Double = 1
        package var serviceCV: Double = 1

        package init(
            arrivalRate: Double, serviceTime: Double, arrivalsCV: Double = 1, serviceCV: Double = 1
        ) {
            self.arrivalRate = arrivalRate
            self.serviceTime = serviceTime
            self.arrivalsCV = arrivalsCV
            self.serviceCV = serviceCV
        }

        /// Offered load in Erlangs.
        package var load: Double { arrivalRate * serviceTime }

        var variability: Double {
            (arrivalsCV * arrivalsCV + serviceCV * serviceCV) / 2
        }

        /// Free capacity of `servers` in messages a second.
        private func spare(_ servers: Int) -> Double {
            Double(servers) / serviceTime - arrivalRate
        }

        func meanWait(waiting: Double, servers: Int) -> Double {
            waiting / spare(servers) * variability
        }

        func waitQuantile(_ quantile: Double, waiting: Double, servers: Int) -> Double? {
            guard quantile > 0, quantile < 1 else { return nil }
            guard waiting > 1 - quantile else { return 0 }
            guard let logarithm = RealFunctions.ln(waiting / (1 - quantile)) else { return nil }
            return logarithm / spare(servers) * variability
        }
    }
}
