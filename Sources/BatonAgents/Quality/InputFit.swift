// Whether a field of the packet can be an input of that name. A rate where a time is asked for
// gives a number, too.

/// Which fields of the packet an input may be read from.
enum InputFit {
    /// Input names with the last steps of the pointers that fit them; inputs that are not listed
    /// take anything.
    private static let fields: [String: Set<String>] = [
        "availability": ["availability", "own_availability"],
        "window": ["window"],
        "rate": ["mean", "rate", "arrival_rate"],
        "arrival_rate": ["mean", "rate", "arrival_rate"],
        "peak": ["rate"],
        "duration": ["for", "duration"],
        "service_time": ["mean", "service_time", "latency_p50", "timeout"],
        "p50": ["latency_p50"],
        "p99": ["latency_p99", "p99"],
        "timeout": ["timeout", "latency_p99"],
        "attempts": ["attempts"],
        "failure": ["fail"],
        "poison": ["poison"],
        "outage": ["outage", "recovery", "retention", "for"],
        "payload": ["payload"],
        "cost_per_hour": ["cost_per_hour"],
        "share": ["share", "hottest"],
        "limit": ["limit"],
        "retention": ["retention"],
        "visibility": ["visibility_timeout"],
        "dead_letter_retention": ["dead_letter_retention"],
        "prefetch": ["prefetch"],
        "service_cv": ["cv"],
        "arrivals_cv": ["arrivals_cv"],
        "cv": ["cv"],
        "base": ["backoff"],
        "for": ["for"],
        "every": ["every"],
        "dependencies": ["dependencies"],
    ]

    /// Whether the field at `pointer` can be the input `name`.
    static func fits(_ name: String, _ pointer: String) -> Bool {
        guard let known = fields[name] else { return true }
        var steps = pointer.split(separator: "/").map(String.init)
        // A figure with its source is one step further down.
        if steps.last == "value" { steps.removeLast() }
        return steps.last.map(known.contains) ?? false
    }
}
