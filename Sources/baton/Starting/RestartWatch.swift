// Whether an agent that was started again stays up, by the supervisor's record.
import BatonPlatform
import BatonSupervisor

/// The new processes of an agent's instances, look after look.
struct RestartWatch {
    /// What became of them.
    enum News: Equatable {
        /// All run and have stayed up; their numbers.
        case running([Int64])
        /// One was started and has ended; how.
        case ended(String)
    }

    /// A new process is there once it has lived so long. One that crash-loops gets through its own
    /// start, and often through reading its settings, before it ends.
    static let settlePeriodMicroseconds: Int64 = 1_000_000

    private let agent: String
    private let before: [ProcessRecord.Entry]
    /// The new process of each instance, as it was first seen.
    private var started: [Int: (process: RecordedProcess, at: Int64)] = [:]
    /// Instances that came and went unseen, at the last look.
    private var missing: Set<Int> = []
    /// Every instance has a new process, and there is no verdict yet.
    private(set) var isSettling = false

    /// - Parameter before: the agent's entries before anything was asked for.
    init(agent: String, before: [ProcessRecord.Entry]) {
        self.agent = agent
        self.before = before
    }

    /// Reads the record once more; nil while it is too early to tell.
    mutating func look(_ home: Home, now: Int64) -> News? {
        guard let record = ProcessRecord.read(home) else { return nil }
        return look(at: record.agents.filter { $0.name == agent }, now: now)
    }

    mutating func look(at entries: [ProcessRecord.Entry], now: Int64) -> News? {
        for entry in entries {
            // It was started by itself just before the supervisor heard of the restart.
            if entry.hasEndedForRestart, started[entry.instance]?.process != entry.process {
                started[entry.instance] = nil
            }
            if let end = end(of: entry) { return .ended(end) }
            if let process = fresh(entry), process.isRunning, started[entry.instance] == nil {
                started[entry.instance] = (process, now)
            }
        }
        let known = entries.compactMap { started[$0.instance] }
        isSettling = !entries.isEmpty && known.count == entries.count
        guard isSettling, known.allSatisfy({ now - $0.at >= Self.settlePeriodMicroseconds }),
            // One that has just ended is in the record at the next look, with how.
            known.allSatisfy({ $0.process.isRunning })
        else { return nil }
        return .running(known.map { Int64($0.process.processID) })
    }

    /// The process that was started since, if it is on record.
    private func fresh(_ entry: ProcessRecord.Entry) -> RecordedProcess? {
        entry.process.flatMap { process in
            before.contains { $0.process == process } ? nil : process
        }
    }

    /// How an instance's new process ended; nil if it did not. One that was seen and is on record
    /// no more has ended, also if the next one runs by now; one that came and went between two
    /// looks has left its count.
    private mutating func end(of entry: ProcessRecord.Entry) -> String? {
        let why = entry.lastEnd ?? "how is not known"
        if let seen = started[entry.instance]?.process { return entry.process == seen ? nil : why }
        let old = before.first { $0.instance == entry.instance }
        guard entry.process == nil, entry.restarts > (old?.restarts ?? 0) else {
            missing.remove(entry.instance)
            return nil
        }
        // At the second look: at the first the supervisor may not have heard of the restart yet.
        return missing.insert(entry.instance).inserted ? nil : why
    }
}
