// Erlang B and C from the top down: the formulas go up the recurrence from no server, this adds up
// the ratios of the state probabilities from the last server to none.

import Arithmetic

/// State probabilities of a station with `servers` servers and `load` Erlangs.
struct SecondErlang {
    /// Σ over the states k = 0..servers of P(k) / P(servers): the inverse of the blocking.
    private let states: Double
    private let servers: Double
    private let load: Double

    /// Nil for a load that is none, or for no server.
    init?(servers: Double, load: Double) {
        guard servers >= 1, servers == servers.rounded(), servers <= Double(Erlang.serversMax),
            load > 0, load.isFinite
        else { return nil }
        self.servers = servers
        self.load = load
        var ratio = 1.0
        var sum = 1.0
        var busy = servers
        while busy >= 1 {
            ratio *= busy / load
            sum += ratio
            busy -= 1
            // Below the mean the ratios only shrink, so what is left is below the last bit.
            if busy < load, ratio < 1e-18 * sum { break }
        }
        states = sum
    }

    /// P(an arrival finds all servers busy) without a queue.
    var blocking: Double { 1 / states }

    /// P(an arrival waits) with a queue: the states from `servers` on against all states, where the
    /// queue makes a geometric series of the last one. Source: Kleinrock, ch. 3, eq. 3.40.
    var waiting: Double? {
        guard load < servers else { return nil }
        let tail = servers / (servers - load)
        return tail / (states - 1 + tail)
    }

    /// Mean messages that wait: C × a / (c − a), times the factor of Allen and Cunneen.
    func meanQueue(variability: Double) -> Double? {
        waiting.map { $0 * load / (servers - load) * variability }
    }
}
