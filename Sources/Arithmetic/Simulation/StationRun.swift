// One replication of a simulated station, with its twin beside it.

/// A station and its M/M/c twin, fed by the same two streams of random numbers.
struct StationRun {
    private let gaps: Spread
    private let services: Spread
    /// Mean time between arrivals and mean service time, in seconds.
    private let gapMean: Double
    private let serviceMean: Double
    private let hasTwin: Bool
    private let hasOwnArrivals: Bool
    private let keepsWaits: Bool
    private var arrivals: RandomStream
    private var work: RandomStream
    private(set) var station: WaitRecord
    private(set) var twin: WaitRecord
    /// The last arrival at each of them, in seconds.
    private var now = 0.0
    private var twinNow = 0.0

    /// Takes two streams of the seed for itself: one for arrivals, one for service times.
    init(
        _ simulation: StationSimulation, _ stream: inout RandomStream, hasTwin: Bool,
        keepsWaits: Bool
    ) {
        gaps = simulation.gaps
        services = simulation.services
        gapMean = 1 / simulation.station.arrivalRate
        serviceMean = simulation.station.serviceTime
        self.hasTwin = hasTwin
        // Most stations have the arrivals of their twin; their logarithms are taken once.
        hasOwnArrivals = simulation.gaps != .exponential
        self.keepsWaits = keepsWaits
        arrivals = stream
        stream.jump()
        work = stream
        stream.jump()
        station = WaitRecord(servers: simulation.servers)
        twin = WaitRecord(servers: simulation.servers)
    }

    /// Serves `count` messages; only measured ones are recorded.
    mutating func serve(_ count: Int, isMeasured: Bool) {
        var left = count
        while left > 0 {
            left -= 1
            let gap = arrivals.uniform()
            let luck = work.uniform()
            let pause = gapMean * gaps.quantile(gap)
            now += pause
            let wait = station.desk.serve(at: now, for: serviceMean * services.quantile(luck))
            if isMeasured { station.record(wait, isKept: keepsWaits) }
            guard hasTwin else { continue }
            twinNow += hasOwnArrivals ? gapMean * Spread.exponential.quantile(gap) : pause
            let twinWait = twin.desk.serve(
                at: twinNow, for: serviceMean * Spread.exponential.quantile(luck))
            if isMeasured { twin.record(twinWait, isKept: keepsWaits) }
        }
    }
}
