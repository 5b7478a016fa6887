// The one table of every key that a brief may have. The parser, `brief check`, the suggestions for
// misspelt keys, `--set`, the templates and the table in Protocols/brief.md all read it.

/// Every brief key.
package enum FieldCatalog {
    /// The top-level keys that end up in `inputs`.
    package static let inputRoots = [
        "slo", "own_availability", "traffic", "callers", "layers", "dependencies", "operations",
        "openapi", "baseline", "queues",
    ]

    /// A promise to keep: not 0, and 1 cannot be promised.
    private static let promise = 0.000_001...0.999_999_999
    private static let share = 0.0...1.0
    /// Something that takes time: up to a hundred years.
    private static let time = 0.000_000_001...3_153_600_000.0
    private static let few = 1.0...10_000.0

    /// The table, in the order of the documentation.
    package static let entries: [FieldEntry] = prose + service + dependencies + queues + handling

    private static let prose: [FieldEntry] = [
        FieldEntry("title", .text, "Name of the brief; else the first heading.", "Capture v2"),
        FieldEntry(
            "objective", .text, "What is to be reached. Required.",
            "Payment capture survives provider outages"),
        FieldEntry(
            "success_criteria", .texts, "How a person sees that it was reached.",
            "[No lost capture in the outage drill]"),
        FieldEntry(
            "acceptance_criteria", .texts, "What has to be shown before it is accepted.",
            "[p99 below 800 ms at peak]"),
        FieldEntry(
            "constraints", .constraints,
            "Texts by kind: security, legal, budget, timeline, staffing, other.",
            "{timeline: 6 weeks}"),
        FieldEntry("deliverables", .texts, "What is wanted beside the five deliverables.", "[ADR]"),
        FieldEntry("definition_of_done", .texts, "When the work is over.", "[Drill passed]"),
        FieldEntry(
            "context", .text, "Whatever else helps; as a list, programs to run for it.",
            "Two providers are under contract"),
        FieldEntry("owners", .map(shorthand: nil), "Who answers for what.", "{service: payments}"),
        FieldEntry("owners.service", .text, "Owner of the service.", "payments-team"),
        FieldEntry("owners.escalation", .text, "Who answers escalations.", "payments-oncall"),
    ]

    private static let service: [FieldEntry] = [
        FieldEntry("slo", .map(shorthand: nil), "Service level objective.", "{window: 30d}"),
        FieldEntry(
            "slo.availability", .ratio(isPromise: true), "Share of good time or requests.",
            "99.95%", range: promise),
        FieldEntry("slo.latency_p50", .duration, "Median latency.", "120ms", range: time),
        FieldEntry("slo.latency_p90", .duration, "90th percentile.", "300ms", range: time),
        FieldEntry("slo.latency_p95", .duration, "95th percentile.", "400ms", range: time),
        FieldEntry("slo.latency_p99", .duration, "99th percentile.", "800ms", range: time),
        FieldEntry("slo.window", .duration, "Window of the objective.", "30d", range: time),
        FieldEntry(
            "slo.error_rate", .ratio(isPromise: false), "Share of requests that may fail.",
            "0.05%", range: share),
        FieldEntry("slo.recovery", .duration, "Longest time to recover.", "5m", range: time),
        FieldEntry(
            "own_availability", .ratio(isPromise: true), "The service without its dependencies.",
            "99.98%", range: promise),
        FieldEntry(
            "traffic", .map(shorthand: "mean"), "Requests to the service.", "{mean: 90/s}"),
        FieldEntry("traffic.mean", .rate, "Mean rate.", "90/s"),
        FieldEntry("traffic.peak", .peak, "Peak rate and how long it lasts.", "300/s for 2h"),
        FieldEntry("callers[]", .list(identity: "name"), "Who calls the service.", ""),
        FieldEntry("callers[].name", .name, "Name of the caller.", "app"),
        FieldEntry("callers[].timeout", .duration, "How long it waits.", "10s", range: time),
        FieldEntry(
            "callers[].attempts", .count, "Tries in all, the first included.", "2", range: few),
        FieldEntry(
            "layers[]", .list(identity: "name"),
            "What else repeats calls: gateways, proxies, client libraries.", ""),
        FieldEntry("layers[].name", .name, "Name of the layer.", "mesh"),
        FieldEntry(
            "layers[].attempts", .count, "Tries in all, the first included.", "2", range: few),
        FieldEntry(
            "layers[].calls", .names,
            "Dependencies or groups it stands before; without them, it stands before the service.",
            "[ledger]"),
        FieldEntry("operations[]", .list(identity: "id"), "What the service offers.", ""),
        FieldEntry("operations[].id", .name, "Name of the operation.", "capture"),
        FieldEntry(
            "operations[].method", .choice(methods), "HTTP method.", "POST"),
        FieldEntry("operations[].path", .text, "HTTP path.", "/captures"),
        FieldEntry(
            "operations[].share", .ratio(isPromise: false), "Share of the traffic.", "30%",
            range: share),
        FieldEntry(
            "operations[].calls", .calls, "Dependencies or groups called, in order.",
            "[ledger, {parallel: [rates, mailer]}]"),
        FieldEntry(
            "operations[].idempotency", .choice(["key", "natural", "none"]),
            "How repeats are told apart.", "key"),
        FieldEntry(
            "operations[].key_retention", .duration, "How long the records of its keys are kept.",
            "24h", needs: ["idempotency"], range: time),
        FieldEntry("operations[].writes", .names, "Dependencies written to.", "[ledger]"),
        FieldEntry("operations[].publishes", .names, "Queues published to.", "[captures]"),
        FieldEntry("openapi", .file, "OpenAPI 3 document.", "./api.yaml"),
        FieldEntry("baseline", .file, "The OpenAPI document before the change.", "./api-v1.yaml"),
    ]

    /// HTTP methods, RFC 9110 and PATCH.
    package static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    private static let dependencies: [FieldEntry] = [
        FieldEntry("dependencies[]", .list(identity: "name"), "What the service needs.", ""),
        FieldEntry("dependencies[].name", .name, "Name of the dependency.", "ledger"),
        FieldEntry(
            "dependencies[].availability", .ratio(isPromise: true), "Promised or measured.",
            "99.99%", range: promise),
        FieldEntry("dependencies[].latency_p50", .duration, "Median latency.", "12ms", range: time),
        FieldEntry(
            "dependencies[].latency_p99", .duration, "99th percentile.", "60ms", range: time),
        FieldEntry(
            "dependencies[].kind", .choice(["hard", "soft", "cached", "redundant"]),
            "What its failure means.", "hard"),
        FieldEntry(
            "dependencies[].timeout", .duration, "Timeout now in force.", "200ms", range: time),
        FieldEntry(
            "dependencies[].attempts", .count, "Tries in all, the first included.", "2",
            range: few),
        FieldEntry(
            "dependencies[].group", .name, "Group of redundant dependencies.", "psp",
            needs: ["kind"]),
        FieldEntry(
            "dependencies[].need", .count, "How many of the group must work.", "1",
            needs: ["group"], range: few),
        FieldEntry(
            "dependencies[].shares", .names, "What it has in common with others.", "[egress]"),
        FieldEntry("dependencies[].limit", .rate, "Rate it allows.", "250/s"),
        FieldEntry(
            "dependencies[].maintenance", .maintenance, "Planned downtime.", "30m daily"),
        FieldEntry(
            "dependencies[].stale_ok", .duration, "Age up to which a cached answer serves.",
            "30m", needs: ["kind"], range: time),
    ]

    private static let queues: [FieldEntry] = [
        FieldEntry("queues[]", .list(identity: "name"), "Queues with their workers.", ""),
        FieldEntry("queues[].name", .name, "Name of the queue.", "captures"),
        FieldEntry(
            "queues[].arrival_rate", .map(shorthand: "mean"), "Messages arriving.", "40/s"),
        FieldEntry("queues[].arrival_rate.mean", .rate, "Mean rate.", "40/s"),
        FieldEntry("queues[].arrival_rate.peak", .peak, "Peak and its length.", "100/s for 1h"),
        FieldEntry(
            "queues[].arrivals_cv", .number, "Variation of the gaps; 1 is Poisson.", "1"),
        FieldEntry(
            "queues[].service_time", .map(shorthand: "mean"), "Time to work on one.", "120ms"),
        FieldEntry("queues[].service_time.mean", .duration, "Mean.", "120ms", range: time),
        FieldEntry("queues[].service_time.cv", .number, "Coefficient of variation.", "1.4"),
        FieldEntry("queues[].service_time.p50", .duration, "Median.", "90ms", range: time),
        FieldEntry(
            "queues[].service_time.p90", .duration, "90th percentile.", "300ms", range: time),
        FieldEntry(
            "queues[].service_time.p95", .duration, "95th percentile.", "500ms", range: time),
        FieldEntry(
            "queues[].service_time.p99", .duration, "99th percentile.", "900ms", range: time),
        FieldEntry(
            "queues[].max_wait", .map(shorthand: nil), "Longest acceptable wait.",
            "{mean: 200ms}"),
        FieldEntry("queues[].max_wait.mean", .duration, "Mean wait.", "200ms", range: time),
        FieldEntry("queues[].max_wait.p50", .duration, "Median wait.", "100ms", range: time),
        FieldEntry("queues[].max_wait.p90", .duration, "90th percentile.", "500ms", range: time),
        FieldEntry("queues[].max_wait.p95", .duration, "95th percentile.", "1s", range: time),
        FieldEntry("queues[].max_wait.p99", .duration, "99th percentile.", "3s", range: time),
        FieldEntry("queues[].workers", .map(shorthand: "max"), "Workers.", "{max: 12}"),
        FieldEntry(
            "queues[].workers.max", .count, "Most that can run.", "12", range: 1...1_000_000),
        FieldEntry(
            "queues[].workers.now", .count, "How many run today.", "6", range: 0...1_000_000),
        FieldEntry("queues[].workers.cost_per_hour", .money, "Price of one.", "0.12 EUR"),
        FieldEntry(
            "queues[].pool", .name, "Queues of one pool share their workers.", "back-office"),
        FieldEntry("queues[].outage", .duration, "Outage to recover from.", "15m", range: time),
        FieldEntry("queues[].payload", .size, "Size of a message.", "2 KiB"),
        FieldEntry(
            "queues[].fail", .ratio(isPromise: false), "Share of attempts that fail.", "2%",
            range: share),
        FieldEntry(
            "queues[].poison", .ratio(isPromise: false), "Share of messages that never work.",
            "0.01%", range: share),
        FieldEntry("queues[].calls", .calls, "Dependencies a worker calls.", "[psp]"),
        FieldEntry(
            "queues[].ordering", .map(shorthand: "key"), "Order to be kept.", "{key: wallet}"),
        FieldEntry("queues[].ordering.key", .text, "What is kept in order.", "wallet"),
        FieldEntry(
            "queues[].ordering.hottest", .ratio(isPromise: false), "Share of the busiest key.",
            "2%", needs: ["key"], range: share),
        FieldEntry(
            "queues[].prefetch", .count, "Messages a worker holds.", "4", range: 0...1_000_000),
        FieldEntry("queues[].retention", .duration, "How long it keeps.", "4d", range: time),
        FieldEntry("queues[].now", .map(shorthand: nil), "What is configured today.", ""),
        FieldEntry(
            "queues[].now.visibility_timeout", .duration, "Visibility timeout.", "30s",
            range: time),
        FieldEntry(
            "queues[].now.attempts", .count, "Tries in all, the first included.", "5", range: few),
        FieldEntry("queues[].now.backoff", .duration, "First backoff.", "1s", range: time),
        FieldEntry("queues[].now.dedup_window", .duration, "Repeats found.", "24h", range: time),
        FieldEntry(
            "queues[].now.dead_letter_retention", .duration, "Dead letters kept.", "14d",
            range: time),
    ]

    private static let handling: [FieldEntry] = [
        FieldEntry("artifacts", .files, "Files that travel with the brief.", "[./adr-12.md]"),
        FieldEntry("tags", .texts, "Signals for the route.", "[payments, api]"),
        FieldEntry("route", .agents, "Agents to ask; overrides the signals.", "[core.quality]"),
        FieldEntry("playbook", .name, "How the plan is made.", "default"),
        FieldEntry("priority", .count, "0 to 9, 9 first.", "5", range: 0...9),
        FieldEntry(
            "budget", .map(shorthand: nil), "What it may use before a person is asked.",
            "{cost: 5 USD, attempts: 40}"),
        FieldEntry(
            "budget.cost", .money, "Cost that the agents report, in USD.", "5 USD"),
        FieldEntry(
            "budget.attempts", .count, "Attempts of all its tasks, reviews included.", "40",
            range: 1...1_000_000),
        FieldEntry("not_before", .instant, "No work before.", "2026-12-01T08:00Z"),
        FieldEntry("deadline", .deadline, "No work after.", "2h"),
        FieldEntry(
            "assume", .choice(["never", "conservative"]),
            "Whether missing inputs may be assumed in the open.", "never"),
    ]
}
