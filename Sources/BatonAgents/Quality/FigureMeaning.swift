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
        ("availability.dependencies", ["availability-graph"]),
        ("availability.attainable", ["series"]),
        ("availability.own_needed", ["own-availability-needed"]),
        ("availability.own_downtime", ["error-budget"]),
        ("availability.dependency", ["dependency-availability"]),
        ("downtime.#", ["error-budget"]),
        ("alert.*.burn", ["burn-rate"]),
        ("alert.*.ratio", ["alert-error-ratio"]),
        ("retry.amplification", ["retry-amplification"]),
        ("retry.budget_load", ["retry-budget-load"]),
        ("backoff.maximum", ["backoff-sum-maximum"]),
        ("backoff.mean", ["backoff-sum-mean"]),
        ("latency.mean", ["lognormal-mean"]),
        ("bulkhead", ["bulkhead-slots"]),
        ("hung", ["concurrency"]),
        ("calls", ["call-rate"]),
        ("timeout.#", ["lognormal-quantile", "share-of-deadline"]),
        ("worst_case.path", ["sum"]),
        ("worst_case", ["call-worst-case"]),
        ("arrivals.effective", ["effective-arrivals"]),
        ("arrivals.peak", ["effective-arrivals"]),
        ("load", ["offered-load"]),
        ("stable", ["workers-stable"]),
        ("utilisation", ["utilisation"]),
        ("capacity", ["capacity"]),
        ("erlang_c", ["erlang-c"]),
        ("wait.mean", ["wait-mean"]),
        ("wait.peak", ["wait-mean"]),
        ("wait.objective", ["wait-quantile"]),
        ("workers.planned", ["largest"]),
        (
            "workers",
            ["workers-for-mean-wait", "workers-for-wait-quantile", "workers-at-utilisation"]
        ),
        ("peak.backlog", ["peak-backlog"]),
        ("peak.delay", ["backlog-delay"]),
        ("peak.drain", ["drain-time"]),
        ("outage.backlog", ["outage-backlog"]),
        ("outage.drain", ["drain-time"]),
        ("outage.violation", ["sum"]),
        ("outage.storage", ["storage"]),
        ("cost", ["cost-per-month"]),
        ("downstream", ["downstream-utilisation"]),
        ("key.utilisation", ["key-utilisation"]),
        ("key.wait", ["key-wait"]),
        ("service.tail", ["service-quantile"]),
        ("service.longest", ["longest"]),
        ("visibility", ["visibility-timeout"]),
        ("duplicates", ["duplicates-per-day"]),
        ("idempotency", ["idempotency-window"]),
        ("dead_letters", ["dead-letters-per-day"]),
    ]

    /// The formulas that a figure of this id may have; nil when its name promises none.
    static func formulas(of id: String) -> [String]? {
        let words = words(of: id)
        return table.first { matches($0.id, words) }?.formulas
    }

    /// Names of figures that count every attempt, not only what arrives new.
    private static let withRetries = [
        "load", "stable", "utilisation", "erlang_c", "wait.mean", "workers.steady",
    ]

    /// The figure that the arrivals of this one must come from, if a delivery has it.
    static func arrivals(for id: String) -> String? {
        let words = words(of: id)
        guard let name = withRetries.first(where: { matches($0, words) }),
            words.count > name.split(separator: ".").count,
            words[name.split(separator: ".").count].allSatisfy(\.isNumber)
        else { return nil }
        let queue = words.dropFirst(name.split(separator: ".").count).joined(separator: ".")
        return "arrivals.effective.\(queue)"
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
