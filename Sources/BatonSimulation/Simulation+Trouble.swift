// What goes wrong, and when it is right again.

import BatonBroker
import BatonCore

extension Simulation where Store: ~Copyable {
    func makeTrouble() {
        plan(
            .trouble,
            in: chance.duration(.milliseconds(500), .microseconds(weather.troubleEvery * 3)))
        switch chance.below(12) {
        case 0...2 where weather.kills: killBroker()
        case 3 where weather.kills: stopBroker()
        case 4 where weather.kills: killPeer()
        case 5 where weather.partitions: partSomebody()
        case 6 where weather.partitions: cutSomebody()
        case 7 where weather.stalls: stall()
        case 8 where weather.steps: stepCalendar()
        case 9...10 where weather.failsDisk: spoilDisk()
        case 11 where weather.flipsBits: flipBit()
        default: break
        }
    }

    private func killBroker() {
        guard broker != nil, ending == nil else { return }
        if isPaused { return crash(losingPower: losesPower()) }
        switch chance.below(4) {
        case 0: ending = .beforeTheTurn
        case 1: ending = .withinTheCommit
        case 2: ending = .afterSending(0)
        default: ending = .afterSending(chance.below(6))
        }
    }

    private func killPeer() {
        guard let peer = chance.one(of: peers.map(\.number)) else { return }
        counters.note("peer killed")
        replace(peer, in: chance.duration(.milliseconds(100), .seconds(120)))
    }

    func replace(_ peer: Int, in duration: Duration) {
        if let connection = network.connection(of: peer) { network.close(connection) }
        peers[peer].die()
        plannedTicks[peer] = nil
        plan(.connect(peer: peer), in: duration)
    }

    private func partSomebody() {
        guard let peer = chance.one(of: peers.map(\.number)) else { return }
        counters.note("peer partitioned")
        network.parted.insert(peer)
        if let connection = network.connection(of: peer) { cut(connection) }
        plan(
            .repair(.endPartition(peer: peer)), in: chance.duration(.seconds(1), .seconds(600)))
    }

    private func cutSomebody() {
        guard let connection = chance.one(of: network.open) else { return }
        counters.note("connection lost")
        cut(connection)
    }

    private func stall() {
        guard broker != nil, !isPaused else { return }
        counters.note("broker stalled")
        isPaused = true
        plan(.repair(.wakeBroker), in: chance.duration(.milliseconds(500), .seconds(300)))
    }

    private func stepCalendar() {
        counters.note("calendar stepped")
        let step = chance.duration(.seconds(1), .seconds(40 * 86_400))
        clock.stepCalendar(by: chance.happens(percent: 50) ? step : .zero - step)
    }

    private func spoilDisk() {
        switch chance.below(5) {
        case 0: _ = store.plan(.shortWrite)
        case 1...2: _ = store.plan(.failedSync(dropsPages: true))
        case 3: _ = store.plan(.failedSync(dropsPages: false))
        default:
            guard store.plan(.full) else { return }
            plan(.repair(.freeDisk), in: chance.duration(.seconds(1), .seconds(120)))
        }
    }

    private func flipBit() {
        guard store.plan(.flippedBit(afterReads: chance.below(40))) else { return }
        counters.note("bit to flip")
    }

    func carryOut(_ repair: Repair) {
        switch repair {
        case .startBroker: if broker == nil, !isOver { start() }
        case .wakeBroker:
            guard isPaused else { return }
            isPaused = false
            plannedWake = nil
            wake(at: clock.elapsed)
        case .freeDisk: store.heal()
        case .endPartition(let peer): network.parted.remove(peer)
        }
    }
}
