// One life of the broker's process.

import BatonBroker
import BatonCore
import BatonJournal
import ZeroMQ

/// The server and what its process has; gone when the process is.
final class BrokerRun<Store: Journal & ~Copyable> {
    var server: BrokerServer<Store, RunTime>
    /// The same records as the server's, to be looked at while the server works.
    let records: JournalRecords<Store>

    init(
        number: Int, found: consuming Found<Store>, time: RunTime,
        randomBytes: @escaping RandomBytes
    ) {
        records = found.records
        server = BrokerServer(
            records: found.records, time: time,
            loop: BrokerLoop(core: found.core, keys: found.keys, randomBytes: randomBytes),
            facts: ProcessFactsForStatus(
                version: "simulated", processID: number, home: "/", endpoint: "",
                started: time.now, diskFreePercent: 50))
    }
}

/// How a process will end within a turn.
enum Ending {
    /// Before anything of the turn is written.
    case beforeTheTurn
    /// Somewhere between two writes to the disk.
    case withinTheCommit
    /// With so many messages out.
    case afterSending(Int)
}

/// The way to the peers, with an end.
final class SimulatedLink: PeerLink {
    /// Messages until the process is gone; nil: no end.
    var left: Int?
    private let onSend: ([[UInt8]]) -> SendOutcome

    init(left: Int?, onSend: @escaping ([[UInt8]]) -> SendOutcome) {
        self.left = left
        self.onSend = onSend
    }

    func send(_ frames: [[UInt8]]) throws(ZMQError) -> SendOutcome {
        if let left {
            guard left > 0 else { return .sent }
            self.left = left - 1
        }
        return onSend(frames)
    }
}
