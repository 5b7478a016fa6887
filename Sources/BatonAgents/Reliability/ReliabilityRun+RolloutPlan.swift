// The steps, the decision, the risks and the checks of a rollout.

import BatonBrief
import JSON

extension ReliabilityRun {
    /// Prepared, drilled, stage by stage, cleaned up. The closing puts the gates before the first
    /// stage.
    mutating func rolloutSteps() {
        let stores = named("writes")
        let queues = named("publishes")
        var prepared = [
            workings.add(
                PlanStep(
                    title: "Put the change behind flags",
                    detail: "As in “Flags”; off is the behaviour of today.", owner: owner,
                    doneWhen: "A test turns each flag on and off under load, and nothing else"
                        + " changes"))
        ]
        workings.answer(RolloutItem.flags.rawValue, .at([Self.flagsTitle] + prepared))
        if !stores.isEmpty {
            prepared.append(
                workings.add(
                    PlanStep(
                        title: "Expand \(stores.joined(separator: ", "))",
                        detail: "Only additions, as in “Migrations”, forwards and backwards.",
                        owner: owner,
                        doneWhen: "Both versions pass their tests on the expanded store, and again"
                            + " after the way back")))
        }
        if !queues.isEmpty {
            prepared.append(
                workings.add(
                    PlanStep(
                        title: "Let the consumers of \(queues.joined(separator: ", ")) take both"
                            + " forms",
                        detail: "Before any producer sends the new one, as in “Migrations”.",
                        owner: owner,
                        doneWhen: "Each consumer passes its tests with messages of both forms")))
        }
        workings.answer(
            RolloutItem.migrations.rawValue, .at([Self.migrationsTitle] + prepared.dropFirst()))
        let drill = workings.add(
            PlanStep(
                title: "Drill the rollback",
                detail: "With traffic: all flags on, then “Rollback” from its first step to its"
                    + " last, by somebody who did not build the change.",
                owner: owner, dependsOn: prepared,
                doneWhen: "The old version has all traffic again, and the time it took is"
                    + " evidence"))
        workings.answer(RolloutItem.rollback.rawValue, .at([Self.rollbackTitle, drill]))
        var stages: [String] = []
        for (number, stage) in RolloutStage.all.enumerated() {
            let watch = workings.quantity("rollout.watch.\(stage.id)")
            stages.append(
                workings.add(
                    PlanStep(
                        title: "Rollout, stage \(number + 1): \(stage.text)",
                        detail: "As in “\(Self.stagesTitle)”"
                            + (watch.map { "; it takes at least \($0.shown)" } ?? "") + ".",
                        owner: owner, dependsOn: [stages.last ?? drill],
                        doneWhen: "It has held: \(Self.stageCondition(packet))")))
        }
        workings.answer(RolloutItem.canaries.rawValue, .at([Self.stagesTitle] + stages))
        workings.add(
            PlanStep(
                title: "Remove the flags"
                    + (stores.isEmpty ? "" : ", and contract \(stores.joined(separator: ", "))"),
                detail: "One release after the last stage; until then the way back stays open.",
                owner: owner, dependsOn: stages.suffix(1),
                doneWhen: "No code reads a flag of this change"
                    + (stores.isEmpty ? "" : ", and nothing unused is left in the stores")))
    }

    mutating func rolloutDecision(_ figures: [String]) {
        let atOnce = workings.quantity("rollout.budget.all")
        workings.decisions.append(
            PlanDecision(
                decision: "The change goes out in stages, by share of the traffic",
                alternatives: [
                    (
                        "All traffic at once",
                        "a release that fails completely would cost "
                            + (atOnce.map { "\($0.shown) of the error budget" }
                                ?? "all requests until it is taken back")
                    ),
                    (
                        "Switching between two full installations",
                        "going back is as quick, but all requests meet a bad release first"
                    ),
                ],
                rank: .reliability,
                rationale: "The first stage shows what a test cannot, and few requests pay for it.",
                evidence: workings.evidence(figures)))
    }

    mutating func rolloutRisks() {
        if !named("writes").isEmpty {
            workings.risks.append(
                Risk(
                    risk: "The old version cannot work with what the new one wrote",
                    severity: .high, likelihood: .medium,
                    impact: "The way back is closed when it is needed.",
                    mitigation: "Only additions until one release after the last stage; the drill"
                        + " reads with the old version what the new one wrote.",
                    owner: owner, trigger: "A failed request of the old version in the drill"))
        }
        let price = workings.quantity("rollout.budget.all")
        workings.risks.append(
            Risk(
                risk: "A bad release is seen late", severity: .medium, likelihood: .medium,
                impact: price.map {
                    "At all of the traffic, a complete failure costs \($0.shown) of the error"
                        + " budget before it is taken back."
                } ?? "More requests fail than the stage was meant to risk.",
                mitigation: "Alerts on the new version's own requests; a stage ends by its"
                    + " figures and by nobody's impression.",
                owner: owner, trigger: "A page while a stage is open"))
        if let price, price.value > 1 {
            workings.ask(
                "At all of the traffic a complete failure costs \(price.shown) of the error budget"
                    + " before the old version is back. Shall slo.recovery be shorter, or is the"
                    + " last stage divided?")
        }
    }

    /// One check for each gate that evidence has to pass.
    mutating func rolloutChecks() {
        judgementChecks()
        loadCheck()
        guard let recovery = workings.source("/inputs/slo/recovery"),
            let limit = workings.value(of: recovery)
        else {
            workings.answer(
                RolloutItem.rollbackCheck.rawValue,
                .notApplicable("slo.recovery is not stated, and the open questions ask for it"))
            return
        }
        add(
            .rollbackCheck,
            Check(
                traces: workings.criteria(about: ["recover", "rollback", "roll back"]),
                metric: "Time from the decision until the old version has all traffic",
                comparator: "<=", threshold: limit, unit: "s",
                method: "Drill of the rollback with traffic", when: "before the first stage",
                owner: owner, reasons: [workings.reason(for: "/inputs/slo/recovery")]))
    }

    /// Contract and security: no brief states a number for them, a risk says why they are checked.
    private mutating func judgementChecks() {
        add(
            .contractCheck,
            Check(
                traces: [], metric: "Answers in the contract test that match the contract",
                comparator: ">=", threshold: 1, unit: "ratio",
                method: "Send each operation its good and its bad requests; compare status,"
                    + " headers and body with the description",
                when: "before the first stage, and in every build", owner: owner,
                reasons: [.risk(Self.contractRisk)]),
            for: Risk(
                risk: Self.contractRisk, severity: .high, likelihood: .medium,
                impact: "Clients that read the old answer fail, and nobody here sees an error.",
                mitigation: "Contract tests in every build; additions only, until a new version.",
                owner: owner, trigger: "A contract test that has to be changed"))
        add(
            .securityCheck,
            Check(
                traces: [], metric: "Open findings of high or critical severity", comparator: "<=",
                threshold: 0, unit: "findings",
                method: "Review of the change by somebody who did not build it: access to each"
                    + " operation, what is logged, what a key or token can do",
                when: "before the first stage", owner: owner,
                reasons: [.risk(Self.securityRisk)]),
            for: Risk(
                risk: Self.securityRisk, severity: .high, likelihood: .medium,
                impact: "Data or effects of others are within reach until somebody notices.",
                mitigation: "A review by somebody who did not build the change, before the first"
                    + " stage.",
                owner: owner, trigger: "A finding of the review, or access nobody can explain"))
    }

    private static let contractRisk = "The change breaks a client that keeps to the contract"
    private static let securityRisk = "The change opens a way in"

    /// The response time where the brief promises one, else the failed requests.
    private mutating func loadCheck() {
        let known: [(field: String, metric: String, unit: String)] = [
            ("latency_p99", "99th percentile of the response time at peak traffic", "s"),
            ("error_rate", "Failed requests ÷ valid requests at peak traffic", "ratio"),
        ]
        let stated = known.first { packet.number("/inputs/slo/\($0.field)") != nil }
        guard let row = stated ?? known.last,
            let limit = workings.value(of: workings.source("/inputs/slo/\(row.field)"))
        else {
            workings.answer(
                RolloutItem.loadCheck.rawValue,
                .notApplicable("the brief states neither slo.latency_p99 nor slo.error_rate"))
            workings.ask(
                "Neither slo.latency_p99 nor slo.error_rate is stated: what does the load test"
                    + " have to show?")
            return
        }
        add(
            .loadCheck,
            Check(
                traces: [], metric: row.metric, comparator: "<=", threshold: limit, unit: row.unit,
                method: "Load test with the traffic of the peak, old and new version side by side",
                when: "before the first stage", owner: owner,
                reasons: [workings.reason(for: "/inputs/slo/\(row.field)")]))
    }

    /// Adds a check that the playbook asks for, and the risk that it is for.
    private mutating func add(_ item: RolloutItem, _ check: Check, for risk: Risk? = nil) {
        guard packet.asked.contains(where: { $0.id == item.rawValue }) else { return }
        if let risk { workings.risks.append(risk) }
        workings.checks.append(check)
        workings.answer(item.rawValue, .at(["C\(workings.checks.count)"]))
    }
}
