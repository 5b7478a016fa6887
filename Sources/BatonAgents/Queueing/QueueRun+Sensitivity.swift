// What the plan is worth when a figure is off: one worker less, a fifth more arrivals, service
// twice as long.

import JSON

extension QueueRun {
    /// Each change by itself, with the workers as planned and with what it would take.
    mutating func sensitivity(_ plan: QueuePlan) {
        guard let workers = plan.workers, workings.value(of: workers) != nil else { return }
        let changes = workings.assume(
            "Arrivals may be 1.2 times what is stated, and service may take 2 times as long.",
            .definition, confidence: 0.9, "Decided here: what a plan should be looked at with.")
        workings.derive(
            plan.id("sensitivity.arrivals"), "Attempts a second of \(plan.name), a fifth more",
            by: "arrivals-scaled",
            [("arrival_rate", plan.effective), ("factor", .assumed(1.2, assumption: changes))])
        workings.derive(
            plan.id("sensitivity.service"), "Service time of \(plan.name), doubled",
            by: "service-scaled",
            [("service_time", plan.service), ("factor", .assumed(2, assumption: changes))])
        var more = plan.flow
        more.rate = .quantity(plan.id("sensitivity.arrivals"))
        var slower = plan.flow
        slower.service = .quantity(plan.id("sensitivity.service"))
        let rows = [
            row(plan, "left", "one worker less", takes: "steady"),
            row(plan, more, "arrivals", "20 % more arrivals", workers),
            row(plan, slower, "service", "service time doubled", workers),
        ]
        workings.sections.append(
            Section(
                title: "Sensitivity of \(plan.name)",
                text: "One change at a time; waits by the formula, at the mean rate.",
                columns: ["Change", "Utilisation", "Mean wait", "Workers it takes"], rows: rows))
    }

    private mutating func row(
        _ plan: QueuePlan, _ flow: QueueFlow, _ part: String, _ change: String, _ workers: Source
    ) -> [String] {
        workings.derive(
            plan.id("utilisation.\(part)"), "Utilisation of \(plan.name), \(change)",
            by: "utilisation", flow.load + [("workers", workers)])
        workings.derive(
            plan.id("wait.\(part)"), "Mean wait in \(plan.name), \(change)", by: "wait-mean",
            flow.load + [("workers", workers)] + flow.variation)
        needed(plan, flow, part, change)
        return row(plan, part, change, takes: part)
    }

    /// What was derived for a change, as cells; that of a lost worker is, with the stability.
    private func row(
        _ plan: QueuePlan, _ part: String, _ change: String, takes workers: String
    ) -> [String] {
        let busy = workings.quantity(plan.id("utilisation.\(part)"))?.value
        let grows = busy.map { $0 >= 1 } ?? true
        return [
            change.prefix(1).uppercased() + change.dropFirst(),
            workings.shown(plan.id("utilisation.\(part)")),
            workings.quantity(plan.id("wait.\(part)"))?.shown
                ?? (grows ? "grows without bound" : "not computed"),
            workings.shown(plan.id("workers.\(workers)")),
        ]
    }

    /// The workers that a change would take, by the formula for the objective: a what-if question
    /// is not worth a simulation.
    private mutating func needed(
        _ plan: QueuePlan, _ flow: QueueFlow, _ part: String, _ change: String
    ) {
        let id = plan.id("workers.\(part)")
        let label = "Workers of \(plan.name), \(change)"
        guard let objective = objective(plan.base) else {
            sizeByUtilisation(id, label, flow)
            return
        }
        sizeByFormula(
            id, label, flow, wait: .pointer(objective.pointer), quantile: objective.quantile)
    }
}
