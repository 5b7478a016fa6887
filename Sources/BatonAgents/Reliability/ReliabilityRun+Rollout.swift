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

    private var asked: [RolloutItem] { packet.asked.compactMap { RolloutItem(rawValue: $0.id) } }

    /// Whether the task is about the rollout and about nothing else: what the service must do is
    /// then another task's, which this one waits for.
    var isRolloutOnly: Bool { !packet.asked.isEmpty && asked.count == packet.asked.count }

    /// The whole work of a task that is about the rollout only.
    mutating func rolloutOnly() {
        promised = workings.source("/inputs/slo/availability")
        window = workings.source("/inputs/slo/window")
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
        guard !asked.isEmpty else { return }
        let figures = rolloutFigures()
        migrations()
        flags()
        let canaries = stages(figures)
        rollback(figures)
        rolloutSteps()
        rolloutDecision(canaries)
        rolloutRisks()
        rolloutChecks()
    }

    /// What a manager reads first of a task that is about the rollout only.
    var rolloutSummary: String {
        var sentences = [
            "The change goes out behind flags in \(RolloutStage.all.count) stages and comes back"
                + " by turning them off."
        ]
        if let first = workings.quantity("rollout.budget.one"),
            let all = workings.quantity("rollout.budget.all")
        {
            sentences.append(
                "A release that fails completely costs \(first.shown) of the error budget in the"
                    + " first stage, and \(all.shown) if it went out at once.")
        }
        if let clean = workings.quantity("rollout.requests") {
            sentences.append(
                "Each stage has to show \(clean.shown), and that no page fires.")
        }
        if !workings.openQuestions.isEmpty {
            sentences.append(Counted.text(workings.openQuestions.count, "question") + " left open.")
        }
        return sentences.joined(separator: " ")
    }

    // MARK: figures

    /// What the figures of a rollout rest on.
    struct RolloutFigures {
        /// The time in which the old version has the traffic again; nil where nobody says.
        var recovery: Source?
        /// Whether each stage has a time and a price.
        var isTimed = false
        var isPriced = false
    }

    private mutating func rolloutFigures() -> RolloutFigures {
        var figures = RolloutFigures()
        figures.recovery = workings.source("/inputs/slo/recovery")
        if figures.recovery == nil {
            workings.ask(
                "slo.recovery is not stated, so nobody can say whether the rollback is quick"
                    + " enough.")
        }
        guard let promised, let window else {
            workings.ask(
                "slo.availability and slo.window are needed to say what a bad release costs.")
            return figures
        }
        if alertRows.isEmpty { judgeAlerts(promised: promised, window: window) }
        guard let page = alertRows.first(where: { $0.kind == .page && $0.omission == nil }) else {
            workings.ask(
                "No page-level alert fits this objective and window, so a stage needs a rule of"
                    + " its own for going back. Which error ratio shall end it?")
            return figures
        }
        let policy = workings.assume(
            "A rollout gives the new version 1 %, 10 %, 50 % and then all of the traffic; a stage"
                + " is left when an error ratio at the first page can be ruled out with 95 %"
                + " confidence.",
            .inference, confidence: 0.7,
            "The SRE Workbook, chapter 16, canaries by share of the traffic and leaves the shares to"
                + " the service; these are customary.")
        workings.derive(
            "rollout.requests", "Requests without a failure that rule out the page's error ratio",
            by: "clean-requests",
            [
                ("confidence", .assumed(0.95, assumption: policy)),
                ("error_ratio", .quantity("alert.\(page.id).ratio")),
            ])
        for stage in RolloutStage.all {
            let share = Source.assumed(stage.share, assumption: policy)
            if packet.number("/inputs/traffic/mean") != nil {
                workings.derive(
                    "rollout.seen.\(stage.id)", "Time for these requests at \(stage.text)",
                    by: "traffic-time",
                    [
                        ("requests", .quantity("rollout.requests")), ("share", share),
                        ("rate", .pointer("/inputs/traffic/mean")),
                    ])
                let time = workings.derive(
                    "rollout.watch.\(stage.id)", "Shortest stage at \(stage.text)", by: "longest",
                    [
                        ("seconds", .quantity("rollout.seen.\(stage.id)")),
                        ("seconds", .assumed(page.long, assumption: alertPolicy())),
                    ])
                figures.isTimed = figures.isTimed || time != nil
            }
            guard let recovery = figures.recovery else { continue }
            let price = workings.derive(
                "rollout.budget.\(stage.id)",
                "Error budget that a complete failure costs at \(stage.text)", by: "release-budget",
                [
                    ("share", share), ("detection", .quantity("alert.\(page.id).detection")),
                    ("recovery", recovery), ("availability", promised), ("window", window),
                ])
            figures.isPriced = figures.isPriced || price != nil
        }
        if !figures.isTimed {
            workings.ask("traffic.mean is not stated, so the stages have no times.")
        }
        return figures
    }

    // MARK: sections

    static let migrationsTitle = "Migrations"
    static let flagsTitle = "Flags"
    static let stagesTitle = "Rollout stages"
    static let rollbackTitle = "Rollback"

    /// Stores and queues that a change touches, each with both directions.
    private mutating func migrations() {
        let stores = named("writes")
        let queues = named("publishes")
        var rows = stores.map { store in
            [
                store, "expand: add what the new version needs, and fill it while both run",
                "stop filling; the old version never stopped using what it had",
                "contract: remove what is unused, one release later",
            ]
        }
        rows += queues.map { queue in
            [
                queue, "consumers take both forms before producers send the new one",
                "producers send the old form; consumers keep taking both",
                "remove the old form when the retention of the last such message is over",
            ]
        }
        guard !rows.isEmpty else {
            workings.answer(
                RolloutItem.migrations.rawValue,
                .notApplicable("no operation of the brief writes a store or publishes"))
            return
        }
        workings.sections.append(
            Section(
                title: Self.migrationsTitle,
                text: "Old and new version run side by side in every stage, so each change of a"
                    + " store or message has to suit both. Forwards and backwards are two"
                    + " migrations, and both are tested.",
                columns: ["Store or queue", "Forwards", "Backwards", "Afterwards"], rows: rows))
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

    private mutating func flags() {
        let names = packet.operations.enumerated().map { index, operation in
            PacketView.name(ofOperation: operation, at: index)
        }
        let guarded = names.isEmpty ? ["the service"] : names
        workings.sections.append(
            Section(
                title: Self.flagsTitle,
                text: "Off is the behaviour of today. A flag is read for each request, so that"
                    + " turning it off needs no deployment, and it decides by the caller, so that"
                    + " nobody changes sides in the middle of a stage.",
                columns: ["Flag", "Guards", "Off means", "Owner", "Removed"],
                rows: guarded.map { name in
                    [
                        "\(PointerText.slug(name)).new", name, "the old path serves it", owner,
                        "one release after all of the traffic has it",
                    ]
                }))
    }

    /// While what a stage goes on; the figures are the brief's own.
    static func stageCondition(_ packet: PacketView) -> String {
        let latency = packet.number("/inputs/slo/latency_p99").map {
            "99 % of the answers within \(Shown.duration($0, .nearest))"
        }
        let errors = packet.number("/inputs/slo/error_rate").map {
            "errors below \(Shown.percent($0))"
        }
        let kept = [latency, errors].compactMap(\.self)
        return kept.isEmpty ? "no page-level alert fires" : kept.joined(separator: " and ")
    }

    /// The stages, and what is watched in them. Returns the figures that the stages rest on.
    private mutating func stages(_ figures: RolloutFigures) -> [String] {
        let condition = Self.stageCondition(packet)
        var columns = ["Stage", "Traffic"]
        if figures.isTimed { columns.append("Takes at least") }
        if figures.isPriced { columns.append("Error budget, if it fails completely") }
        let rows = RolloutStage.all.enumerated().map { number, stage in
            ["\(number + 1)", stage.text]
                + (figures.isTimed ? [workings.shown("rollout.watch.\(stage.id)")] : [])
                + (figures.isPriced ? [workings.shown("rollout.budget.\(stage.id)")] : [])
                + [condition, "turn the flag off"]
        }
        var text = "The new version is watched by its own requests, beside the old one's."
        if let clean = workings.quantity("rollout.requests") {
            text +=
                " A stage lasts until the new version has answered \(clean.shown), which without a"
                + " failure rule out the error ratio of the page, and at least the page's long"
                + " window."
        }
        workings.sections.append(
            Section(
                title: Self.stagesTitle, text: text, columns: columns + ["Goes on while", "Else"],
                rows: rows))
        workings.sections.append(watched)
        return ["rollout.requests"] + RolloutStage.all.map { "rollout.budget.\($0.id)" }
    }

    /// What is compared between the versions, dependencies and queues among it.
    private var watched: Section {
        var rows = [
            ["requests", "error ratio, response time", "the flag is turned off"]
        ]
        rows += packet.dependencies.enumerated().map { index, item in
            [
                PacketView.name(ofDependency: item, at: index),
                "calls for each request, error ratio, response time",
                "the new version calls it otherwise than the old: the flag is turned off",
            ]
        }
        rows += named("publishes").map { queue in
            [
                queue, "messages for each request, oldest age, dead letters",
                "producers go back to the old form",
            ]
        }
        return Section(
            title: "Watched in each stage",
            text: "New version against old version, over the same time.",
            columns: ["What", "Figures", "If the new version is worse"], rows: rows)
    }

    private mutating func rollback(_ figures: RolloutFigures) {
        let rows = packet.operations.enumerated().compactMap { index, operation -> [String]? in
            let sent = Router.texts(operation["publishes"])
            let method = (operation["method"]?.stringValue ?? "GET").uppercased()
            let key = operation["idempotency"]?.stringValue
            let semantics = Self.semantics(method: method, hasKey: key == "key" || key == "natural")
            guard !sent.isEmpty || semantics.nature != "safe" else { return nil }
            let name = PacketView.name(ofOperation: operation, at: index)
            return [
                name, semantics.nature,
                sent.isEmpty ? "none" : sent.joined(separator: ", "),
                semantics.isUnsafe
                    ? "list what the new version did, and undo it by hand: nothing tells a"
                        + " repetition from a second order"
                    : "find it by its key or id, and send the correcting request with a key of"
                        + " its own",
            ]
        }
        let time = figures.recovery.flatMap { workings.value(of: $0) }
        let within = time.map { " within \(Shown.duration($0, .nearest))" } ?? ""
        workings.sections.append(
            Section(
                title: Self.rollbackTitle,
                text: "It starts when a page fires for the new version, when a stage does not hold"
                    + " its condition, or when somebody on call says so; nobody needs a permission."
                    + " First the flags, so that the old version has all traffic\(within); then the"
                    + " producers; then, if need be, the backward migrations. What was done to"
                    + " others stays done:",
                columns: ["Operation", "Method (RFC 9110)", "Messages sent", "Corrected by"],
                rows: rows.isEmpty ? [["none", "safe", "none", "nothing to correct"]] : rows))
    }
}
