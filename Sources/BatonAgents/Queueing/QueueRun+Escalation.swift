// The one escalation for all queues that cannot work as stated, with options that the numbers
// allow.

import Arithmetic
import JSON

extension QueueRun {
    /// One escalation: the blockers of all queues are settled by one decision about capacity.
    func escalation() -> JSONValue {
        let texts = AnswerReader.instructionsOnly(packet.answers)
        var blocker = blockers.map(sentence).joined(separator: " ")
        if let text = texts.last.flatMap(AnswerReader.instructions) {
            blocker +=
                " The instruction “\(text)” changes no figure, and this engine can apply"
                + " figures only."
        }
        var draft = EscalationDraft(
            blocker: blocker,
            impact: "The backlog grows without bound or waits far exceed the objective; sooner or"
                + " later messages outlive their retention and are lost.",
            needs: "The decision whether to pay for more capacity, to take in less, or to wait"
                + " longer.",
            severity: .high, owner: packet.escalationOwner, key: "queue-capacity")
        let room = makeRoom()
        draft.offer(
            room.label,
            tradeoffs: "Keeps rates and waits as promised." + room.costs,
            .patch(InputEdit.patch(from: packet.inputs, to: room.inputs)))
        if let limited = limitArrivals() {
            draft.offer(
                limited.label,
                tradeoffs: "Costs no capacity; senders above the limit are told to come back later"
                    + " (429 with Retry-After) or keep a backlog of their own.",
                .patch(InputEdit.patch(from: packet.inputs, to: limited.inputs)))
        }
        if let relaxed = relaxWaits() {
            draft.offer(
                relaxed.label,
                tradeoffs: "Costs nothing; everybody waits longer, and most at peak.",
                .patch(InputEdit.patch(from: packet.inputs, to: relaxed.inputs)))
        }
        draft.offer(
            "Cancel the task",
            tradeoffs: "No queue plan is made, and what depends on it is cancelled too.", .cancel)
        let onlyWorkers = blockers.allSatisfy {
            if case .workers = $0.cause { true } else { false }
        }
        let hasShortRide = blockers.contains {
            if case .rideThrough = $0.cause { true } else { false }
        }
        draft.recommended = onlyWorkers || hasShortRide || draft.optionCount < 3 ? 0 : 1
        draft.rationale = rationale(onlyWorkers: onlyWorkers, hasShortRide: hasShortRide)
        return draft.json
    }

    private func rationale(onlyWorkers: Bool, hasShortRide: Bool) -> String {
        if hasShortRide {
            return "Reliability decides: an outage that the retries do not outlast loses messages"
                + " to the dead letters, so it has to be made shorter or to be worked around."
        }
        return onlyWorkers
            ? "Reliability decides, before cost and convenience: a stable queue that keeps its wait"
                + " needs this capacity, and workers can be taken away again."
            : "Reliability decides: the limit lies outside the workers, so taking in less is the"
                + " only change that is in the owner's own hands today."
    }

    private func sentence(_ blocker: QueueBlocker) -> String {
        let name = blocker.plan.name
        switch blocker.cause {
        case .workers(let needed, let limit):
            let load = workings.quantity(blocker.plan.id("load"))?.shown ?? "unknown"
            let stable = (workings.quantity(blocker.plan.id("load"))?.value ?? 0) < Double(limit)
            return "Queue \(name) needs \(needed) workers and may have \(limit)"
                + (stable
                    ? ": stable on average (load \(load)), but not within the wait objective or at"
                        + " peak."
                    : ": with a load of \(load) it is not stable.")
        case .downstream(let called, _, _, let limit, let others):
            let rate = workings.value(of: blocker.plan.effective) ?? 0
            // Rounding noise is nobody's call.
            let all =
                others > rate * 1e-9
                ? ", which gets \(Shown.significant(rate + others)) with all that reaches it," : ""
            return "Queue \(name) calls \(called) \(Shown.significant(rate)) times a second\(all)"
                + " and \(called) takes \(Shown.significant(limit)): no number of workers helps."
        case .hottestKey(let utilisation):
            return
                "The hottest key of \(name) alone takes \(Shown.percent(utilisation, .up)) of one"
                + " worker, and a key is served by one: no number of workers helps."
        case .rideThrough(let outage, let reached):
            let lost = workings.shown(blocker.plan.id("dead_letters.outage"))
            return "\(QueueMaxima.attempts) attempts of \(name), the most that a plan asks for,"
                + " outlast \(Shown.duration(reached, .down)) and the longest outage or maintenance"
                + " takes \(Shown.duration(outage, .up)): \(lost) are dead-lettered."
        }
    }

    /// Raises every limit that stands in the way.
    private func makeRoom() -> (label: String, costs: String, inputs: JSONValue) {
        var edited = packet.inputs
        var labels: [String] = []
        var costs = ""
        for blocker in blockers {
            let plan = blocker.plan
            switch blocker.cause {
            case .workers(let needed, let limit):
                edited = InputEdit.setting(
                    "\(plan.base)/workers/max", to: .integer(Int64(needed)), in: edited)
                labels.append("allow \(needed) workers for \(plan.name) instead of \(limit)")
                if let price = packet.number("\(plan.base)/workers/cost_per_hour") {
                    let currency =
                        packet.text("\(plan.base)/workers/cost_per_hour/currency") ?? ""
                    let extra = Double(needed - limit) * price * 730
                    costs +=
                        " About \(Shown.significant(extra, .up)) \(currency) a month more for"
                        + " \(plan.name)."
                }
            case .downstream(let name, let members, let need, let limit, let others):
                let rate = (workings.value(of: plan.effective) ?? limit) + others
                // A fifth above what is needed, by as many members as have to be up.
                let each = (rate * 1.2 / Double(need)).rounded(.up)
                for member in members {
                    edited = InputEdit.setting(
                        "/inputs/dependencies/\(member)/limit", to: .number(each), in: edited)
                }
                labels.append(
                    "agree with \(name) on \(Shown.significant(each)) calls a second each")
            case .hottestKey:
                let load = workings.quantity(plan.id("load"))?.value ?? 1
                let share = Self.roundedDown(0.8 / load)
                edited = InputEdit.setting(
                    "\(plan.base)/ordering/hottest", to: .number(share), in: edited)
                labels.append(
                    "order \(plan.name) by a finer key, none above \(Shown.percent(share))")
            case .rideThrough(_, let reached):
                let length = Self.roundedDown(reached * 0.99)
                for pointer in longOutages(plan, than: length) {
                    edited = InputEdit.setting(pointer, to: .number(length), in: edited)
                }
                labels.append(
                    "end what fails the attempts of \(plan.name) within"
                        + " \(Shown.duration(length, .down)), by a stand-in or by pausing the"
                        + " consumers for the rest")
            }
        }
        let label = labels.joined(separator: "; ")
        return (label.prefix(1).uppercased() + label.dropFirst(), costs, edited)
    }

    /// Where outages and maintenance stand that last longer than `length` seconds.
    private func longOutages(_ plan: QueuePlan, than length: Double) -> [String] {
        let maintenance = calls(of: plan).flatMap(members)
            .map { "/inputs/dependencies/\($0)/maintenance/for" }
        return (["\(plan.base)/outage"] + maintenance).filter {
            packet.number($0).map { $0 > length } ?? false
        }
    }

    /// Lowers arrival rates to what the stated limits can do.
    private func limitArrivals() -> (label: String, inputs: JSONValue)? {
        var edited = packet.inputs
        var labels: [String] = []
        for blocker in blockers {
            let plan = blocker.plan
            guard let rate = sustainable(blocker), rate > 0 else { return nil }
            if let mean = packet.number("\(plan.base)/arrival_rate/mean"), mean > rate {
                edited = InputEdit.setting(
                    "\(plan.base)/arrival_rate/mean", to: .number(rate), in: edited)
            }
            if let peak = packet.number("\(plan.base)/arrival_rate/peak/rate"), peak > rate {
                edited = InputEdit.setting(
                    "\(plan.base)/arrival_rate/peak/rate", to: .number(rate), in: edited)
            }
            labels.append("\(plan.name) to \(Shown.significant(rate)) messages a second")
        }
        return ("Limit \(labels.joined(separator: " and "))", edited)
    }

    /// The highest rate of new messages that a blocked queue can take, rounded down.
    private func sustainable(_ blocker: QueueBlocker) -> Double? {
        let plan = blocker.plan
        guard let mean = workings.value(of: plan.rate), mean > 0,
            let effective = workings.value(of: plan.effective)
        else { return nil }
        let attempts = effective / mean
        switch blocker.cause {
        case .workers(_, let limit): return sustainable(plan, workers: limit, attempts: attempts)
        case .downstream(_, _, _, let limit, let others):
            return Self.roundedDown((limit * 0.9 - others) / attempts)
        case .hottestKey(let utilisation): return Self.roundedDown(mean * 0.8 / utilisation)
        // Fewer messages fail as long.
        case .rideThrough: return nil
        }
    }

    private func sustainable(_ plan: QueuePlan, workers: Int, attempts: Double) -> Double? {
        let service = workings.value(of: plan.service) ?? 0
        guard service > 0, workers > 0 else { return nil }
        var low = 0.0
        var high = Double(workers) / service / attempts
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if keeps(plan, rate: middle * attempts, workers: workers) {
                low = middle
            } else {
                high = middle
            }
        }
        // The formula's answer, lowered where the simulation decides and finds it too high.
        for _ in 0..<20 {
            let rate = Self.roundedDown(low)
            if sizing(plan, rate: rate * attempts).map({ isEnough($0, workers) }) ?? true {
                return rate
            }
            low *= 0.95
        }
        return nil
    }

    /// Whether the formula says that the workers are enough.
    private func keeps(_ plan: QueuePlan, rate: Double, workers: Int) -> Bool {
        guard let sizing = sizing(plan, rate: rate) else {
            return station(plan, rate: rate).load <= 0.8 * Double(workers)
        }
        guard sizing.station.load > 0 else { return true }
        return sizing.formulaServers.map { $0 <= workers } ?? false
    }

    private func isEnough(_ sizing: WaitSizing, _ workers: Int) -> Bool {
        sizing.servers.map { $0 <= workers } ?? false
    }

    /// The wait objective of a queue at another rate; nil where none is stated.
    private func sizing(_ plan: QueuePlan, rate: Double) -> WaitSizing? {
        guard let objective = objective(plan.base), let wait = packet.number(objective.pointer)
        else { return nil }
        return WaitSizing(
            station: station(plan, rate: rate), wait: wait, quantile: objective.quantile)
    }

    private func station(_ plan: QueuePlan, rate: Double) -> Erlang.Station {
        var station = station(plan.flow)
        station.arrivalRate = rate
        return station
    }

    /// Longer waits, where the queue is stable with the workers it may have.
    private func relaxWaits() -> (label: String, inputs: JSONValue)? {
        var edited = packet.inputs
        var labels: [String] = []
        for blocker in blockers {
            let plan = blocker.plan
            guard case .workers(_, let limit) = blocker.cause,
                let objective = objective(plan.base)
            else { return nil }
            let rates = [plan.effective, plan.peak].compactMap { workings.value(of: $0) }
            guard let worst = rates.max(), let wait = reachedWait(plan, rate: worst, limit)
            else { return nil }
            edited = InputEdit.setting(objective.pointer, to: .number(wait), in: edited)
            labels.append("\(Shown.duration(wait)) in \(plan.name)")
        }
        return ("Accept waits of \(labels.joined(separator: " and "))", edited)
    }

    /// A wait, rounded up, for which `workers` are enough: the formula's, or more where the
    /// simulation decides.
    private func reachedWait(_ plan: QueuePlan, rate: Double, _ workers: Int) -> Double? {
        guard let objective = objective(plan.base) else { return nil }
        let station = station(plan, rate: rate)
        let formula =
            objective.quantile.map {
                Erlang.waitQuantile(station, servers: workers, quantile: $0)
            } ?? Erlang.meanWait(station, servers: workers)
        guard var wait = formula else { return nil }
        for _ in 0..<20 {
            let rounded = Self.roundedUp(wait)
            let sizing = WaitSizing(
                station: station, wait: rounded, quantile: objective.quantile)
            if isEnough(sizing, workers) { return rounded }
            wait *= 1.2
        }
        return nil
    }

    /// Three significant digits, downwards.
    private static func roundedDown(_ value: Double) -> Double {
        let scale = self.scale(value)
        return (value * scale).rounded(.down) / scale
    }

    private static func roundedUp(_ value: Double) -> Double {
        let scale = self.scale(value)
        return (value * scale).rounded(.up) / scale
    }

    private static func scale(_ value: Double) -> Double {
        var scale = 1.0
        guard value > 0 else { return scale }
        while value * scale < 100 { scale *= 10 }
        while value * scale >= 1000 { scale /= 10 }
        return scale
    }
}
