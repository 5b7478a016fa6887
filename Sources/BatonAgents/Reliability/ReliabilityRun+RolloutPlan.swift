// The steps, the decision, the risks and the checks of a rollout.

import BatonBrief
import JSON

extension ReliabilityRun {
    /// Prepared, drilled, stage by stage, cleaned up. The closing puts the gates before the first
    /// stage.
    mutating func rolloutSteps(_ figures: RolloutFigures) {
        let prepared = flagStep() + migrationSteps()
        var before = prepared
        if isAsked(.rollback) {
            let drill = workings.add(
                PlanStep(
                    title: "Drill the rollback",
                    detail: "Outside production, with recorded or test traffic: all flags on, then"
                        + " “\(Self.rollbackTitle)” from its first step to its last, by somebody"
                        + " who did not build the change.",
                    owner: owner, dependsOn: prepared,
                    doneWhen: "The old version has all traffic again, and the time it took is"
                        + " evidence"))
            workings.answer(RolloutItem.rollback.rawValue, .at([Self.rollbackTitle, drill]))
            before = [drill]
        }
        let last = isAsked(.canaries) ? stageSteps(figures, after: before) : before
        if workings.steps.isEmpty {
            workings.add(
                PlanStep(
                    title: "Show what the gates ask for",
                    detail: "Each check of the validation checklist, before the change goes out.",
                    owner: owner, doneWhen: "Each check has evidence"))
        }
        guard isAsked(.flags) else { return }
        let own = stores.own
        workings.add(
            PlanStep(
                title: "Remove the flags"
                    + (own.isEmpty ? "" : ", and contract \(own.joined(separator: ", "))"),
                detail: "One release after the change has all of the traffic; until then the way"
                    + " back stays open.",
                owner: owner, dependsOn: last,
                doneWhen: "No code reads a flag of this change"
                    + (own.isEmpty ? "" : ", and nothing unused is left in the stores")))
    }

    private mutating func flagStep() -> [String] {
        guard isAsked(.flags) else { return [] }
        let step = workings.add(
            PlanStep(
                title: "Put the change behind flags",
                detail: "As in “\(Self.flagsTitle)”; off is the behaviour of today.", owner: owner,
                doneWhen: "A test turns each flag on and off under load, and nothing else"
                    + " changes"))
        workings.answer(RolloutItem.flags.rawValue, .at([Self.flagsTitle, step]))
        return [step]
    }

    private mutating func migrationSteps() -> [String] {
        guard isAsked(.migrations) else { return [] }
        var steps: [String] = []
        let stores = stores
        if !stores.own.isEmpty {
            steps.append(
                workings.add(
                    PlanStep(
                        title: "Expand \(stores.own.joined(separator: ", "))",
                        detail: "Only additions, as in “\(Self.migrationsTitle)”, forwards and"
                            + " backwards.",
                        owner: owner,
                        doneWhen: "Both versions pass their tests on the expanded store, and again"
                            + " after the way back")))
        }
        if !stores.supplied.isEmpty {
            let names = stores.supplied.joined(separator: ", ")
            steps.append(
                workings.add(
                    PlanStep(
                        title: "Agree with the owners of \(names) on what is written",
                        detail: "It is a dependency: what the new version writes there has to suit"
                            + " them, and has to stay readable for the old version.",
                        owner: owner,
                        doneWhen: "Their owners have said yes, and a test of theirs or ours shows"
                            + " it")))
        }
        let carriers = carriers
        if !carriers.isEmpty {
            steps.append(
                workings.add(
                    PlanStep(
                        title: "Let the consumers of \(carriers.joined(separator: ", ")) take both"
                            + " forms",
                        detail: "Before any producer sends the new one, as in"
                            + " “\(Self.migrationsTitle)”.",
                        owner: owner,
                        doneWhen: "Each consumer passes its tests with messages of both forms")))
        }
        if !steps.isEmpty {
            workings.answer(
                RolloutItem.migrations.rawValue, .at([Self.migrationsTitle] + steps))
        }
        return steps
    }

    private mutating func stageSteps(
        _ figures: RolloutFigures, after before: [String]
    ) -> [String] {
        var last = before
        if !figures.pages.isEmpty {
            releaseRules(figures.pages)
            last.append(
                workings.add(
                    PlanStep(
                        title: "Page on the new version alone",
                        detail: "Requests carry the label version; the rules are"
                            + " \(Self.releasePart), and each page names its runbook.",
                        owner: owner,
                        doneWhen: "promtool check rules accepts the file, and a failing new version"
                            + " pages in a test")))
            workings.checks.append(
                RulesFile.check(
                    Self.releasePart, owner: owner,
                    reasons: [workings.reason(for: "/inputs/slo/availability")]))
        }
        var stages: [String] = []
        for (number, stage) in RolloutStage.all.enumerated() {
            let watch = workings.quantity("rollout.watch.\(stage.id)")
            let step = workings.add(
                PlanStep(
                    title: "Rollout, stage \(number + 1): \(stage.text)",
                    detail: "As in “\(Self.stagesTitle)”"
                        + (watch.map { "; it takes at least \($0.shown)" } ?? "") + ".",
                    owner: owner, dependsOn: last,
                    doneWhen: "It has lasted as long as it has to, and"
                        + " \(stageCondition(figures))"))
            stages.append(step)
            last = [step]
        }
        workings.answer(RolloutItem.canaries.rawValue, .at([Self.stagesTitle] + stages))
        return last
    }

    mutating func rolloutDecision() {
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
                evidence: workings.evidence(
                    ["rollout.requests"] + RolloutStage.all.map { "rollout.budget.\($0.id)" })))
    }

    mutating func rolloutRisks() {
        if isAsked(.migrations, .rollback), !named("writes").isEmpty {
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
                        + " budget even if it is taken back in time."
                } ?? "More requests fail than the stage was meant to risk.",
                mitigation: "Pages over the new version's own requests; a stage ends by its"
                    + " figures and by nobody's impression.",
                owner: owner, trigger: "A page while a stage is open"))
        if let price, price.value > 1 {
            workings.ask(
                "At all of the traffic a complete failure costs \(price.shown) of the error budget"
                    + " even if it is taken back in time. Shall slo.recovery be shorter, or is the"
                    + " last stage divided?")
        }
    }

    /// One check for each gate that evidence has to pass. What the brief promises has one already.
    mutating func rolloutChecks() {
        judgementChecks()
        let promised = workings.checks.firstIndex { check in
            ["/inputs/slo/latency_p99", "/inputs/slo/error_rate"].contains {
                check.reasons == [workings.reason(for: $0)]
            }
        }
        workings.answer(
            RolloutItem.loadCheck.rawValue,
            promised.map { .at(["C\($0 + 1)"]) }
                ?? .notApplicable("the brief states neither slo.latency_p99 nor slo.error_rate"))
        if promised == nil, isAsked(.loadCheck) {
            workings.ask(
                "Neither slo.latency_p99 nor slo.error_rate is stated: what does the load test"
                    + " have to show?")
        }
        guard let recovery = workings.source("/inputs/slo/recovery"),
            let limit = workings.value(of: recovery)
        else {
            workings.answer(
                RolloutItem.rollbackCheck.rawValue,
                .notApplicable("slo.recovery is not stated, and nothing else says how quick"))
            return
        }
        add(
            .rollbackCheck,
            Check(
                traces: [],
                metric: "Time from the first failed request of the new version until the old one"
                    + " has all traffic",
                comparator: "<=", threshold: limit, unit: "s",
                method: "Drill of the rollback with a new version that fails",
                when: "before the first stage", owner: owner,
                reasons: [workings.reason(for: "/inputs/slo/recovery")]))
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

    /// Adds a check that the playbook asks for, and the risk that it is for.
    private mutating func add(_ item: RolloutItem, _ check: Check, for risk: Risk? = nil) {
        guard isAsked(item) else { return }
        if let risk { workings.risks.append(risk) }
        workings.checks.append(check)
        workings.answer(item.rawValue, .at(["C\(workings.checks.count)"]))
    }
}
