// The simulation against what is known exactly: its generator, its distributions, M/M/c, M/G/1 and
// the sum of uniform delays; and the tables that Protocols/formulas.md publishes.

import Arithmetic
import BatonAgents
import JSON
import Testing

@Suite("Simulation", .timeLimit(.minutes(5)))
struct SimulationTests {
    @Test("the generator gives the numbers of the reference code")
    func generator() {
        var stream = RandomStream(state: (1, 2, 3, 4))
        var jumped = RandomStream(state: (1, 2, 3, 4))
        var seeded = RandomStream(seed: 0)

        let first = (0..<6).map { _ in stream.next() }
        jumped.jump()

        #expect(
            first == [
                11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
                607_988_272_756_665_600,
            ])
        #expect(
            (0..<3).map { _ in jumped.next() } == [
                13_534_147_089_533_256_664, 7_126_240_192_422_241_655, 3_805_973_808_039_778_091,
            ])
        #expect(seeded.next() == 11_091_344_671_253_066_420)
    }

    @Test(
        "a distribution has mean 1 and its coefficient of variation", arguments: [0, 0.5, 1, 1.4])
    func spread(cv: Double) throws {
        let spread = try #require(Spread(cv: cv))
        let steps = 200_000
        var sum = 0.0
        var squares = 0.0

        // The quantile at the middle of many equal parts: an integral, without any chance.
        for step in 0..<steps {
            let value = spread.quantile((Double(step) + 0.5) / Double(steps))
            sum += value
            squares += value * value
        }
        let mean = sum / Double(steps)
        let variance = squares / Double(steps) - mean * mean

        #expect((mean - 1).magnitude < 1e-3)
        #expect((variance.squareRoot() - cv).magnitude < 0.02)
    }

    @Test("a quantile is the value that sorting finds")
    func orderStatistic() {
        var stream = RandomStream(seed: 7)
        for count in [1, 2, 3, 10, 999] {
            // Few different values, so that equal ones meet.
            let values = (0..<count).map { _ in Double(stream.next() % 50) }
            for quantile in [0.01, 0.5, 0.95, 1] {
                var copy = values
                let rank = Int((quantile * Double(count)).rounded(.up)) - 1

                #expect(OrderStatistic.quantile(quantile, of: &copy) == values.sorted()[rank])
            }
        }
    }

    @Test("an interval is that of Student's t, and controls that explain all leave nothing open")
    func interval() {
        let figures = (1...20).map(Double.init)
        let plain = IntervalEstimate(figures)
        let controlled = IntervalEstimate(
            figures.map { 3 + 2 * $0 }, controls: figures, expected: 10)

        #expect(plain.mean == 10.5)
        // Standard deviation √35, standard error √1.75.
        #expect((plain.halfWidth - 2.0930240544 * 1.3228756555).magnitude < 1e-8)
        #expect((controlled.mean - 23).magnitude < 1e-9 && controlled.halfWidth < 1e-6)
    }

    @Test("the same station gives the same figures, to the last bit")
    func determinism() throws {
        let station = Erlang.Station(arrivalRate: 40, serviceTime: 0.12, serviceCV: 1.4)
        let simulation = try #require(StationSimulation(station, servers: 6, measured: 1000))

        #expect(simulation.wait() == simulation.wait())
        #expect(simulation.wait(quantile: 0.95) == simulation.wait(quantile: 0.95))
    }

    @Test("what is too busy, too large or unstable is not simulated")
    func limits() {
        func simulation(_ load: Double, _ servers: Int) -> StationSimulation? {
            StationSimulation(Erlang.Station(arrivalRate: load, serviceTime: 1), servers: servers)
        }

        #expect(simulation(0.951, 1) == nil)
        #expect(simulation(2, 1) == nil)
        #expect(simulation(50, 101) == nil)
        #expect(simulation(0.95, 1) != nil)
    }

    /// M/G/1, whose mean wait is exact: ρ S (1 + cv²) / 2 / (1 − ρ), by Pollaczek and Khinchine.
    @Test(
        "intervals of one worker with lognormal service cover the exact wait",
        arguments: [(0.7, 0.5), (0.8, 0.5), (0.5, 1.4), (0.7, 1.4), (0.8, 1.4)])
    func oneWorker(busy: Double, cv: Double) throws {
        let station = Erlang.Station(arrivalRate: busy, serviceTime: 1, serviceCV: cv)
        let simulation = try #require(StationSimulation(station, servers: 1, measured: 40_000))
        let exact = busy * (1 + cv * cv) / 2 / (1 - busy)

        let estimate = simulation.wait()

        #expect(estimate.covers(exact), "\(estimate) for \(exact)")
        #expect((estimate.relativeHalfWidth ?? 1) < 0.06)
    }

    /// G/M/1, whose mean wait is exact: S σ / (1 − σ), where σ is what is left of the arrivals'
    /// transform at (1 − σ) / S (Kleinrock, Queueing Systems I, ch. 6).
    @Test(
        "intervals of one worker with lognormal arrivals cover the exact wait",
        arguments: [(0.7, 0.5), (0.8, 0.5), (0.9, 0.5), (0.7, 2), (0.8, 2)])
    func otherArrivals(busy: Double, cv: Double) throws {
        let station = Erlang.Station(arrivalRate: busy, serviceTime: 1, arrivalsCV: cv)
        let simulation = try #require(StationSimulation(station, servers: 1, measured: 40_000))
        let gaps = try #require(Spread(cv: cv))
        let steps = 5000
        // The transform as an integral over the middles of many equal parts, without any chance.
        let times = (0..<steps).map {
            gaps.quantile((Double($0) + 0.5) / Double(steps)) / busy
        }
        // Below σ the transform is larger than its argument, between σ and 1 smaller.
        var (low, high) = (0.0, 0.999)
        for _ in 0..<30 {
            let middle = (low + high) / 2
            let sum = times.reduce(0) { $0 + (RealFunctions.exp($1 * (middle - 1)) ?? 0) }
            if sum / Double(steps) > middle { low = middle } else { high = middle }
        }
        let exact = low / (1 - low)

        let estimate = simulation.wait()

        #expect(estimate.covers(exact), "\(estimate) for \(exact)")
        #expect((estimate.relativeHalfWidth ?? 1) < 0.06)
    }

    @Test("percentiles of M/M/c are those of the formula")
    func percentile() throws {
        let station = Erlang.Station(arrivalRate: 40, serviceTime: 0.12)
        let simulation = try #require(StationSimulation(station, servers: 6, measured: 20_000))

        let estimate = simulation.wait(quantile: 0.95)

        #expect(estimate.covers(0.23375), "\(estimate)")
    }

    @Test("the 1 % quantile of 7 delays of 5 s × 3 up to 300 s is 203 s, between 0 and 1,100 s")
    func delays() {
        let backoff = Backoff(base: 5, factor: 3, cap: 300)

        let quantile = DelaySums.quantile(0.01, of: backoff, delays: 7)

        // Exact, by the distribution of a sum of uniform numbers: 202.98 s.
        #expect((quantile - 202.98).magnitude < 2)
        #expect(backoff.maximumSum(delays: 7) == 1100)
        #expect(DelaySums.quantile(0.01, of: backoff, delays: 0) == 0)
    }

    @Test("40/s at 120 ms and cv 1.4: a 60 ms mean takes 7 workers by simulation, too")
    func workers() {
        let station = Erlang.Station(arrivalRate: 40, serviceTime: 0.12, serviceCV: 1.4)

        #expect(WorkerSearch.servers(for: station, wait: 0.06) == 7)
    }

    @Test("an interval that is too wide is looked at again, and both questions agree")
    func wide() throws {
        let station = Erlang.Station(arrivalRate: 24, serviceTime: 1, serviceCV: 2.2)
        let simulation = try #require(StationSimulation(station, servers: 30))
        let planned = simulation.plannedWait()

        #expect(planned <= simulation.wait().upper)
        #expect(simulation.keeps(planned) && !simulation.keeps(planned * 0.999))
    }

    @Test("the search finds the smallest number of workers that is enough")
    func smallest() throws {
        let station = Erlang.Station(arrivalRate: 36, serviceTime: 0.25, serviceCV: 1.4)
        let servers = try #require(WorkerSearch.servers(for: station, wait: 0.1, quantile: 0.95))
        func upper(_ count: Int) throws -> Double {
            try #require(StationSimulation(station, servers: count)).plannedWait(quantile: 0.95)
        }

        #expect(try upper(servers) <= 0.1)
        #expect(try upper(servers - 1) > 0.1)
    }
}
