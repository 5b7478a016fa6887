// What a run has done and found, in figures.
package import JSON

/// Counts of a run; they only grow.
package struct CrashFigures: Sendable {
    package let seed: UInt64
    package internal(set) var rounds = 0
    package internal(set) var cycles = 0
    /// Brokers killed while they served, and while they started.
    package internal(set) var brokersKilled = 0
    package internal(set) var startsKilled = 0
    package internal(set) var brokersStopped = 0
    package internal(set) var agentsKilled = 0
    package internal(set) var clientsKilled = 0
    package internal(set) var powerLosses = 0
    package internal(set) var pagesDropped = 0
    /// Calls that were made to fail, by kind.
    package internal(set) var faults: [String: Int] = [:]
    package internal(set) var events = 0
    package internal(set) var payloads = 0
    package internal(set) var submissions = 0
    package internal(set) var repeats = 0
    package internal(set) var deliveries = 0
    package internal(set) var accepted = 0
    package internal(set) var shown = 0
    /// Digests of stopped brokers that replay was held against.
    package internal(set) var digests = 0
    /// Messages shown to have left after the sync of what they tell.
    package internal(set) var proven = 0
    /// Looks at a whole journal.
    package internal(set) var checks = 0
    /// From launch to service, after a crash, in microseconds.
    package internal(set) var starts: [Int64] = []
    package internal(set) var violations: [Violation] = []
    /// Where what is left of a round with violations can be looked at.
    package internal(set) var evidence: String?

    init(seed: UInt64) { self.seed = seed }

    private var median: Int64 { starts.sorted().dropFirst(starts.count / 2).first ?? 0 }
    private var longest: Int64 { starts.max() ?? 0 }

    /// One line a kind; the last one ends in the number of violations.
    package var lines: [String] {
        let faultText = faults.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return violations.map { "violation: \($0)" }
            + (evidence.map { ["evidence: \($0)"] } ?? []) + [
                "killed: brokers \(brokersKilled), brokers at their start \(startsKilled), "
                    + "agents \(agentsKilled), clients \(clientsKilled)",
                "stopped in order: brokers \(brokersStopped)",
                "disk: power lost \(powerLosses) times, pages dropped \(pagesDropped), faults "
                    + (faultText.isEmpty ? "none" : faultText.joined(separator: ", ")),
                "acknowledged: submissions \(submissions), sent again \(repeats), deliveries "
                    + "\(deliveries), events shown \(shown)",
                "checked: \(checks) journals, events \(events), payloads \(payloads), accepted "
                    + "\(accepted), digests \(digests), messages after their sync \(proven)",
                "starts: \(starts.count), median \(median / 1_000) ms, longest "
                    + "\(longest / 1_000) ms",
                "seed \(seed), rounds \(rounds), cycles \(cycles), violations \(violations.count)",
            ]
    }

    package var json: JSONValue {
        func count(_ value: Int) -> JSONValue { .integer(Int64(value)) }
        let faultCounts = faults.sorted { $0.key < $1.key }.map { ($0.key, count($0.value)) }
        return [
            "seed": .string(String(seed)), "rounds": count(rounds), "cycles": count(cycles),
            "killed": [
                "brokers": count(brokersKilled), "starts": count(startsKilled),
                "agents": count(agentsKilled), "clients": count(clientsKilled),
            ],
            "stopped": count(brokersStopped), "power_losses": count(powerLosses),
            "pages_dropped": count(pagesDropped), "faults": .object(JSONObject(faultCounts)),
            "submissions": count(submissions), "repeats": count(repeats),
            "deliveries": count(deliveries), "shown": count(shown), "checks": count(checks),
            "events": count(events), "payloads": count(payloads), "accepted": count(accepted),
            "digests": count(digests), "proven": count(proven),
            "start_us": ["median": .integer(median), "longest": .integer(longest)],
            "violations": .array(violations.map { .string($0.description) }),
            "evidence": evidence.map { .string($0) } ?? .null,
        ]
    }
}
