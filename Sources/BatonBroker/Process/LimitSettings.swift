// The limits of the core by their public names: what STATUS shows and what `<home>/limits.json` may
// set. One table serves both.

import BatonBrief
package import BatonCore
package import JSON

/// One limit: its name, its unit by the name's ending (`_ms`, else a count), and where it lives.
struct LimitSetting: Sendable {
    let name: String
    /// What the file may say, in the unit of the name.
    let range: ClosedRange<Int64>
    let read: @Sendable (Limits) -> Int64
    let write: @Sendable (inout Limits, Int64) -> Void

    /// A duration in milliseconds. A year is more than anybody means.
    static func duration(
        _ name: String, from least: Int64, _ path: any WritableKeyPath<Limits, Duration> & Sendable
    ) -> LimitSetting {
        LimitSetting(
            name: name, range: least...365 * 86_400_000,
            read: { $0[keyPath: path].wholeMicroseconds / 1_000 },
            write: { $0[keyPath: path] = .milliseconds($1) })
    }

    static func count(
        _ name: String, _ range: ClosedRange<Int64>,
        _ path: any WritableKeyPath<Limits, Int> & Sendable
    ) -> LimitSetting {
        LimitSetting(
            name: name, range: range, read: { Int64($0[keyPath: path]) },
            write: { $0[keyPath: path] = Int($1) })
    }

    static let all: [LimitSetting] = [
        .duration("lease_ms", from: 1_000, \.leasePeriod),
        .duration("heartbeat_ms", from: 100, \.heartbeatPeriod),
        .duration("session_ms", from: 1_000, \.sessionPeriod),
        .duration("settle_ms", from: 100, \.settlePeriod),
        .duration("attempt_timeout_ms", from: 1_000, \.attemptTimeout),
        .duration("silence_timeout_ms", from: 1_000, \.silenceTimeout),
        .count("attempts_max", 1...1_000, \.attemptsMax),
        .duration("backoff_base_ms", from: 1, \.backoffBase),
        .duration("backoff_cap_ms", from: 1, \.backoffCap),
        .duration("release_wait_ms", from: 1, \.releaseWait),
        .count("releases_per_failure", 1...1_000, \.releasesPerFailure),
        .count("rejections_max", 1...1_000, \.rejectionsMax),
        .count("escalations_per_brief_max", 1...1_000, \.escalationsPerBriefMax),
        .count("statements_per_brief_max", 1...100_000, \.statementsPerBriefMax),
        .count("raised_again_max", 0...1_000, \.raisedAgainMax),
        // A plan beyond these is none by its format, whatever the broker would allow.
        .count(
            "tasks_per_plan_max", 1...Int64(PlanDocument.Limits.standard.tasksMax),
            \.tasksPerPlanMax),
        .count(
            "dependency_chain_max", 1...Int64(PlanDocument.Limits.standard.chainMax),
            \.dependencyChainMax),
        .count("queued_tasks_max", 1...100_000_000, \.queuedTasksMax),
        .count("queued_bytes_max", 1...(1 << 50), \.queuedBytesMax),
        .count("agent_leases_per_minute_max", 0...10_000, \.agentLeasesPerMinuteMax),
        .count("submissions_per_minute_max", 0...10_000_000, \.submissionsPerMinuteMax),
        .count("submissions_burst_max", 1...1_000_000, \.submissionsBurstMax),
        .count("submitters_max", 1...1_000_000, \.submittersMax),
        .count("reserve_per_brief", 1...1_000, \.reservePerBrief),
        .count("circuit_failures_max", 1...60, \.circuitFailuresMax),
        .duration("circuit_probe_wait_ms", from: 1, \.circuitProbeWait),
        .count("sessions_max", 1...100_000, \.sessionsMax),
        .count("leases_per_session_max", 1...100_000, \.leasesPerSessionMax),
        .count("agents_max", 1...100_000, \.agentsMax),
        .duration("refusal_fold_ms", from: 1, \.refusalFold),
        .count("refusal_subjects_max", 1...1_000_000, \.refusalSubjectsMax),
        .count("refusals_folded_max", 1...1_000_000, \.refusalsFoldedMax),
    ]
}

extension Limits {
    /// The limits that a JSON object sets, the others as they are by default. Every mistake at
    /// once.
    package static func reading(_ json: JSONValue) -> Result<Limits, LimitFaults> {
        guard let object = json.objectValue else {
            return .failure(LimitFaults(faults: ["the file holds no JSON object"]))
        }
        var limits = Limits()
        var faults: [String] = []
        // The supervisor reads its own member, and tells what is wrong there.
        for (name, value) in object.members where name != "supervisor" {
            guard let setting = LimitSetting.all.first(where: { $0.name == name }) else {
                faults.append("\(name) is no limit; STATUS lists them")
                continue
            }
            guard let number = value.integerValue, setting.range.contains(number) else {
                faults.append(
                    "\(name) of \(value.encodedText) is not between \(setting.range.lowerBound) "
                        + "and \(setting.range.upperBound)")
                continue
            }
            setting.write(&limits, number)
        }
        if limits.heartbeatPeriod * 2 > limits.leasePeriod {
            faults.append("lease_ms must be at least twice heartbeat_ms: one heartbeat may be lost")
        }
        if limits.heartbeatPeriod * 2 > limits.sessionPeriod {
            faults.append(
                "session_ms must be at least twice heartbeat_ms: one heartbeat may be lost")
        }
        return faults.isEmpty ? .success(limits) : .failure(LimitFaults(faults: faults))
    }
}

/// Everything that is wrong with a file of limits.
package struct LimitFaults: Error, Hashable, Sendable, CustomStringConvertible {
    package let faults: [String]

    package var description: String { faults.joined(separator: "; ") }
}
