// How much retries multiply the load, who retries, and the budget that bounds it.

import JSON

extension ReliabilityRun {
    /// Amplification over the layers and the budget that bounds it.
    mutating func retries() {
        guard
            let busiest = targets.filter({ $0.attemptsSource != nil })
                .max(by: { $0.attempts < $1.attempts }), let own = busiest.attemptsSource
        else { return }
        var inputs: [(String, Source)] = []
        var layers = ["\(packet.serviceOwner): \(busiest.attempts)"]
        let callers = packet.list("/inputs/callers")
        let worst = callers.indices
            .filter { packet.number("/inputs/callers/\($0)/attempts") != nil }
            .max {
                (packet.number("/inputs/callers/\($0)/attempts") ?? 0)
                    < (packet.number("/inputs/callers/\($1)/attempts") ?? 0)
            }
        if let worst {
            let pointer = "/inputs/callers/\(worst)/attempts"
            inputs.append(("attempts", .pointer(pointer)))
            let name = callers[worst]["name"]?.stringValue ?? "caller"
            layers.insert("\(name): \(Shown.significant(packet.number(pointer) ?? 1))", at: 0)
        } else {
            workings.ask("No caller states its attempts; amplification counts this service only.")
        }
        inputs.append(("attempts", own))
        workings.derive(
            "retry.amplification", "Calls that one request of a person causes at most",
            by: "retry-amplification", inputs)
        let budget = workings.assume(
            "Retries are limited to 10 % of the requests in each layer.", .research,
            confidence: 0.85, "The retry budget of the SRE Book, chapter 21.")
        workings.derive(
            "retry.budget_load", "Load during an outage with a retry budget",
            by: "retry-budget-load",
            [
                ("budget", .assumed(0.1, assumption: budget)),
                ("layers", .assumed(Double(inputs.count), assumption: layerCount(inputs.count))),
            ])
        if busiest.attempts > 1 { backoffSums(busiest) }
        let loads = expectedLoads()
        workings.sections.append(
            Section(
                title: "Retries",
                text: "Attempts by layer: \(layers.joined(separator: ", "))."
                    + " Without a budget one request becomes"
                    + " \(workings.shown("retry.amplification")) during an outage; with a budget of"
                    + " 10 % the load grows to \(workings.shown("retry.budget_load")) at most. Only"
                    + " the layer next to the dependency retries; the layers above it pass the"
                    + " failure on. The delay is Retry-After where it is given, plus jitter, else"
                    + " the backoff. POST and PATCH are repeated only with a key.",
                columns: ["Attempts that fail", "Load without a budget", "Load with the budget"],
                rows: loads))
        workings.decisions.append(
            PlanDecision(
                decision: "Retry in one layer only, within a budget of 10 % of its requests",
                alternatives: [
                    (
                        "Let every layer retry as it likes",
                        "Attempts multiply: \(workings.shown("retry.amplification")) here,"
                            + " just when"
                            + " the dependency is weakest."
                    ),
                    ("Never retry", "Single lost packets would become failures that users see."),
                ], rank: .reliability,
                rationale: "Reliability decides: a bounded load lets a dependency recover.",
                evidence: workings.evidence(["retry.amplification", "retry.budget_load"])))
    }

    /// The load on a dependency while a share of the attempts fails, as rows.
    private mutating func expectedLoads() -> [[String]] {
        [0.1, 0.5, 0.9, 1].map { failure in
            let shown = Shown.percent(failure, .nearest)
            let id = "retry.load.\(Shown.significant(failure * 100))"
            let assumption = workings.assume(
                "\(shown) of the attempts fail while a dependency is ill.", .definition,
                confidence: 0.9, "A case that is looked at, and no forecast.")
            let load = workings.derive(
                id, "Calls per request when \(shown) of the attempts fail", by: "expected-attempts",
                [
                    ("failure", .assumed(failure, assumption: assumption)),
                    ("attempts", .quantity("retry.amplification")),
                ])
            let bound = workings.quantity("retry.budget_load")
            let isBounded = bound.map { $0.value < load ?? 0 } ?? false
            return [
                shown, workings.shown(id),
                isBounded ? workings.shown("retry.budget_load") : workings.shown(id),
            ]
        }
    }

    private mutating func layerCount(_ count: Int) -> String {
        workings.assume(
            "\(count == 1 ? "One layer" : "\(count) layers") between a person and a dependency"
                + " may retry.", .definition, confidence: 0.9,
            "Counted from the callers of the brief and this service.")
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
}
