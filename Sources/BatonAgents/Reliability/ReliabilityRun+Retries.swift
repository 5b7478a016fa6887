// How much retries multiply the load, who retries, and the budget that bounds it.

import JSON

extension ReliabilityRun {
    /// Amplification over the layers, the one that is to retry, and the budget that bounds it.
    mutating func retries() {
        let before = layersBefore()
        let chains = targets.compactMap { target in
            chain(of: target, before).map { (target: target, chain: $0) }
        }
        guard let (busiest, chain) = chains.max(by: { $0.chain.product < $1.chain.product })
        else { return }
        workings.derive(
            "retry.amplification", "Calls that one call of a person's request becomes at most",
            by: "retry-amplification", chain.attempts)
        guard let retrier = chain.retrier else {
            workings.sections.append(
                Section(
                    title: "Retries",
                    text: "Attempts by layer: \(chain.text). No layer tries again, so a lost packet"
                        + " is a failure that somebody sees; nothing multiplies in an outage."))
            decideAgainstRetries()
            return
        }
        let who = retrier == chain.service ? "the service" : retrier.name
        workings.derive(
            "retry.alone", "Calls that it becomes at most if \(who) alone retries",
            by: "retry-amplification", [("attempts", retrier.source)])
        budgetLoad(
            "retry.budget_load", "Load during an outage with a retry budget", chain.budgets)
        budgetLoad(
            "retry.budget_alone", "Load during an outage if \(who) alone retries, by budget", 1)
        if busiest.attempts > 1 { backoffSums(busiest) }
        let loads = expectedLoads()
        workings.sections.append(
            Section(
                title: "Retries",
                text: "Attempts by layer: \(chain.text)."
                    + " Without a budget each call of a request becomes"
                    + " \(workings.shown("retry.amplification")) during an outage; with a budget of"
                    + " 10 % in each layer that retries the load grows to"
                    + " \(workings.shown("retry.budget_load")) at most. Only \(who)"
                    + " retries, which makes that \(workings.shown("retry.alone")) and"
                    + " \(workings.shown("retry.budget_alone")); the other layers pass the"
                    + " failure on. The delay is Retry-After where it is given, plus jitter, else"
                    + " the backoff. POST and PATCH are repeated only with a key.",
                columns: [
                    "Attempts that fail", "Load without a budget", "Load with the budget",
                    "One layer alone, without a budget",
                ],
                rows: loads))
        if !packet.list("/inputs/layers").isEmpty { describeChains(chains) }
        decideRetries(chain, retrier)
    }

    // MARK: layers

    /// The most eager caller, and the layers that stand before the service.
    private mutating func layersBefore() -> [RetryLayer] {
        let callers = packet.list("/inputs/callers")
        let eager = callers.indices.compactMap { layer("callers", $0, or: "caller") }
            .max { $0.attempts < $1.attempts }
        if eager == nil {
            workings.ask("No caller states its attempts; amplification leaves the callers out.")
        }
        let gateways = stated { $0.isEmpty }
        let silent = packet.list("/inputs/layers").filter { $0["attempts"] == nil }
            .compactMap { $0["name"]?.stringValue }
        if !silent.isEmpty {
            workings.ask(
                "\(silent.joined(separator: ", ")) state no attempts; they are counted as layers"
                    + " that do not retry.")
        }
        return (eager.map { [$0] } ?? []) + gateways
    }

    /// The layers of the brief whose `calls` are such, in its order.
    private func stated(where counts: ([String]) -> Bool) -> [RetryLayer] {
        packet.list("/inputs/layers").enumerated().compactMap { index, item in
            let calls = (item["calls"]?.arrayValue ?? []).compactMap(\.stringValue)
            return counts(calls) ? layer("layers", index, or: "layer") : nil
        }
    }

    private func layer(_ list: String, _ index: Int, or kind: String) -> RetryLayer? {
        let base = "/inputs/\(list)/\(index)"
        let pointer = "\(base)/attempts"
        return packet.number(pointer).map {
            RetryLayer(
                name: packet.text("\(base)/name") ?? kind, attempts: $0,
                source: .pointer(pointer))
        }
    }

    private func chain(of target: CallTarget, _ before: [RetryLayer]) -> RetryChain? {
        guard let own = target.attemptsSource else { return nil }
        let service = RetryLayer(
            name: packet.serviceOwner, attempts: Double(target.attempts), source: own)
        // A call to a group goes to one of its members: the worst of them counts.
        let members = target.memberNames.isEmpty ? [target.name] : target.memberNames
        return members.map { member in
            RetryChain(
                before: before, service: service,
                behind: stated { $0.contains(member) || $0.contains(target.name) })
        }.max { $0.product < $1.product }
    }

    // MARK: figures

    private mutating func budgetLoad(_ id: String, _ label: String, _ layers: Int) {
        let budget = workings.assume(
            "Retries are limited to 10 % of the requests in each layer.", .research,
            confidence: 0.85, "The retry budget of the SRE Book, chapter 21.")
        workings.derive(
            id, label, by: "retry-budget-load",
            [
                ("budget", .assumed(0.1, assumption: budget)),
                ("layers", .assumed(Double(layers), assumption: layerCount(layers))),
            ])
    }

    /// The load on a dependency while a share of the attempts fails, as rows.
    private mutating func expectedLoads() -> [[String]] {
        [0.1, 0.5, 0.9, 1].map { failure in
            let shown = Shown.percent(failure, .nearest)
            let percent = Shown.significant(failure * 100)
            let id = "retry.load.\(percent)"
            let alone = "retry.alone_load.\(percent)"
            let assumption = workings.assume(
                "\(shown) of the attempts fail while a dependency is ill.", .definition,
                confidence: 0.9, "A case that is looked at, and no forecast.")
            let share: (String, Source) = ("failure", .assumed(failure, assumption: assumption))
            let load = workings.derive(
                id, "Calls per request when \(shown) of the attempts fail", by: "expected-attempts",
                [share, ("attempts", .quantity("retry.amplification"))])
            workings.derive(
                alone,
                "Calls per request when \(shown) of the attempts fail and one layer alone retries",
                by: "expected-attempts",
                [share, ("attempts", .quantity("retry.alone"))])
            let bound = workings.quantity("retry.budget_load")
            let isBounded = bound.map { $0.value < load ?? .infinity } ?? false
            return [
                shown, workings.shown(id),
                isBounded ? workings.shown("retry.budget_load") : workings.shown(id),
                workings.shown(alone),
            ]
        }
    }

    private mutating func layerCount(_ count: Int) -> String {
        workings.assume(
            "\(count == 1 ? "One layer" : "\(count) layers") between a person and a dependency"
                + " may retry.", .definition, confidence: 0.9,
            "Counted from the callers and layers of the brief and this service; a layer of one"
                + " attempt does not retry.")
    }

    private mutating func backoffSums(_ target: CallTarget) {
        let delays = workings.assume(
            "Between \(target.attempts) attempts there"
                + " \(target.attempts == 2 ? "is 1 delay" : "are \(target.attempts - 1) delays").",
            .definition, confidence: 0.95, "Attempts include the first.")
        let count: (String, Source) = (
            "delays", .assumed(Double(target.attempts - 1), assumption: delays)
        )
        let policy = backoffSources()
        workings.derive(
            "backoff.maximum", "Sum of the delays at most", by: "backoff-sum-maximum",
            [count] + policy)
        guard case .assumed(_, let assumption) = policy[0].1 else { return }
        workings.derive(
            "backoff.mean", "Sum of the delays on average", by: "backoff-sum-mean",
            [count] + policy + [("jitter", .assumed(1, assumption: assumption))])
    }

    // MARK: sections and decisions

    /// Each call with its own layers, where the brief states layers at all.
    private mutating func describeChains(_ chains: [(target: CallTarget, chain: RetryChain)]) {
        let rows = chains.map { target, chain in
            let worst = "retry.chain.\(target.slug)"
            let budget = "retry.chain_budget.\(target.slug)"
            workings.derive(
                worst, "Calls to \(target.name) that one of a person's request becomes at most",
                by: "retry-amplification", chain.attempts)
            guard chain.budgets > 0 else {
                return [target.name, chain.text, workings.shown(worst), "no layer retries"]
            }
            budgetLoad(
                budget, "Load on \(target.name) during an outage with a retry budget",
                chain.budgets)
            return [target.name, chain.text, workings.shown(worst), workings.shown(budget)]
        }
        workings.sections.append(
            Section(
                title: "Retry chains",
                text: "The attempts of all layers on the way of a call multiply.",
                columns: ["Call", "Attempts by layer", "At most", "With a budget of 10 % each"],
                rows: rows))
    }

    /// Where what is stated, or the deadline, leaves room for one attempt.
    private mutating func decideAgainstRetries() {
        workings.decisions.append(
            PlanDecision(
                decision: "Make one attempt at each call, in every layer",
                alternatives: [
                    (
                        "Retry in the service, within a budget",
                        "What is stated, or the deadline, leaves room for one attempt; with more"
                            + " time a lost packet would be no failure."
                    )
                ], rank: .reliability,
                rationale: "Reliability decides: an answer in time, and nothing that multiplies"
                    + " while a dependency is ill.",
                evidence: workings.evidence(["retry.amplification"])))
    }

    /// Who retries, and who else could.
    private mutating func decideRetries(_ chain: RetryChain, _ retrier: RetryLayer) {
        let others = chain.others.map(\.name)
        var alternatives = [
            (
                "Let every layer retry as it likes",
                "Attempts multiply: \(workings.shown("retry.amplification")) here, just when the"
                    + " dependency is weakest."
            )
        ]
        if let first = chain.before.first(where: { $0.repeats && $0 != retrier }) {
            alternatives.append(
                (
                    "Let \(first.name) retry instead",
                    "It repeats the whole request, and with it every call that had succeeded."
                ))
        }
        if let last = chain.behind.last(where: { $0.repeats && $0 != retrier }) {
            alternatives.append(
                (
                    "Let \(last.name) retry instead, next to the dependency",
                    "It knows neither how much of the deadline is left nor whether the call may be"
                        + " repeated at all."
                ))
        }
        if retrier != chain.service {
            alternatives.append(
                (
                    "Move the retries into the service",
                    "It knows the deadline and the keys, and would be the better place, but it is"
                        + " said to make one attempt: state more, and the plan is made for it."
                ))
        }
        alternatives.append(
            ("Never retry", "Single lost packets would become failures that users see."))
        workings.decisions.append(
            PlanDecision(
                decision: "Retry in one layer only,"
                    + " \(retrier == chain.service ? "the service itself" : retrier.name), within a"
                    + " budget of 10 % of its requests"
                    + (others.isEmpty
                        ? "" : "; \(others.joined(separator: ", ")) pass a failure on"),
                alternatives: alternatives, rank: .reliability,
                rationale: "Reliability decides: a bounded load lets a dependency recover.",
                evidence: workings.evidence(
                    ["retry.amplification", "retry.budget_load", "retry.alone"])))
    }
}
