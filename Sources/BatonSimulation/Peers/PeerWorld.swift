// What a simulated peer sees of its world, and what the world sees of a peer.

import BatonBroker
import BatonClient
import BatonWire

/// The world around a peer.
protocol PeerWorld: AnyObject {
    var clock: SimulatedClock { get }
    var chance: Chance { get }
    var weather: Weather { get }
    /// What the journal says, and what people and agents have really said.
    var model: AuditModel { get set }
    /// Faults are over, and everybody does what he should.
    var isCalm: Bool { get }
    var submissions: Submissions { get set }
    var counters: SimulationReport.Counters { get set }

    func send(_ message: Message, from peer: Int)
    /// The peer's process is gone, and with it its connection; another comes up after a while.
    func replace(_ peer: Int, in duration: Duration)
    func plan(_ happening: Happening, in duration: Duration)
    /// HMAC under the journal's key, as events hold it.
    func match(_ bytes: [UInt8]) -> String
    func complain(_ what: String)
}

/// Somebody who talks to the broker.
protocol SimulatedPeer: AnyObject {
    var number: Int { get }
    var name: String { get }
    /// What the transport proves of it.
    var identity: TransportIdentity { get }
    /// When its session wants to look at the time.
    var nextDeadline: Duration? { get }
    /// Whether it waits for something that must come.
    var isWaiting: Bool { get }
    /// For what.
    var waitingFor: String { get }

    func hear(_ input: ClientSession.Input)
    /// Does the next thing by itself.
    func act()
    /// A handler is done; agents have them.
    func finish(_ job: Int)
    /// The process is killed, and another comes up in its place.
    func die()
}
