// A queue with several workers, simulated event by event: messages start in the order of their
// arrival, each at the worker that is free first. Beside the formulas of Erlang.swift, which are
// exact for exponential times only.
// Spec: Protocols/formulas.md, "Simulation".

/// G/G/c, first come, first served.
package struct StationSimulation: Sendable {
    /// More workers are not simulated: the warm-up grows with the load, and a search would take
    /// more than a second.
    package static let serversMax = 100
    /// A busier station is not simulated: its waits change so slowly that no short run shows them,
    /// and a few per cent more load would double them anyway.
    package static let utilisationMax = 0.95
    /// Half-widths up to this share of the mean are narrow enough to plan with; a wider one is
    /// looked at again with `refinement` times as many messages, which about halves it.
    private static let halfWidthWanted = 0.08
    private static let refinement = 4
    /// No warm-up is longer, in messages: only a station whose times vary wildly asks for more.
    package static let warmUpMax = 1_000_000
    /// What makes every run the same run.
    private static let seed: UInt64 = 0x4241_544F_4E01

    package let station: Erlang.Station
    package let servers: Int
    /// Messages of one replication that count.
    package private(set) var measured: Int
    let gaps: Spread
    let services: Spread

    /// Nil outside the limits above and where the station is not stable.
    /// - Parameter measured: by default few enough for an answer at once: half-widths of about
    ///   5 % at 80 % utilisation.
    package init?(_ station: Erlang.Station, servers: Int, measured: Int = 10_000) {
        guard servers >= 1, servers <= Self.serversMax, measured >= 1, station.load > 0,
            station.load <= Self.utilisationMax * Double(servers),
            let gaps = Spread(cv: station.arrivalsCV), let services = Spread(cv: station.serviceCV)
        else { return nil }
        self.station = station
        self.servers = servers
        self.measured = measured
        self.gaps = gaps
        self.services = services
    }

    /// Messages at the start of a replication that do not count, because the station begins empty:
    /// five relaxation times, ρ / (1 − √ρ)² messages each, longer with more variation, and ten
    /// times as many as are served at once.
    package var warmUp: Int {
        let busy = station.load / Double(servers)
        let distance = 1 - busy.squareRoot()
        let variability = max(1, station.variability)
        let relaxation = busy / (distance * distance) * variability
        return Int(min(5 * relaxation + 10 * station.load, Double(Self.warmUpMax)).rounded(.up))
    }

    /// How many messages `plannedWait` and `keeps` serve at most: all replications, those of the
    /// longer run and of the twins included.
    package var messagesMax: Int {
        let once = 2 * warmUp + (1 + Self.refinement) * measured
        return 2 * IntervalEstimate.replications * once
    }

    /// The mean wait in seconds, or the wait that the share `quantile` does not exceed.
    package func wait(quantile: Double? = nil) -> IntervalEstimate {
        if let quantile { precondition(quantile > 0 && quantile < 1, "a share between 0 and 1") }
        let twin = twin(quantile)
        var stream = RandomStream(seed: Self.seed)
        var figures: [Double] = []
        var controls: [Double] = []
        for _ in 0..<IntervalEstimate.replications {
            var run = StationRun(self, &stream, hasTwin: twin != nil, keepsWaits: quantile != nil)
            run.serve(warmUp, isMeasured: false)
            run.serve(measured, isMeasured: true)
            figures.append(run.station.figure(quantile))
            if twin != nil { controls.append(run.twin.figure(quantile)) }
        }
        guard let twin else { return IntervalEstimate(figures) }
        return IntervalEstimate(figures, controls: controls, expected: twin)
    }

    /// The wait to plan with, in seconds: the upper end of the interval, of a longer run where the
    /// first is too wide to say much.
    package func plannedWait(quantile: Double? = nil) -> Double {
        let first = wait(quantile: quantile)
        guard isWide(first) else { return first.upper }
        return min(first.upper, refined.wait(quantile: quantile).upper)
    }

    /// Whether the planned wait is at most `limit` seconds, found without the longer run where the
    /// first says enough.
    package func keeps(_ limit: Double, quantile: Double? = nil) -> Bool {
        let first = wait(quantile: quantile)
        if first.upper <= limit { return true }
        guard isWide(first), first.mean - first.halfWidth <= limit else { return false }
        return refined.wait(quantile: quantile).upper <= limit
    }

    private func isWide(_ estimate: IntervalEstimate) -> Bool {
        estimate.halfWidth > Self.halfWidthWanted * estimate.mean
    }

    /// The same station for longer.
    private var refined: StationSimulation {
        var longer = self
        longer.measured *= Self.refinement
        return longer
    }

    /// The exact wait of the twin, an M/M/c of the same rates that meets the same luck: how far a
    /// replication of the twin is off says how far that of the station is off (a control
    /// variate, Asmussen and Glynn, Stochastic Simulation, ch. V.2), and the interval gets half as
    /// wide. Nil where the station is an M/M/c itself, which has to stand on its own.
    private func twin(_ quantile: Double?) -> Double? {
        if gaps == .exponential, services == .exponential { return nil }
        let twin = Erlang.Station(
            arrivalRate: station.arrivalRate, serviceTime: station.serviceTime)
        guard let quantile else { return Erlang.meanWait(twin, servers: servers) }
        return Erlang.waitQuantile(twin, servers: servers, quantile: quantile)
    }
}
