// What a figure's name promises: by which formula it is computed, and where its inputs come from.
// An author who applies another formula and derives all the rest from its result leaves figures
// that agree with each other; only their names still say what they should have been.

/// The names of the engines' figures.
enum FigureMeaning {
    /// The beginning of an id, `#` for a position and `*` for any one word, and the formulas that
    /// figures of this name have.
    private static let table: [(id: String, formulas: [String])] = [
        ("error_budget.ratio", ["error-ratio-allowed"]),
        ("error_budget.minutes", ["error-budget"]),
        ("error_budget.requests", ["failed-requests-allowed"]),
        ("nine.objective", ["one-more-nine"]),
        ("nine.minutes", ["error-budget"]),
        ("nine.needed", ["availability-needed"]),
        ("availability.dependencies", ["availability-graph"]),
        ("availability.attainable", ["series"]),
        ("availability.own_needed", ["own-availability-needed"]),
        ("availability.own_downtime", ["error-budget"]),
        ("availability.dependency", ["dependency-availability"]),
        ("availability.taken", ["downtime-sum"]),
        ("availability.taken_share", ["budget-taken"]),
        ("downtime.#", ["error-budget"]),
        ("outages.#", ["dependency-cost"]),
        ("common_cause.#", ["common-cause"]),
        ("repeated.whole", ["series"]),
        ("repeated", ["repeated-calls"]),
        ("deadline_left", ["deadline-remaining"]),
        ("alert.*.burn", ["burn-rate"]),
        ("alert.*.ratio", ["alert-error-ratio"]),
        ("alert.*.detection", ["alert-detection"]),
        ("alert.*.failures", ["alert-failures"]),
        ("rollout.requests", ["clean-requests"]),
        ("rollout.seen", ["traffic-time"]),
        ("rollout.watch", ["longest"]),
        ("rollout.budget", ["release-budget"]),
        ("retry.amplification", ["retry-amplification"]),
        ("retry.budget_load", ["retry-budget-load"]),
        ("retry.load", ["expected-attempts"]),
        ("retry.alone", ["retry-amplification"]),
        ("retry.alone_load", ["expected-attempts"]),
        ("retry.budget_alone", ["retry-budget-load"]),
        ("retry.chain", ["retry-amplification"]),
        ("retry.chain_budget", ["retry-budget-load"]),
        ("backoff.maximum", ["backoff-sum-maximum"]),
        ("backoff.mean", ["backoff-sum-mean"]),
        ("latency.mean", ["lognormal-mean"]),
        ("bulkhead", ["bulkhead-slots"]),
        ("hung", ["concurrency"]),
        ("shed.edge", ["shedding-edge"]),
        ("shed", ["shedding-rate"]),
        ("headroom", ["headroom"]),
        ("waiting", ["queue-limit"]),
        ("breaker", ["breaker-window"]),
        ("calls", ["call-rate"]),
        ("timeout.#", ["lognormal-quantile", "share-of-deadline"]),
        ("timeout.cut", ["share-of-deadline"]),
        ("worst_case.path", ["sum"]),
        ("worst_case", ["call-worst-case"]),
        ("false_timeout", ["false-timeout-rate"]),
        ("false_timeouts.share", ["budget-taken"]),
        ("false_timeouts", ["failure-sum"]),
        ("residual", ["residual-failure"]),
        ("chain.#.quantile", ["hop-quantile"]),
        ("chain.#.call", ["lognormal-quantile"]),
        ("chain.#.bound", ["sum"]),
        ("chain.#.plain", ["percentile-sum"]),
        ("chain.#.fan_out", ["fan-out-slow"]),
        ("arrivals.effective", ["effective-arrivals"]),
        ("arrivals.peak", ["effective-arrivals"]),
        ("load", ["offered-load"]),
        ("stable", ["workers-stable"]),
        ("utilisation", ["utilisation"]),
        ("capacity", ["capacity"]),
        ("erlang_c", ["erlang-c"]),
        ("wait.simulated", ["wait-simulated"]),
        ("wait.peak.simulated", ["wait-simulated"]),
        ("wait.objective", ["wait-quantile"]),
        ("wait", ["wait-mean"]),
        ("workers.planned", ["largest"]),
        ("workers.left", ["workers-left"]),
        ("workers.drain", ["workers-for-drain"]),
        (
            "workers",
            [
                "workers-for-mean-wait", "workers-for-wait-quantile", "workers-at-utilisation",
                "workers-simulated",
            ]
        ),
        ("peak.backlog", ["peak-backlog"]),
        ("peak.delay", ["backlog-delay"]),
        ("peak.drain", ["drain-time"]),
        ("peak.storage", ["storage"]),
        ("outage.backlog", ["outage-backlog"]),
        ("outage.work", ["outage-backlog"]),
        ("outage.longest", ["longest"]),
        ("outage.drain", ["drain-time"]),
        ("outage.violation", ["sum"]),
        ("outage.storage", ["storage"]),
        ("retention.backlog", ["outage-backlog"]),
        ("retention.storage", ["storage"]),
        ("sensitivity.arrivals", ["arrivals-scaled"]),
        ("sensitivity.service", ["service-scaled"]),
        ("shared.arrivals", ["pooled-arrivals"]),
        ("shared.service", ["pooled-service-time"]),
        ("shared.cv", ["pooled-service-cv"]),
        ("shared.peak.arrivals", ["pooled-arrivals"]),
        ("shared.peak.service", ["pooled-service-time"]),
        ("shared.peak.cv", ["pooled-service-cv"]),
        ("shared.apart", ["workers-sum"]),
        ("shared.outage", ["longest"]),
        ("shared.backlog", ["outage-backlog"]),
        ("shared.workers_drain", ["workers-for-drain"]),
        ("shared.stable", ["workers-stable"]),
        ("shared.utilisation", ["utilisation"]),
        ("shared.utilisation_left", ["utilisation"]),
        ("shared.left", ["workers-left"]),
        ("shared.capacity", ["capacity"]),
        ("shared.drain", ["drain-time"]),
        ("cost.retries", ["cost-of-retries"]),
        ("cost.duplicates", ["cost-of-duplicates"]),
        ("cost.apart", ["cost-sum"]),
        ("cost.total", ["cost-sum"]),
        ("cost", ["cost-per-month"]),
        ("downstream", ["downstream-utilisation"]),
        ("surge", ["surge"]),
        ("key.utilisation", ["key-utilisation"]),
        ("key.wait", ["key-wait"]),
        ("service.cv", ["cv-fitted"]),
        ("service.tail", ["service-quantile"]),
        ("service.longest", ["longest"]),
        ("visibility", ["visibility-timeout"]),
        ("job.limit", ["job-limit"]),
        ("heartbeat", ["heartbeat-interval"]),
        ("duplicates", ["duplicates-per-day"]),
        ("idempotency", ["idempotency-window"]),
        ("ride_through", ["ride-through"]),
        ("dead_letters.outage", ["outage-dead-letters"]),
        ("dead_letters", ["dead-letters-per-day"]),
    ]

    /// The formulas that a figure of this id may have; nil when its name promises none.
    static func formulas(of id: String) -> [String]? {
        let words = words(of: id)
        return table.first { matches($0.id, words) }?.formulas
    }

    /// Names of figures that count every attempt, not only what arrives new, and the arrivals that
    /// they take: those at peak where the name says so.
    private static let withRetries = [
        ("load", "effective"), ("stable", "effective"), ("utilisation", "effective"),
        ("erlang_c", "effective"), ("wait.mean", "effective"), ("workers.steady", "effective"),
        ("utilisation.peak", "peak"), ("wait.peak", "peak"), ("wait.peak.simulated", "peak"),
        ("workers.peak", "peak"),
    ]

    /// The figure that the arrivals of this one must come from, if a delivery has it.
    static func arrivals(for id: String) -> String? {
        let words = words(of: id)
        for (name, arrivals) in withRetries where matches(name, words) {
            let queue = words.dropFirst(name.split(separator: ".").count)
            guard let position = queue.first, position.allSatisfy(\.isNumber) else { continue }
            return "arrivals.\(arrivals).\(queue.joined(separator: "."))"
        }
        return nil
    }

    /// The queue or dependency that a figure is about: its position and its name as in ids.
    static func subject(of id: String) -> (position: Int, slug: String)? {
        let words = words(of: id)
        guard let at = words.firstIndex(where: { !$0.isEmpty && $0.allSatisfy(\.isNumber) }),
            let position = Int(words[at]), at + 1 < words.count
        else { return nil }
        return (position, words[(at + 1)...].joined(separator: "."))
    }

    /// The words of an id, without the mark of a second figure of one name.
    private static func words(of id: String) -> [Substring] {
        var words = id.split(separator: ".")
        if let first = words.first, first.first == "u", first.dropFirst().allSatisfy(\.isNumber),
            first.count > 1
        {
            words.removeFirst()
        }
        return words
    }

    private static func matches(_ pattern: String, _ words: [Substring]) -> Bool {
        let wanted = pattern.split(separator: ".")
        guard wanted.count <= words.count else { return false }
        return zip(wanted, words).allSatisfy { wanted, word in
            switch wanted {
            case "*": true
            case "#": word.allSatisfy(\.isNumber)
            default: wanted == word
            }
        }
    }
}
