// How a change goes out and comes back: migrations, flags, stages with what each has to show and
// may cost, and the way back. Made where the playbook asks for it.
// Sources: SRE Workbook, chapter 16 (canaries); Fowler and Sadalage, "Evolutionary Database Design"
// (expand and contract).

import BatonBrief
import JSON
import PlainText

/// A stage of a rollout.
struct RolloutStage: Sendable, Hashable {
    /// Part of quantity ids.
    let id: String
    /// Share of the traffic, 0..1, and how people write it.
    let share: Double
    let text: String

    /// The stages that canary releases use.
    static let all = [
        RolloutStage(id: "one", share: 0.01, text: "1 % of the traffic"),
        RolloutStage(id: "ten", share: 0.1, text: "10 %"),
        RolloutStage(id: "half", share: 0.5, text: "50 %"),
        RolloutStage(id: "all", share: 1, text: "all of it"),
    ]
}

extension ReliabilityRun {
    /// What a playbook may ask of whoever makes a change safe to ship.
    enum RolloutItem: String, CaseIterable {
        case migrations, flags, canaries, rollback
        case contractCheck = "check.contract"
        case loadCheck = "check.load"
        case securityCheck = "check.security"
        case rollbackCheck = "check.rollback"
    }

    /// Whether the playbook asks for one of these.
    func isAsked(_ items: RolloutItem...) -> Bool {
        packet.asked.contains { entry in items.contains { $0.rawValue == entry.id } }
    }

    /// Whether the playbook asks for anything of the rollout.
    private var asksRollout: Bool {
        packet.asked.contains { RolloutItem(rawValue: $0.id) != nil }
    }

    /// Whether what the service must do is another task's, which is accepted already: then this
    /// one is about the rollout and repeats nothing.
    var isRolloutOnly: Bool {
        asksRollout
            && packet.list("/upstream").contains {
                $0["agent"]?.stringValue == workings.agentID
            }
    }

    /// The whole work of a task that is about the rollout only.
    mutating func rolloutOnly() {
        promised = workings.source("/inputs/slo/availability")
        window = workings.source("/inputs/slo/window")
        if let promised {
            workings.derive(
                "error_budget.ratio", "Share of requests that may fail", by: "error-ratio-allowed",
                [("availability", promised)])
        }
        objectiveChecks()
        rollout()
        workings.addCriterionChecks()
        workings.nextSteps = [
            workings.reviewStep(),
            "\(owner): drill the rollback before the first stage, and keep what it showed as"
                + " evidence.",
        ]
        workings.nextSteps += workings.riskStep()
    }

    /// What was asked for of the rollout; nothing where the playbook asks for nothing of it.
    mutating func rollout() {
        guard asksRollout else { return }
        let figures = isAsked(.canaries) ? rolloutFigures() : RolloutFigures()
        if isAsked(.migrations) { migrations() }
        if isAsked(.flags) { flags() }
        if isAsked(.canaries) { stages(figures) }
        if isAsked(.rollback) { rollback() }
        watched()
        rolloutSteps(figures)
        if isAsked(.canaries) { rolloutDecision() }
        rolloutRisks()
        rolloutChecks()
        workings.recommendRulesCheck()
    }

    /// What a manager reads first of a task that is about the rollout only.
    var rolloutSummary: String {
        var sentences: [String] = []
        if isAsked(.canaries) {
            sentences.append(
                "The change goes out in \(RolloutStage.all.count) stages and comes back by turning"
                    + " its flags off.")
        }
        if let first = workings.quantity("rollout.budget.one"),
            let all = workings.quantity("rollout.budget.all")
        {
            sentences.append(
                "A release that fails completely and is taken back within the recovery objective"
                    + " costs \(first.shown) of the error budget in the first stage, and"
                    + " \(all.shown) if it had all of the traffic.")
        }
        if let time = workings.quantity("rollout.watch.one") {
            sentences.append("The first stage lasts \(time.shown) at least.")
        }
        if sentences.isEmpty {
            sentences.append("What the playbook asks for the rollout is planned.")
        }
        if !workings.openQuestions.isEmpty {
            sentences.append(Counted.text(workings.openQuestions.count, "question") + " left open.")
        }
        return sentences.joined(separator: " ")
    }

    // MARK: figures

    /// What the figures of a rollout rest on.
    struct RolloutFigures {
        /// The pages that end a stage; none where the brief states too little for any.
        var pages: [AlertRow] = []
        /// Whether each stage has a time and a price.
        var isTimed = false
        var isPriced = false
    }

    private mutating func rolloutFigures() -> RolloutFigures {
        var figures = RolloutFigures()
        guard let promised, let window else {
            workings.ask(
                "slo.availability and slo.window are needed to say what ends a stage, and what a"
                    + " bad release costs.")
            return figures
        }
        if alertRows.isEmpty { judgeAlerts(promised: promised, window: window) }
        figures.pages = alertRows.filter { $0.kind == .page && $0.omission == nil }
        guard let page = figures.pages.first else {
            workings.ask(
                "No page-level alert fits this objective and window, so a stage needs a rule of"
                    + " its own for going back. Which error ratio shall end it?")
            return figures
        }
        let policy = workings.assume(
            "A rollout gives the new version 1 %, 10 %, 50 % and then all of the traffic. A stage"
                + " lasts until an error ratio as high as the first page's would have shown a"
                + " failure with 95 % confidence, and as long as that page looks back; it is left"
                + " when no page of the new version has fired.",
            .inference, confidence: 0.7,
            "The SRE Workbook, chapter 16, canaries by share of the traffic and leaves the shares"
                + " to the service; these are customary.")
        workings.derive(
            "rollout.requests", "Requests that would show a failure at the page's error ratio",
            by: "clean-requests",
            [
                ("confidence", .assumed(0.95, assumption: policy)),
                ("error_ratio", .quantity("alert.\(page.id).ratio")),
            ])
        for stage in RolloutStage.all {
            let share = Source.assumed(stage.share, assumption: policy)
            figures.isTimed = time(stage, share, page) || figures.isTimed
            figures.isPriced = price(stage, share, promised, window) || figures.isPriced
        }
        if workings.quantity("rollout.seen.one") == nil {
            workings.ask(
                "traffic.mean is not stated, so nobody can say how long a stage has to last to"
                    + " show anything.")
        }
        if !figures.isPriced {
            workings.ask("slo.recovery is not stated, so nobody can say what a bad release costs.")
        }
        return figures
    }

    /// How long a stage has to last: until there were enough requests of the operation that gets
    /// the fewest, and as long as the page looks back.
    private mutating func time(
        _ stage: RolloutStage, _ share: Source, _ page: AlertRow
    ) -> Bool {
        var durations: [(String, Source)] = []
        if packet.number("/inputs/traffic/mean") != nil {
            let part = rarest.map { [("part", Source.pointer("/inputs/operations/\($0)/share"))] }
            workings.derive(
                "rollout.seen.\(stage.id)", "Time for these requests at \(stage.text)",
                by: "traffic-time",
                [
                    ("requests", .quantity("rollout.requests")), ("share", share),
                    ("rate", .pointer("/inputs/traffic/mean")),
                ] + (part ?? []))
            durations.append(("seconds", .quantity("rollout.seen.\(stage.id)")))
        }
        durations.append(("seconds", .assumed(page.long, assumption: alertPolicy())))
        return workings.derive(
            "rollout.watch.\(stage.id)", "Shortest stage at \(stage.text)", by: "longest", durations
        )
            != nil
    }

    /// The operation with a flag that gets the smallest share of the requests; nil where not all
    /// state one.
    var rarest: Int? {
        let shares = changing.map { ($0, packet.number("/inputs/operations/\($0)/share")) }
        guard !shares.isEmpty, shares.allSatisfy({ $0.1 != nil }) else { return nil }
        return shares.min { ($0.1 ?? 1) < ($1.1 ?? 1) }?.0
    }

    private mutating func price(
        _ stage: RolloutStage, _ share: Source, _ promised: Source, _ window: Source
    ) -> Bool {
        guard let recovery = workings.source("/inputs/slo/recovery") else { return false }
        return workings.derive(
            "rollout.budget.\(stage.id)",
            "Error budget that a complete failure costs at \(stage.text)", by: "release-budget",
            [
                ("share", share), ("recovery", recovery), ("availability", promised),
                ("window", window),
            ]) != nil
    }

    // MARK: what changes

    /// The operations that a release can do harm with: those that write, send or are not safe; all
    /// where none does. By their places.
    var changing: [Int] {
        let all = packet.operations.indices
        let some = all.filter { index in
            let operation = packet.operations[index]
            let method = (operation["method"]?.stringValue ?? "GET").uppercased()
            return !Router.texts(operation["writes"]).isEmpty
                || !Router.texts(operation["publishes"]).isEmpty
                || Self.semantics(method: method, hasKey: false).nature != "safe"
        }
        return some.isEmpty ? Array(all) : some
    }

    /// The names in a list of the operations, each once.
    func named(_ key: String) -> [String] {
        var names: [String] = []
        for operation in packet.operations {
            for name in Router.texts(operation[key]) where !names.contains(name) {
                names.append(name)
            }
        }
        return names
    }

    /// The stores that operations write: those of one's own, and those that are dependencies,
    /// whose owners decide what they take.
    var stores: (own: [String], supplied: [String]) {
        let suppliers = packet.dependencies.compactMap { $0["name"]?.stringValue }
        let names = named("writes")
        return (
            names.filter { !suppliers.contains($0) }, names.filter { suppliers.contains($0) }
        )
    }

    /// The queues that carry messages between versions: published to, or described.
    var carriers: [String] {
        let described = packet.queues.compactMap { $0["name"]?.stringValue }
        return described + named("publishes").filter { !described.contains($0) }
    }
}
