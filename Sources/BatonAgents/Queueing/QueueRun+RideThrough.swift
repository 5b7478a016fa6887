// How many attempts outlast an outage of what the workers call, and what is dead-lettered if they
// do not. Two bounds that are never one: the shortest time that nearly all messages are retried for
// must outlast the outage; the longest goes into the idempotency window.

import Arithmetic
import JSON

extension QueueRun {
    /// The share of the messages that may be retried for less than the ride-through.
    static let earlyShare = 0.01

    /// Attempts: at least the stated ones, and enough that 99 % of the messages are retried for
    /// longer than the longest outage or maintenance.
    mutating func planAttempts(_ plan: inout QueuePlan) {
        let pointer = "\(plan.base)/now/attempts"
        let stated = packet.number(pointer).map { min(max(1, Int($0)), QueueMaxima.attempts) }
        plan.longestOutage = longestOutage(plan)
        var attempts = stated ?? 5
        if let outage = workings.value(of: plan.longestOutage) {
            attempts = Self.attempts(from: attempts, backoff: backoff(plan), outlasting: outage)
        }
        plan.attempts = attempts
        if packet.number(pointer) == Double(attempts) {
            plan.attemptsSource = .pointer(pointer)
            return
        }
        let id = workings.assume(
            "A message of \(plan.name) is attempted at most \(attempts) times.", .definition,
            confidence: 0.9,
            "Decided here: the fewest attempts with which 99 % of the messages are retried for"
                + " longer than the longest outage, and no fewer than the queue has now.")
        plan.attemptsSource = .assumed(Double(attempts), assumption: id)
    }

    /// The fewest attempts, from `least` on, whose ride-through is longer than `outage` seconds;
    /// the most that there may be where none are enough.
    static func attempts(from least: Int, backoff: Backoff, outlasting outage: Double) -> Int {
        guard backoff.maximumSum(delays: QueueMaxima.attempts - 1) / 2 > outage else {
            return QueueMaxima.attempts
        }
        var sums = DelaySums()
        for attempts in 2...QueueMaxima.attempts {
            sums.add(maximum: backoff.maximum(attempts - 2))
            // A quantile below the median is at most about the mean, half the maximum.
            guard attempts >= least, backoff.maximumSum(delays: attempts - 1) / 2 > outage else {
                continue
            }
            if sums.quantile(earlyShare) > outage { return attempts }
        }
        return QueueMaxima.attempts
    }

    /// The longest time for which attempts fail together: the stated outage, and the maintenance of
    /// what the workers call and nothing else stands in for.
    private mutating func longestOutage(_ plan: QueuePlan) -> Source? {
        var lengths: [(String, Source)] = []
        if let outage = workings.source("\(plan.base)/outage") {
            lengths.append(("seconds", outage))
        }
        for name in calls(of: plan) {
            let members = members(of: name)
            guard needed(of: members) == members.count else { continue }
            for member in members {
                let pointer = "/inputs/dependencies/\(member)/maintenance/for"
                if packet.number(pointer) != nil { lengths.append(("seconds", .pointer(pointer))) }
            }
        }
        guard lengths.count > 1 else { return lengths.first?.1 }
        workings.derive(
            plan.id("outage.longest"), "Longest outage or maintenance that \(plan.name) meets",
            by: "longest", lengths)
        return .quantity(plan.id("outage.longest"))
    }

    /// Derives the ride-through, and finds that no allowed number of attempts outlasts the outage.
    mutating func findShortRide(_ plan: QueuePlan) {
        let ride = rideThrough(
            plan.id("ride_through"), "Time that 99 % of the messages of \(plan.name) are retried",
            plan, attempts: plan.attempts)
        guard let ride, let outage = workings.value(of: plan.longestOutage), outage >= ride,
            let source = plan.longestOutage
        else { return }
        workings.derive(
            plan.id("dead_letters.outage"), "Dead letters of \(plan.name) in one such outage",
            by: "outage-dead-letters",
            [
                ("arrival_rate", plan.rate), ("outage", source),
                ("ride_through", .quantity(plan.id("ride_through"))),
            ])
        blockers.append(
            QueueBlocker(plan: plan, cause: .rideThrough(outage: outage, reached: ride)))
    }

    /// The 1 % quantile of the sum of delays between `attempts`.
    @discardableResult
    private mutating func rideThrough(
        _ id: String, _ label: String, _ plan: QueuePlan, attempts: Int
    ) -> Double? {
        let share = workings.assume(
            "One message in 100 may be retried for less than the ride-through.", .definition,
            confidence: 0.9, "Decided here: the delays are random, and a few are always short.")
        return workings.derive(
            id, label, by: "ride-through",
            [("delays", delaysSource(plan, attempts: attempts))] + backoffSources(plan)
                + [("share", .assumed(Self.earlyShare, assumption: share))])
    }

    /// How long the attempts of today are retried for, and what they would lose in the longest
    /// outage, as cells of a table.
    mutating func rideThroughNow(_ plan: QueuePlan) -> (ride: String, lost: String) {
        guard let stated = packet.number("\(plan.base)/now/attempts"), stated >= 1 else {
            return ("not stated", "not stated")
        }
        guard Int(stated) < plan.attempts, let source = plan.longestOutage else {
            return (workings.shown(plan.id("ride_through")), "as planned")
        }
        rideThrough(
            plan.id("ride_through.now"),
            "Time that 99 % of the messages of \(plan.name) are retried today", plan,
            attempts: Int(stated))
        let lost = workings.derive(
            plan.id("dead_letters.outage.now"),
            "Dead letters of \(plan.name) in one such outage with the attempts of today",
            by: "outage-dead-letters",
            [
                ("arrival_rate", plan.rate), ("outage", source),
                ("ride_through", .quantity(plan.id("ride_through.now"))),
            ])
        if let lost, lost > 0 {
            workings.risks.append(
                Risk(
                    risk: "The retries of \(plan.name) as they are set today end before the longest"
                        + " outage does",
                    severity: .critical, likelihood: .medium,
                    impact: "\(workings.shown(plan.id("dead_letters.outage.now"))) are"
                        + " dead-lettered, nearly all that arrive in its later part.",
                    mitigation:
                        "Set \(plan.attempts) attempts, or pause the consumers while what they call"
                        + " is down.",
                    owner: owner, trigger: "Dead letters of \(plan.name) during an outage"))
        }
        return (
            workings.shown(plan.id("ride_through.now")),
            workings.shown(plan.id("dead_letters.outage.now"))
        )
    }

    /// The number of delays between `attempts`, as a formula input.
    mutating func delaysSource(_ plan: QueuePlan, attempts: Int) -> Source {
        let id = workings.assume(
            "Between \(attempts) attempts there are \(attempts - 1) delays.", .definition,
            confidence: 0.95, "Attempts include the first.")
        return .assumed(Double(attempts - 1), assumption: id)
    }

    /// The delays between attempts.
    func backoff(_ plan: QueuePlan) -> Backoff {
        Backoff(base: packet.number("\(plan.base)/now/backoff") ?? 5, factor: 2, cap: 300)
    }

    /// The delays as formula inputs.
    mutating func backoffSources(_ plan: QueuePlan) -> [(String, Source)] {
        let growth = workings.assume(
            "Delays between attempts double up to 5 min, with full jitter.", .research,
            confidence: 0.85, "Capped exponential backoff with full jitter, AWS Architecture Blog.")
        let pointer = "\(plan.base)/now/backoff"
        let base: Source
        if packet.number(pointer) != nil {
            base = .pointer(pointer)
        } else {
            let id = workings.assume(
                "The first delay of \(plan.name) is 5 s at most.", .definition, confidence: 0.9,
                "Decided here, because none is stated.")
            base = .assumed(5, assumption: id)
        }
        return [
            ("base", base), ("factor", .assumed(2, assumption: growth)),
            ("cap", .assumed(300, assumption: growth)),
        ]
    }
}
