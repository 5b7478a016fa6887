// What an outage leaves behind, and the plan, risks and checks.

import JSON

extension QueueRun {
    /// Backlog of the stated outage, and the workers that a criterion asks for to catch up in time.
    mutating func drainNeed(_ plan: QueuePlan, _ candidates: inout [(String, Source)]) {
        guard let length = workings.source("\(plan.base)/outage") else { return }
        workings.derive(
            plan.id("outage.backlog"), "Messages of \(plan.name) after the outage",
            by: "outage-backlog", [("arrival_rate", plan.rate), ("outage", length)])
        workings.derive(
            plan.id("outage.work"), "Attempts that the backlog of \(plan.name) takes",
            by: "outage-backlog", [("arrival_rate", plan.effective), ("outage", length)])
        let stated = drainLimit(plan.name)
        let needed = workings.derive(
            plan.id("workers.drain"),
            "Workers of \(plan.name) to catch up "
                + (stated == nil ? "in as long as the outage took" : "in time"),
            by: "workers-for-drain",
            [
                ("backlog", .quantity(plan.id("outage.work"))), ("within", stated ?? length),
                ("arrival_rate", plan.effective), ("service_time", plan.service),
            ])
        let most = packet.number("\(plan.base)/workers/max") ?? .infinity
        // What nobody asks for is shown; what cannot be had is asked about, with the drain.
        if stated != nil, let needed, needed <= most {
            candidates.append(("workers", .quantity(plan.id("workers.drain"))))
        }
    }

    /// How soon a criterion wants the backlog to be gone; nil where none says so.
    mutating func drainLimit(_ name: String) -> Source? {
        let ids = workings.criteria(about: Self.drainWords)
        guard let stated = workings.longestAllowed(ids) else { return nil }
        let id = workings.assume(
            "The backlog of \(name) is to be worked off within"
                + " \(Shown.duration(stated, .nearest)).", .definition, confidence: 0.95,
            "Criterion \(ids.joined(separator: ", ")) says so.")
        return .assumed(stated, assumption: id)
    }

    /// Words of criteria that say how soon a backlog is to be gone.
    private static let drainWords = ["drain", "backlog", "catch", "worked off"]

    /// Backlog, drain and storage after the stated outage of the consumers.
    mutating func outage(_ plan: QueuePlan) {
        surge(plan)
        storage(plan)
        askForRest(plan)
        guard let length = workings.source("\(plan.base)/outage") else {
            workings.ask("Queue \(plan.name) states no outage: backlog and drain are not computed.")
            workings.sections.append(
                Section(
                    title: "Outage of \(plan.name)",
                    text: "Not computed: how long its consumers may be down is not stated.",
                    columns: ["Figure", "Value"],
                    rows: figures(["peak.storage", "retention.storage"].map { plan.id($0) })))
            return
        }
        workings.derive(
            plan.id("outage.drain"), "Time to work off the outage of \(plan.name)",
            by: "drain-time",
            [
                ("backlog", .quantity(plan.id("outage.work"))),
                ("capacity", .quantity(plan.id("capacity"))), ("arrival_rate", plan.effective),
            ])
        workings.derive(
            plan.id("outage.violation"), "Time in which waits of \(plan.name) are missed",
            by: "sum",
            [("seconds", length), ("seconds", .quantity(plan.id("outage.drain")))])
        describeOutage(plan, seconds: workings.value(of: length) ?? 0)
        drainCheck(plan)
    }

    /// One question for what makes single figures impossible.
    private mutating func askForRest(_ plan: QueuePlan) {
        let wanted = [
            ("payload", "storage"), ("retention", "how much is kept at most"),
            ("workers/cost_per_hour", "cost"),
        ]
        let silent = wanted.filter { packet.number("\(plan.base)/\($0.0)") == nil }
        guard !silent.isEmpty else { return }
        let fields = silent.map { $0.0.replacing("/", with: ".") }
        workings.ask(
            "Queue \(plan.name) does not state \(fields.joined(separator: ", ")): not computed is"
                + " its \(silent.map(\.1).joined(separator: ", ")).")
    }

    /// What backlogs take: of the outage, of the peak, and of a retention without any consumer.
    private mutating func storage(_ plan: QueuePlan) {
        guard packet.number("\(plan.base)/payload") != nil else { return }
        let payload: (String, Source) = ("payload", .pointer("\(plan.base)/payload"))
        workings.derive(
            plan.id("outage.storage"), "Storage for the backlog of \(plan.name)", by: "storage",
            [("messages", .quantity(plan.id("outage.backlog"))), payload])
        workings.derive(
            plan.id("peak.storage"), "Storage for the peak of \(plan.name)", by: "storage",
            [("messages", .quantity(plan.id("peak.backlog"))), payload])
        guard packet.number("\(plan.base)/retention") != nil else { return }
        workings.derive(
            plan.id("retention.backlog"), "Messages of \(plan.name) in a whole retention",
            by: "outage-backlog",
            [("arrival_rate", plan.rate), ("outage", .pointer("\(plan.base)/retention"))])
        workings.derive(
            plan.id("retention.storage"), "Storage of \(plan.name) if nobody consumes",
            by: "storage",
            [("messages", .quantity(plan.id("retention.backlog"))), payload])
    }

    private mutating func describeOutage(_ plan: QueuePlan, seconds: Double) {
        let parts = [
            "outage.backlog", "outage.work", "outage.drain",
            "outage.violation",
            "workers.drain", "surge", "outage.storage", "peak.storage", "retention.storage",
        ]
        workings.sections.append(
            Section(
                title: "Outage of \(plan.name)",
                text: "After \(Shown.duration(seconds, .nearest)) without consumers"
                    + " \(workings.shown(plan.id("outage.backlog"))) wait, and messages go on"
                    + " arriving while they are worked off. Outage and drain together are the time"
                    + " in which waits are missed.",
                columns: ["Figure", "Value"],
                rows: figures(
                    parts.map { plan.id($0) }
                        + workings.quantities.map(\.id).filter {
                            ["downstream.drain.", "outage.drain.limited."]
                                .contains(where: $0.hasPrefix) && $0.hasSuffix("." + plan.slug)
                        })))
        workings.risks.append(
            Risk(
                risk:
                    "The consumers of \(plan.name) are down for"
                    + " \(Shown.duration(seconds, .nearest))",
                severity: .medium, likelihood: .medium,
                impact:
                    "\(workings.shown(plan.id("outage.backlog"))) wait, and what the workers call"
                    + " gets \(workings.shown(plan.id("surge"))) its usual calls while they catch"
                    + " up.",
                mitigation:
                    "Raise the number of workers for the drain within the limits of what they"
                    + " call; keep retention well above the outage.",
                owner: owner, trigger: "The oldest message of \(plan.name) is older than a minute"))
        if let kept = packet.number("\(plan.base)/retention"), kept <= seconds {
            workings.risks.append(
                Risk(
                    risk: "\(plan.name) keeps messages for \(Shown.duration(kept, .nearest)), no"
                        + " longer than the stated outage",
                    severity: .critical, likelihood: .medium,
                    impact: "Messages expire before the consumers are back, and are lost.",
                    mitigation: "Keep messages for several times the longest outage.",
                    owner: owner, trigger: "Expired messages of \(plan.name)"))
        }
    }

    private mutating func drainCheck(_ plan: QueuePlan) {
        guard let drain = workings.quantity(plan.id("outage.drain")) else { return }
        // A criterion that states a time is the bound; the plan has to stay below it.
        let stated = workings.longestAllowed(workings.criteria(about: Self.drainWords))
        if let stated, drain.value > stated {
            workings.ask(
                "The planned workers work off the outage of \(plan.name) in \(drain.shown);"
                    + " the criterion allows \(Shown.duration(stated, .nearest)). More"
                    + " workers, or a longer time?")
        }
        workings.checks.append(
            Check(
                traces: workings.criteria(about: ["drain", "backlog", "catch", "recover"]),
                metric: "Time to work off \(plan.name) after the stated outage",
                comparator: "<=", threshold: stated ?? drain.value, unit: "s",
                method:
                    "Stop the consumers for the stated time under load, start them, measure",
                when: "before release and in each rehearsal", owner: owner,
                // The outage that was added to the register just before.
                reasons: workings.risks.last.map { [.risk($0.risk)] } ?? []))
    }

    // MARK: plan and checks

    mutating func finish() {
        if plans.isEmpty {
            workings.ask(
                "No queue is stated with arrival rate and service time; nothing is planned.")
        }
        steps()
        for plan in plans { waitCheck(plan) }
        workings.addCriterionChecks()
        if workings.risks.isEmpty || !workings.openQuestions.isEmpty {
            workings.risks.append(
                Risk(
                    risk: "Figures rest on questions that are still open",
                    severity: .medium, likelihood: .medium,
                    impact: "Workers and limits may be set for another load than the real one.",
                    mitigation: "Answer the open questions of the handoff packet; the plan can be"
                        + " computed again at once.",
                    owner: packet.escalationOwner,
                    trigger: "The first load test differs from the figures"))
        }
        workings.nextSteps = [
            workings.reviewStep(),
            "\(owner): work through the execution plan in its order.",
            "\(owner): measure service times, their variation and failures, and plan again"
                + " with them.",
        ]
        workings.recommendRulesCheck()
        workings.recommend(
            "baton brief new measured.md --kind queue",
            why: "Starts the brief that plans again with service times, failures and arrivals as"
                + " they were measured.")
    }

    private mutating func steps() {
        let names =
            (plans.filter { pool(of: $0) == nil }.map { "\($0.name): \(count($0))" }
            + pools.filter(\.isShared).map { "\($0.label) (\($0.queues)): \(count($0))" })
            .joined(separator: ", ")
        let workers = workings.add(
            PlanStep(
                title: "Set the number of workers",
                detail: names.isEmpty
                    ? "State arrival rates and service times first." : names + ".",
                owner: owner,
                doneWhen: "The planned workers run, and a lost one is back within a minute"))
        let visibility = workings.add(
            PlanStep(
                title: "Set visibility timeouts and retry schedules",
                detail: plans.map {
                    "\($0.name): \(plannedVisibility($0)), \($0.attempts) attempts"
                }.joined(separator: "; ") + ".",
                owner: owner, dependsOn: [workers],
                doneWhen: "A worker that is killed loses its message to another one exactly once"))
        let idempotency = workings.add(
            PlanStep(
                title: "Make consumers idempotent for the whole window",
                detail: plans.map {
                    "\($0.name): \(workings.shown($0.id("idempotency")))"
                }.joined(separator: "; ") + ". The id is stored in the transaction of the effect.",
                owner: owner, doneWhen: "Delivering every message twice changes nothing"))
        let dead = workings.add(
            PlanStep(
                title: "Park what fails for good, and rehearse the redrive",
                detail: "Dead letters keep payload, error and history; redrive is rate limited.",
                owner: owner, dependsOn: [visibility, idempotency],
                doneWhen: "A parked message was redriven and had its effect once"))
        let alarms = workings.add(
            PlanStep(
                title: "Watch age, not length",
                detail: "Alert on the age of the oldest message, the retry ratio, dead letters and"
                    + " running workers.",
                owner: owner, dependsOn: [workers],
                doneWhen: "Stopping the consumers in a rehearsal raises the alert"))
        workings.add(
            PlanStep(
                title: "Load test at peak, then rehearse the outage",
                detail:
                    "Peak rate for its stated time; one worker less; consumers stopped as long as"
                    + " stated.",
                owner: owner, dependsOn: [dead, alarms],
                doneWhen: "Every check of the validation checklist has evidence"))
    }

    /// To a tenth of a per cent, so that the bound as it is shown is met by the figure as it is.
    private static func roundedUp(_ share: Double) -> Double {
        (share * 1000).rounded(.up) / 1000
    }

    private mutating func waitCheck(_ plan: QueuePlan) {
        if let objective = objective(plan.base), let wait = packet.number(objective.pointer) {
            let what = waitName(objective.quantile)
            workings.checks.append(
                Check(
                    traces: workings.criteria(about: ["wait", "delay"]),
                    metric: "\(what) in \(plan.name)", comparator: "<=", threshold: wait,
                    unit: "s", method: "Time from arrival to start, over each hour",
                    when: "in the load test at peak and continuously, outside of outages and their"
                        + " drain", owner: owner, reasons: [.requirement(objective.pointer)]))
        }
        // Where queues share their workers, no team of this queue's own is busy.
        if pool(of: plan) == nil, let busy = workings.quantity(plan.id("utilisation")) {
            // The bound holds whenever the plan does: at a peak that the workers keep up with, too.
            let peak = workings.quantity(plan.id("utilisation.peak"))?.value ?? 0
            let isOutgrown = peak >= 1
            workings.checks.append(
                Check(
                    traces: [],
                    metric: "Utilisation of the workers of \(plan.name)"
                        + (isOutgrown ? " outside the peak" : ""),
                    comparator: "<=",
                    threshold: Self.roundedUp(max(busy.value, isOutgrown ? 0 : peak, 0.85)),
                    unit: "ratio", method: "Busy time ÷ running time, over each hour",
                    when: "continuously, outside of outages and their drain", owner: owner,
                    // Waits grow without bound as the workers get busy.
                    reasons: [.requirement(objective(plan.base)?.pointer ?? plan.base)]))
        }
    }
}
