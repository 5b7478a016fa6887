// What is to be measured of the queues, the rules that alert on it, and what to do when they fire.
// A queue that nobody serves wakes somebody; all else waits for the morning.

import JSON

extension QueueRun {
    /// The plan as a section, the rules as a file, a runbook for what pages and for redrive.
    mutating func observability() {
        guard !plans.isEmpty else { return }
        let signals = ServiceSignals(packet)
        let alerts = QueueAlerts(
            names: plans.map(\.name), signals: signals, owner: owner,
            escalationOwner: packet.escalationOwner, packet: packet)
        let own = plans.enumerated().flatMap { position, plan in
            workerRules(plan, position + 1, signals)
        }
        let rules = RulesFile(
            signals: signals, windows: [], alerts: own + alerts.rules, agentID: workings.agentID)
        workings.attachments.append(rules.file)
        workings.attachments.append(unserved(signals).file)
        if let redrive = alerts.redrive { workings.attachments.append(redrive.file) }
        workings.checks.append(
            RulesFile.check(owner: owner, reasons: plans.map { .requirement($0.base) }))
        workings.sections.append(
            Section(
                title: "Observability plan",
                text: "Age says what users feel, length does not. The rules are \(RulesFile.name);"
                    + " what pages names its runbook. Metric names are common ones and may have to"
                    + " be adapted.",
                columns: ["Signal", "Expression", "Alert"],
                rows: alerts.rows + plans.flatMap { rows($0, signals) }))
    }

    private static let unservedPart = Runbook.folder + "queue-unserved.md"

    /// The share of redeliveries that the plan expects, with room: twice what fails, and 1 % at
    /// least, below which an alert would be noise.
    private func redeliveryLimit(_ plan: QueuePlan) -> Double {
        let fail = packet.number("\(plan.base)/fail") ?? 0
        // Half of the way to all of them, where twice as many cannot be.
        return max(0.01, min(2 * fail, (1 + fail) / 2))
    }

    private func workerRules(
        _ plan: QueuePlan, _ position: Int, _ signals: ServiceSignals
    ) -> [AlertRule] {
        let label = QueueAlerts.label(plan.name)
        var rules = [
            AlertRule(
                name: "QueueUnserved\(position)",
                expression: """
                    (\(signals.workers(label)) or vector(0)) < \(stableFrom(plan))
                      and
                    \(signals.queueAge(label)) > 60
                    """, holds: "5m", kind: .page, owner: owner,
                summary: "Fewer workers of \(label) run than keep up with what arrives.",
                runbook: Self.unservedPart),
            AlertRule(
                name: "Redeliveries\(position)",
                expression: "\(signals.redeliveries(label))"
                    + " > \(AlertRule.number(redeliveryLimit(plan)))",
                holds: "30m", kind: .ticket, owner: owner,
                summary: "More than"
                    + " \(Shown.percent(redeliveryLimit(plan), .nearest)) of the deliveries of"
                    + " \(label) are repetitions."),
        ]
        if let planned = workings.value(of: running(plan).workers) {
            rules.append(
                AlertRule(
                    name: "WorkersMissing\(position)",
                    expression: "\(signals.workers(label)) < \(AlertRule.number(planned))",
                    holds: "15m", kind: .ticket, owner: owner,
                    summary: "Fewer than the planned \(count(running(plan).workers)) of"
                        + " \(label) run."))
        }
        return rules
    }

    /// The workers that are to run for a queue, and the figure below which they never catch up:
    /// those of its pool where it shares them.
    private func running(_ plan: QueuePlan) -> (workers: Source?, stable: String) {
        pool(of: plan).map { (.quantity($0.id("shared.workers")), $0.id("shared.stable")) }
            ?? (plan.workers, plan.id("stable"))
    }

    /// The workers below which the queue never catches up, as the rule language reads it.
    private func stableFrom(_ plan: QueuePlan) -> String {
        AlertRule.number(workings.quantity(running(plan).stable)?.value ?? 1)
    }

    private func rows(_ plan: QueuePlan, _ signals: ServiceSignals) -> [[String]] {
        let label = QueueAlerts.label(plan.name)
        return [
            [
                "Running workers of \(plan.name)", signals.workers(label),
                "below \(workings.shown(running(plan).stable)) pages, below"
                    + " \(count(running(plan).workers)) is a ticket",
            ],
            [
                "Redeliveries of \(plan.name)", signals.redeliveries(label),
                "above \(Shown.percent(redeliveryLimit(plan), .nearest))",
            ],
        ]
    }

    /// What to do when a queue is not served.
    private func unserved(_ signals: ServiceSignals) -> Runbook {
        let rides = plans.map { workings.shown($0.id("ride_through")) }
        var runbook = Runbook(
            part: Self.unservedPart, title: "A queue is not served",
            meaning: "Fewer workers run than keep up with what arrives, and messages are waiting:"
                + " the backlog grows until workers are back.")
        runbook.sections = [
            (
                "See what is missing",
                plans.flatMap { plan in
                    let label = QueueAlerts.label(plan.name)
                    return [
                        "Workers of \(plan.name): `\(signals.workers(label))`;"
                            + " \(count(running(plan).workers)) are planned, it is stable from"
                            + " \(workings.shown(running(plan).stable)).",
                        "Age of its oldest message: `\(signals.queueAge(label))`.",
                    ]
                } + [
                    "Do workers die at start, at one message, or not at all? A message that kills"
                        + " each of them in turn is parked by hand, with its payload kept.",
                    "Compare the time it began with the last release and with what the workers"
                        + " call.",
                ]
            ),
            (
                "Bring it back",
                [
                    "A release began it: roll it back, and ask why later.",
                    "What the workers call is down: let them wait; messages are retried for"
                        + " \(rides.joined(separator: ", ")).",
                    "Workers were taken away: start the planned number again.",
                ]
            ),
            (
                "Work off the backlog",
                plans.map { plan in
                    "\(plan.name): the planned workers need"
                        + " \(workings.shown(plan.id("outage.drain"))) for the outage of the plan;"
                        + " \(workings.shown(plan.id("workers.drain"))) catch up in as long as it"
                        + " took."
                }.filter { !$0.contains("not computed") } + [
                    "More workers mean more calls: stay below the limits of what they call.",
                    "\(packet.escalationOwner) decides whether messages may be given up that nobody"
                        + " needs any more.",
                ]
            ),
        ]
        return runbook
    }
}
