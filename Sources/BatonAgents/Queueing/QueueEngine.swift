// backend.queue_worker_planner: load, stability, workers, redelivery, dead letters, backlog, cost.
// A plan that cannot be stable within the given workers is an escalation, never a footnote.

import BatonBrief
import JSON

/// The engine of `backend.queue_worker_planner`.
package struct QueueEngine: Engine {
    package let agentID = "backend.queue_worker_planner"

    package init() {}

    package func run(_ input: EngineInput) -> EngineOutcome {
        run(input, as: QueueRun.self)
    }
}

extension QueueRun: SpecialistRun {
    /// First the workers of every queue, because one question settles all that cannot work.
    mutating func work() -> JSONValue? {
        for index in packet.queues.indices { planWorkers(index) }
        downstream()
        sizePools()
        blockers.removeAll(where: isSettledBySharing)
        if !blockers.isEmpty { return escalation() }
        for plan in plans {
            stability(plan)
            sensitivity(plan)
            redelivery(plan)
            outage(plan)
            money(plan)
            plots(plan)
        }
        describePools()
        costOfAll()
        observability()
        finish()
        workings.answer("contract", .at(plans.map { "Redelivery of \($0.name)" }))
        return nil
    }
}

/// Why a queue cannot work as stated.
struct QueueBlocker: Sendable {
    enum Cause: Sendable {
        /// More workers are needed than allowed.
        case workers(needed: Int, max: Int)
        /// What the workers call takes less than arrives: `limit` with `need` of its members up, of
        /// which `others` calls a second come from elsewhere.
        case downstream(
            name: String, members: [Int], need: Int, limit: Double, others: Double)
        /// The hottest ordering key alone is more than one worker can do.
        case hottestKey(utilisation: Double)
        /// The longest outage or maintenance outlasts all the retries that a plan asks for; both in
        /// seconds.
        case rideThrough(outage: Double, reached: Double)
    }

    let plan: QueuePlan
    let cause: Cause
}

/// What one queue is planned with.
struct QueuePlan: Sendable {
    let index: Int
    let name: String
    let slug: String
    let rate: Source
    let service: Source
    let serviceCV: Source
    let arrivalsCV: Source
    var attempts: Int
    var attemptsSource: Source
    /// Arrivals with retries, mean and at peak.
    var effective: Source
    var peak: Source?
    /// The workers that the plan asks for.
    var workers: Source?
    /// The longest time for which attempts fail together; nil where none is known.
    var longestOutage: Source?

    /// The queue at its mean rate, for wait formulas.
    var flow: QueueFlow { flow(at: effective) }

    func flow(at rate: Source) -> QueueFlow {
        QueueFlow(rate: rate, service: service, arrivalsCV: arrivalsCV, serviceCV: serviceCV)
    }

    var base: String { "/inputs/queues/\(index)" }

    func id(_ part: String) -> String { "\(part).\(slug)" }
}

/// One run over all queues.
struct QueueRun {
    var workings: Workings
    var plans: [QueuePlan] = []
    var blockers: [QueueBlocker] = []
    /// Sets of queues that one set of workers could serve, or does.
    var pools: [WorkerPool] = []

    init(_ workings: Workings) { self.workings = workings }

    var packet: PacketView { workings.packet }
    var owner: String { packet.serviceOwner }

    /// What a manager reads first.
    var summary: String {
        var sentences: [String] = []
        for plan in plans {
            var text = "Queue \(plan.name) needs \(count(plan))"
            if let pool = pool(of: plan) { text += " if it does not share \(pool.label)" }
            if let busy = workings.quantity(plan.id("utilisation")) {
                text += ", busy \(busy.shown) of the time"
            }
            let waits = ["wait.simulated", "wait.objective", "wait.peak", "wait.mean"]
            let isSimulated = isSimulated(plan, "steady")
            if let wait = waits.dropFirst(isSimulated ? 0 : 1)
                .compactMap({ workings.quantity(plan.id($0)) }).first
            {
                text += "; a message waits \(wait.shown) (\(wait.label.lowercased()))"
            }
            if let drain = workings.quantity(plan.id("outage.drain")) {
                text += "; after the stated outage it has caught up in \(drain.shown)"
            }
            sentences.append(text + ".")
        }
        for pool in pools where pool.isShared {
            sentences.append(
                "The queues of \(pool.label) share \(count(pool)), apart they would take"
                    + " \(workings.shown(pool.id("shared.apart"))).")
        }
        if !workings.openQuestions.isEmpty {
            let count = workings.openQuestions.count
            sentences.append("\(count) \(count == 1 ? "question stays" : "questions stay") open.")
        }
        return sentences.isEmpty
            ? "No queue is described in the brief, so there is nothing to plan."
            : sentences.joined(separator: " ")
    }

    func count(_ plan: QueuePlan) -> String { count(plan.workers) }

    func count(_ workers: Source?) -> String {
        workings.value(of: workers).map {
            $0 == 1 ? "1 worker" : "\(Shown.significant($0)) workers"
        } ?? "an unknown number of workers"
    }

    /// The figures that there are of these ids, as rows of a table.
    func figures(_ ids: [String]) -> [[String]] {
        ids.compactMap { workings.quantity($0).map { [$0.label, $0.shown] } }
    }

    /// A quantile as people name it.
    func percentile(_ quantile: Double) -> String {
        "\(Shown.fixed(quantile * 100, decimals: 3, .nearest))th percentile"
    }

    /// What a wait objective is about; nil means the mean.
    func waitName(_ quantile: Double?) -> String {
        quantile.map { percentile($0) + " of the wait" } ?? "Mean wait"
    }

    /// Whether the simulation decided the workers, `steady` or at `peak`.
    func isSimulated(_ plan: QueuePlan, _ rate: String) -> Bool {
        workings.quantity(plan.id("workers.\(rate)"))?.formula == "workers-simulated"
    }

    /// The wait objective of a queue: nil quantile means the mean.
    func objective(_ base: String) -> (pointer: String, quantile: Double?)? {
        guard let members = packet.document.value(at: "\(base)/max_wait")?.objectValue else {
            return nil
        }
        for key in members.keys {
            let pointer = "\(base)/max_wait/\(key)"
            guard packet.number(pointer) != nil else { continue }
            if key == "mean" { return (pointer, nil) }
            if key.hasPrefix("p"), let digits = Double("0." + key.dropFirst()), digits > 0 {
                return (pointer, digits)
            }
        }
        return nil
    }
}
