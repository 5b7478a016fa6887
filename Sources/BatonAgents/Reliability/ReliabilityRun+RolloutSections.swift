// What is written of a rollout: migrations, flags, stages, and the way back.

import BatonBrief
import JSON
import PlainText

extension ReliabilityRun {
    static let migrationsTitle = "Migrations"
    static let flagsTitle = "Flags"
    static let stagesTitle = "Rollout stages"
    static let rollbackTitle = "Rollback"

    /// Everything that two versions share, each with both directions.
    mutating func migrations() {
        let stores = stores
        var rows = stores.own.map { store in
            [
                store, "expand: add what the new version needs, and fill it while both run",
                "stop filling; the old version never stopped using what it had",
                "contract: remove what is unused, one release later",
            ]
        }
        rows += stores.supplied.map { store in
            [
                store, "its owners agree to what the new version writes before the first stage",
                "the old version writes what it wrote before", "nothing",
            ]
        }
        rows += carriers.map { queue in
            [
                queue, "consumers take both forms before producers send the new one",
                "producers send the old form; consumers keep taking both",
                "consumers drop the old form when no message of it can be left:"
                    + " \(lifetime(of: queue))",
            ]
        }
        rows += packet.queues.enumerated().map { index, queue in
            [
                "settings of \(PacketView.name(ofQueue: queue, at: index))",
                "workers, visibility timeout and attempts as planned, one change at a time",
                "the settings of today, kept beside the new ones", "nothing",
            ]
        }
        guard !rows.isEmpty else {
            workings.answer(
                RolloutItem.migrations.rawValue,
                .notApplicable("the brief names no store that is written and no queue"))
            return
        }
        workings.sections.append(
            Section(
                title: Self.migrationsTitle,
                text: "Old and new version run side by side in every stage, so each change of a"
                    + " store or message has to suit both. Forwards and backwards are two"
                    + " migrations, and both are tested.",
                columns: ["What", "Forwards", "Backwards", "Afterwards"], rows: rows))
    }

    /// How long a message may be under way, as far as the brief says.
    private func lifetime(of queue: String) -> String {
        let item = packet.queues.first { $0["name"]?.stringValue == queue }
        let parts: [(String, String)] = [
            ("retention", "/retention"), ("dead letters", "/now/dead_letter_retention"),
        ]
        let stated = parts.compactMap { name, pointer -> String? in
            guard let seconds = Evidence.number(item?.value(at: pointer)) else { return nil }
            return "\(name) \(Shown.duration(seconds, .nearest))"
        }
        return stated.isEmpty
            ? "retention, dead letters and redrives are over"
            : stated.joined(separator: ", then ") + ", and every redrive of them is done"
    }

    mutating func flags() {
        let names = changing.map {
            PacketView.name(ofOperation: packet.operations[$0], at: $0)
        }
        let guarded = names.isEmpty ? ["the service"] : names
        workings.sections.append(
            Section(
                title: Self.flagsTitle,
                text: "Off is the behaviour of today. A flag is read for each request, so that"
                    + " turning it off needs no deployment, and it decides by the user, or by the"
                    + " key that a request works on, so that nobody changes sides in the middle of"
                    + " a stage.",
                columns: ["Flag", "Guards", "Off means", "Owner", "Removed"],
                rows: guarded.map { name in
                    [
                        "\(PointerText.slug(name)).new", name, "the old path serves it", owner,
                        "one release after all of the traffic has it",
                    ]
                }))
    }

    /// What ends a stage well, in the same words everywhere.
    func stageCondition(_ figures: RolloutFigures) -> String {
        figures.pages.isEmpty
            ? "the error ratio of the new version is no worse than the old one's"
            : "no page of the new version has fired"
    }

    mutating func stages(_ figures: RolloutFigures) {
        var columns = ["Stage", "Traffic"]
        if figures.isTimed { columns.append("Takes at least") }
        if figures.isPriced { columns.append("Error budget, if it fails completely") }
        let rows = RolloutStage.all.enumerated().map { number, stage in
            ["\(number + 1)", stage.text]
                + (figures.isTimed ? [workings.shown("rollout.watch.\(stage.id)")] : [])
                + (figures.isPriced ? [workings.shown("rollout.budget.\(stage.id)")] : [])
                + [stageCondition(figures), "turn the flag off"]
        }
        workings.sections.append(
            Section(
                title: Self.stagesTitle, text: stageText(figures),
                columns: columns + ["Left when", "Else"], rows: rows))
    }

    private func stageText(_ figures: RolloutFigures) -> String {
        var text = "The new version is watched by its own requests."
        if let clean = workings.quantity("rollout.requests") {
            text +=
                " A stage lasts until the new version has answered \(clean.shown), among which an"
                + " error ratio as high as the page's would have shown a failure, and at least as"
                + " long as that page looks back. That counts on requests that fail independently;"
                + " where failures come by user, wait longer."
        }
        if figures.isTimed, let rarest {
            let name = PacketView.name(ofOperation: packet.operations[rarest], at: rarest)
            text += " The time is that of \(name), which gets the fewest requests."
        }
        if figures.isPriced {
            text +=
                " The price holds at mean traffic, if the release is taken back within the recovery"
                + " objective; at peak it is higher by as much as the peak is."
        }
        return text
    }

    /// What is compared between the versions, dependencies and queues among it.
    mutating func watched() {
        let names = packet.operations.enumerated().map { index, operation in
            PacketView.name(ofOperation: operation, at: index)
        }
        var rows = (names.isEmpty ? ["requests"] : names).map {
            [$0, "requests, error ratio, response time", "the flag is turned off"]
        }
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
        workings.sections.append(
            Section(
                title: "Watched while the change goes out",
                text: "New version against old version, over the same time; in the last stage"
                    + " against the time before it.",
                columns: ["What", "Figures", "If the new version is worse"], rows: rows))
    }

    mutating func rollback() {
        let rows = changing.map { index -> [String] in
            let operation = packet.operations[index]
            let sent = Router.texts(operation["publishes"])
            let method = (operation["method"]?.stringValue ?? "GET").uppercased()
            let key = operation["idempotency"]?.stringValue
            let semantics = Self.semantics(
                method: method, hasKey: key == "key" || key == "natural")
            let undone =
                semantics.isUnsafe
                ? "list what the new version did, and undo it by hand: nothing tells a repetition"
                    + " from a second order"
                : "find it by its key or id, and send the correcting request with a key of its own"
            return [
                PacketView.name(ofOperation: operation, at: index), semantics.nature,
                sent.isEmpty ? "none" : sent.joined(separator: ", "),
                semantics.nature == "safe" ? "nothing to correct" : undone,
            ]
        }
        let time = workings.source("/inputs/slo/recovery").flatMap { workings.value(of: $0) }
        let within = time.map {
            " The old version has to have all traffic within \(Shown.duration($0, .nearest)) of the"
                + " first failure."
        }
        workings.sections.append(
            Section(
                title: Self.rollbackTitle,
                text: "It starts when a page fires for the new version, when a stage cannot be"
                    + " left well, or when somebody on call says so; nobody needs a permission."
                    + " First the flags; then the producers; the outbox is drained, because what"
                    + " stands in it was promised; then, if need be, the backward migrations."
                    + "\(within ?? "") What was done to others stays done:",
                columns: ["Operation", "Method (RFC 9110)", "Messages sent", "Corrected by"],
                rows: rows.isEmpty ? [["none stated", "safe", "none", "nothing to correct"]] : rows)
        )
    }

    // MARK: the pages of the new version

    /// The part with the rules that watch the new version alone.
    static let releasePart = "release\(RulesFile.suffix)"
    private static let releaseRunbook = "\(Runbook.folder)release.md"

    /// The pages of the service, over the requests of the new version alone: at one request in a
    /// hundred the service's own pages would not see it.
    mutating func releaseRules(_ pages: [AlertRow]) {
        var signals = ServiceSignals(packet)
        signals.version = "new"
        var windows: [String] = []
        for window in pages.flatMap({ [$0.shortText, $0.longText] }) where !windows.contains(window)
        {
            windows.append(window)
        }
        let rules = pages.compactMap { row -> AlertRule? in
            guard let ratio = row.ratio else { return nil }
            let limit = AlertRule.number(ratio)
            return AlertRule(
                name: "Release\(row.alertName)",
                expression: """
                    \(signals.recordedRatio(row.longText)) > \(limit)
                      and
                    \(signals.recordedRatio(row.shortText)) > \(limit)
                    """,
                kind: .page, owner: owner,
                summary:
                    "More than \(workings.shown("alert.\(row.id).ratio")) of the requests of the"
                    + " new version fail: turn its flag off.",
                runbook: Self.releaseRunbook)
        }
        let file = RulesFile(
            part: Self.releasePart, signals: signals, windows: windows, alerts: rules,
            agentID: workings.agentID)
        workings.attachments.append(file.file)
        workings.attachments.append(releaseBook(signals).file)
    }

    private func releaseBook(_ signals: ServiceSignals) -> Runbook {
        var runbook = Runbook(
            part: Self.releaseRunbook, title: "The new version fails",
            meaning: "Of the requests that the new version answers, more fail than the page allows."
                + " The old version may be well.")
        runbook.sections = [
            (
                "Take it back",
                [
                    "Turn the flags of the change off, as in “\(Self.rollbackTitle)”; nobody needs"
                        + " a permission.",
                    "See that the old version has the traffic: `\(signals.requests)` stands still.",
                    "Let the producers send the old form, and drain the outbox.",
                ]
            ),
            (
                "Leave nothing in doubt",
                [
                    "List what the new version did, and correct it as “\(Self.rollbackTitle)” says"
                        + " for each operation.",
                    "Tell \(packet.escalationOwner) what was taken back and when.",
                ]
            ),
        ]
        return runbook
    }
}
