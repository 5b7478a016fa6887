// Tasks in the model: every transition of lifecycle.md §2, and what each event must say of leases,
// tokens and counts.

import JSON

extension AuditModel {
    mutating func judgeTask(_ event: LeafFacts) {
        guard let id = event.task else { return complain("\(event.type) names no task") }
        if event.type == "task.created" { return create(id, event) }
        guard let task = tasks[id] else { return complain("\(event.type) of unknown \(id)") }
        if let brief = task.brief { touched.insert(brief) }
        switch event.type {
        case "plan.accepted": owed["\(id) accepted"] = "task.accepted"
        case "task.readied": ready(task, event)
        case "task.leased": lease(task, event)
        case "task.delivered": deliver(task, event)
        case "task.accepted": accept(task, event)
        case "task.rejected": reject(task, event)
        case "task.failed", "task.expired", "task.released": endAttempt(task, event)
        case "task.retried":
            move(task, event, from: [.backoff], to: .ready)
            if event.actor == "broker", let until = task.until, event.time < until {
                complain("\(id) is tried again before its wait is over")
            }
            if event.actor != "broker", !intentions.retried.contains(id) {
                complain("\(event.actor) ended the wait of \(id) and never asked to")
            }
        case "task.blocked": block(task, event)
        case "task.unblocked": unblock(task, event)
        case "task.dead": die(task, event)
        case "task.redriven": redrive(task, event)
        case "task.cancelled": cancel(task, event)
        case "task.discarded":
            move(task, event, from: [.dead], to: .discarded)
            if !intentions.discarded.contains(id) { complain("nobody discarded \(id)") }
        default: complain("type \(event.type) is in no document")
        }
    }

    /// Moves a task, if it stands where the document lets this event happen.
    @discardableResult
    mutating func move(
        _ task: TaskFacts, _ event: LeafFacts, from places: [TaskPlace], to place: TaskPlace
    ) -> Bool {
        let isAllowed = places.contains(task.place)
        if !isAllowed {
            complain("\(event.type) of \(task.id), which is \(task.place.rawValue)")
        }
        tasks[task.id]?.place = place
        return isAllowed
    }

    private mutating func create(_ id: String, _ event: LeafFacts) {
        if id != "t-\(event.seq)" { complain("\(id) was created by event \(event.seq)") }
        let kind = event.text("kind") ?? ""
        let gates = event.list("gates").compactMap(\.stringValue)
        tasks[id] = TaskFacts(
            id: id, event: event.seq, kind: kind, agent: event.text("agent") ?? "",
            brief: event.brief, depends: event.list("depends").compactMap(\.stringValue),
            isReviewed: gates.contains("review"), subject: event.text("subject"),
            evidence: event.list("evidence").compactMap(\.stringValue),
            priority: event.integer("priority") ?? 0, notBefore: event.integer("not_before"),
            deadline: event.integer("deadline"))
        if kind == "work" || kind == "close", !gates.contains("review") {
            complain("\(id) is \(kind) and nobody is to judge it")
        }
        judgeBounds(id, event)
        if let brief = event.brief {
            briefs[brief]?.tasks.append(id)
            if kind == "close" { briefs[brief]?.close = id }
            touched.insert(brief)
        }
        if kind == "plan" { owed[event.brief ?? ""] = nil }
        if kind == "direct" { takeKey(event) }
        if let subject = event.text("subject") {
            if tasks[subject]?.place != .delivered {
                complain("\(id) judges \(subject), which is not delivered")
            }
            tasks[subject]?.review = id
            owed["\(subject) judged"] = nil
        }
    }

    private mutating func judgeBounds(_ id: String, _ event: LeafFacts) {
        tasks[id]?.attemptTimeout = event.integer("attempt_timeout") ?? 0
        tasks[id]?.silenceTimeout = event.integer("silence_timeout") ?? 0
        guard bounds.areRequiredOfPlans else { return }
        if event.integer("attempts_max") != Int64(bounds.attemptsMax) {
            complain("\(id) may fail \(event.integer("attempts_max") ?? 0) times")
        }
        if event.integer("rejections_max") != Int64(bounds.rejectionsMax) {
            complain("\(id) may be rejected \(event.integer("rejections_max") ?? 0) times")
        }
    }

    /// One key makes one thing, for as long as the journal lives.
    mutating func takeKey(_ event: LeafFacts) {
        guard let key = event.text("key"), let match = event.text("match") else {
            return complain("a submission without a key")
        }
        if let first = keys[key] {
            complain("one key made event \(first.event) and event \(event.seq)")
        }
        if !intentions.keys.contains(key) { complain("nobody submitted event \(event.seq)") }
        keys[key] = (event.seq, match)
    }

    private mutating func ready(_ task: TaskFacts, _ event: LeafFacts) {
        move(task, event, from: [.waiting], to: .ready)
        for other in task.depends where tasks[other]?.place != .accepted {
            complain("\(task.id) is ready before \(other) is accepted")
        }
        for gate in task.evidence where briefs[task.brief ?? ""]?.gates[gate] != true {
            complain("\(task.id) is ready before \(gate) is passed")
        }
        tasks[task.id]?.firstReady = event.time
    }

    private mutating func lease(_ task: TaskFacts, _ event: LeafFacts) {
        move(task, event, from: [.ready], to: .leased)
        let token = event.integer("token") ?? -1
        if token <= newestToken { complain("token \(token) does not grow") }
        if token != event.seq { complain("token \(token) is not its event's number") }
        newestToken = max(newestToken, token)
        if event.attempt != task.attempts + 1 { complain("\(task.id) counts its attempts wrong") }
        judgeQueue(task, event)
        spendBudget(task)
        tasks[task.id]?.token = token
        tasks[task.id]?.holder = event.text("holder") ?? ""
        tasks[task.id]?.instance = event.text("instance") ?? ""
        tasks[task.id]?.leaseEvent = event.seq
        tasks[task.id]?.leasedAt = event.time
        tasks[task.id]?.attempts = task.attempts + 1
        tasks[task.id]?.leaseUntil = event.integer("until") ?? 0
        tasks[task.id]?.attemptUntil = event.integer("attempt_until") ?? 0
        if event.integer("until") != event.time + bounds.lease {
            complain("\(task.id) is leased for another time than a lease's")
        }
        if event.integer("attempt_until") != event.time + task.attemptTimeout {
            complain("\(task.id)'s attempt may last for another time than an attempt's")
        }
    }

    /// A lease counts against its brief, and a used-up budget allows none.
    private mutating func spendBudget(_ task: TaskFacts) {
        guard let id = task.brief, let brief = briefs[id] else { return }
        if let budget = brief.budget, brief.used >= budget {
            complain("\(id) has used its \(budget) attempts, and \(task.id) is leased")
        }
        briefs[id]?.used += 1
    }

    /// The first in its queue, of an agent that may work.
    private mutating func judgeQueue(_ task: TaskFacts, _ event: LeafFacts) {
        guard let agent = agents[task.agent], agent.isRegistered else {
            return complain("\(task.id) is leased to \(task.agent), which is not registered")
        }
        if agent.isPaused { complain("\(task.id) is leased although \(task.agent) is paused") }
        let own = tasks.values.filter { $0.agent == task.agent }
        let leased = own.count { $0.place == .leased }
        if let most = agent.leasesMax, leased > most {
            complain("\(task.agent) has \(leased) leases of at most \(most)")
        }
        if let until = agent.openUntil {
            if event.time < until { complain("\(task.agent)'s circuit is open") }
            if agent.probe != nil { complain("\(task.agent) probes with two tasks") }
            agents[task.agent]?.probe = task.id
            return
        }
        // Reviews go round their author, so only other queues keep a strict order.
        guard task.kind != "review" else { return }
        let mine = order(of: task)
        let overtaken = own.filter {
            $0.place == .ready && $0.id != task.id && $0.kind != "review" && !isSpent($0)
                && order(of: $0) < mine
        }
        if let first = overtaken.min(by: { $0.event < $1.event }) {
            complain("\(task.id) overtakes \(first.id) of \(task.agent)")
        }
    }

    /// Its brief may lease nothing until people have been asked.
    private func isSpent(_ task: TaskFacts) -> Bool {
        guard let brief = task.brief.flatMap({ briefs[$0] }) else { return false }
        return brief.used >= brief.budget ?? .max
    }

    /// First ready time less a minute for each step of priority, then the id.
    private func order(of task: TaskFacts) -> (Int64, Int64) {
        ((task.firstReady ?? 0) - task.priority * 60_000_000, task.event)
    }

    // MARK: The end of an attempt

    /// The token that an event ends must be the open lease's.
    mutating func end(
        _ task: TaskFacts, _ event: LeafFacts, as how: String, match: String? = nil
    ) {
        let token = event.integer("token") ?? task.token
        if token != task.token { complain("\(event.type) of \(task.id) by a stale token \(token)") }
        if ends[token] != nil { complain("token \(token) ends twice") }
        ends[token] = AttemptFacts(task: task.id, how: how, match: match, event: event.seq)
        if event.actor != "broker" { requireHolder(task, event) }
    }

    private mutating func requireHolder(_ task: TaskFacts, _ event: LeafFacts) {
        func proven(_ actor: String) -> Substring {
            actor.hasPrefix("user/")
                ? actor.split(separator: "/").prefix(2).joined(separator: "/")[...] : actor[...]
        }
        if proven(event.actor) != proven(task.holder) {
            complain("\(event.actor) ended the lease of \(task.holder) on \(task.id)")
        }
    }

    private mutating func deliver(_ task: TaskFacts, _ event: LeafFacts) {
        move(task, event, from: [.leased], to: .delivered)
        let match = event.text("match") ?? ""
        end(task, event, as: "delivered", match: match)
        if task.rejectedMatch == match { complain("\(task.id) took the bytes that were rejected") }
        tasks[task.id]?.deliveredMatch = match
        probeEnds(task, passed: true)
        if task.isReviewed {
            owed["\(task.id) judged"] = "a review"
        } else {
            owed["\(task.id) accepted"] = "task.accepted"
        }
        if let subject = task.subject { spoken[subject] = (event.seq, task.token) }
    }

    private mutating func endAttempt(_ task: TaskFacts, _ event: LeafFacts) {
        let how = String(event.type.dropFirst("task.".count))
        move(task, event, from: [.leased], to: .backoff)
        end(task, event, as: how, match: event.text("match"))
        let releases = event.integer("releases") ?? task.releases
        var failures = task.failures
        if how == "released" {
            let counts = event.text("reason") == "worker"
            if releases != task.releases + (counts ? 1 : 0) {
                complain("\(task.id) counts its releases wrong")
            }
            if counts, releases % Int64(bounds.releasesPerFailure) == 0 { failures += 1 }
            judgeRelease(task, event)
        } else {
            failures += 1
            probeFails(task, isPermanent: event.flag("retryable") == false)
        }
        if event.integer("failures") != failures { complain("\(task.id) counts failures wrong") }
        if how == "expired" { judgeExpiry(task, event) }
        let isLast = failures >= Int64(bounds.attemptsMax) || event.flag("retryable") == false
        judgeWait(task, event, failures: failures, isLast: isLast, isFailure: how != "released")
        if isLast { owed["\(task.id) dead"] = "task.dead" }
        if how == "released" { probeEnds(task, passed: nil) }
        tasks[task.id]?.failures = failures
        tasks[task.id]?.releases = releases
        tasks[task.id]?.until = event.integer("until")
    }

    /// Nobody is cut off early.
    private mutating func judgeExpiry(_ task: TaskFacts, _ event: LeafFacts) {
        switch event.text("reason") {
        case "lease":
            let promised = intentions.promised[task.token] ?? 0
            if event.time < max(task.leaseUntil, promised) {
                complain("\(task.id) expired before its lease")
            }
        case "attempt":
            if event.time < task.attemptUntil { complain("\(task.id)'s attempt was cut short") }
        case "silence":
            let heard = max(task.leasedAt, intentions.progress[task.token] ?? 0)
            if event.time < heard + task.silenceTimeout {
                complain("\(task.id) expired of silence \(event.time - heard) µs after progress")
            }
        default: complain("\(task.id) expired for no known reason")
        }
    }

    /// What is given back without its worker's word.
    private mutating func judgeRelease(_ task: TaskFacts, _ event: LeafFacts) {
        switch event.text("reason") {
        case "worker", "session": break
        case "unlisted":
            if (intentions.hellos[task.instance] ?? 0) < task.leasedAt {
                complain("\(task.id) was released, and \(task.instance) has not said HELLO since")
            }
        case "unconfirmed":
            if task.leaseEvent > settle.start || event.time < settle.until {
                complain("\(task.id) was released before its worker could have listed it")
            }
        default: complain("\(task.id) was released for no known reason")
        }
    }

    private mutating func judgeWait(
        _ task: TaskFacts, _ event: LeafFacts, failures: Int64, isLast: Bool, isFailure: Bool
    ) {
        let until = event.integer("until")
        if isLast != (until == nil) { complain("\(task.id) waits after its last attempt, or not") }
        guard isFailure, let until else { return }
        var full = bounds.backoffBase
        for _ in 1..<max(failures, 1) { full = min(full * 3, bounds.backoffCap) }
        let wait = until - event.time
        let most = max(full, intentions.waits[task.token] ?? 0)
        if wait < full / 2 || wait > most {
            complain("\(task.id) waits \(wait) µs after failure \(failures)")
        }
    }

    // MARK: Ends

    private mutating func die(_ task: TaskFacts, _ event: LeafFacts) {
        let reason = event.text("reason")
        switch reason {
        case "attempts", "permanent":
            move(task, event, from: [.backoff], to: .dead)
            if owed.removeValue(forKey: "\(task.id) dead") == nil {
                complain("\(task.id) died without a last failure")
            }
        case "deadline":
            endOpenLease(task, event)
            move(
                task, event, from: [.waiting, .ready, .leased, .delivered, .blocked, .backoff],
                to: .dead)
            // The calendar's lead is on record to the second.
            if event.time + clockOffset + 1_000_000 < task.deadline ?? .max {
                complain("\(task.id) died before its deadline")
            }
        case "review_failed":
            move(task, event, from: [.delivered], to: .dead)
            let review = task.review.flatMap { tasks[$0]?.place }
            if review != .dead, review != .cancelled {
                complain("\(task.id) died of a review that is \(review?.rawValue ?? "not there")")
            }
        default: complain("\(task.id) died for no known reason")
        }
        tasks[task.id]?.death = reason ?? ""
        owed["\(task.id) judged"] = nil
        if reason == "deadline" { probeEnds(task, passed: nil) }
    }

    private mutating func endOpenLease(_ task: TaskFacts, _ event: LeafFacts) {
        guard task.place == .leased else { return }
        ends[task.token] = AttemptFacts(
            task: task.id, how: "cancelled", match: nil, event: event.seq)
    }

    private mutating func cancel(_ task: TaskFacts, _ event: LeafFacts) {
        let reason = event.text("reason") ?? ""
        endOpenLease(task, event)
        probeEnds(task, passed: nil)
        owed["\(task.id) judged"] = nil
        move(
            task, event,
            from: [.waiting, .ready, .leased, .delivered, .blocked, .backoff, .dead],
            to: .cancelled)
        switch reason {
        case "requested":
            if !intentions.cancelled.contains(task.id) { complain("nobody cancelled \(task.id)") }
        case "brief":
            let isSpent = escalations.values.contains { question in
                question.origin == "budget" && question.brief == task.brief
                    && question.effect == "cancel"
            }
            if !isSpent, !intentions.cancelled.contains(task.brief ?? "") {
                complain("nobody cancelled \(task.brief ?? "") of \(task.id)")
            }
        case "dependency":
            let isLost =
                task.subject.map { tasks[$0]?.place != .delivered }
                ?? task.depends.contains { [.cancelled, .discarded].contains(tasks[$0]?.place) }
            if !isLost { complain("\(task.id) was cancelled, and nothing it needs was") }
        case "answer":
            if task.escalation.flatMap({ escalations[$0]?.effect }) != "cancel" {
                complain("\(task.id) was cancelled by an answer that nobody gave")
            }
        default: complain("\(task.id) was cancelled for no known reason")
        }
    }

    private mutating func redrive(_ task: TaskFacts, _ event: LeafFacts) {
        let place: TaskPlace =
            task.death == "review_failed"
            ? .delivered : task.firstReady == nil ? .waiting : .ready
        move(task, event, from: [.dead], to: place)
        if place == .delivered { owed["\(task.id) judged"] = "a review" }
        if !intentions.redriven.contains(task.id) { complain("nobody redrove \(task.id)") }
        tasks[task.id]?.failures = 0
        tasks[task.id]?.releases = 0
        tasks[task.id]?.rejections = 0
        tasks[task.id]?.deadline = event.integer("deadline")
    }
}
