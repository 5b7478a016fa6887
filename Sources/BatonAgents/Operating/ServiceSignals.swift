// The measurements that the plan asks for, as expressions of the Prometheus query language.
//
// The names follow what client libraries commonly export; a service that names its metrics
// otherwise replaces them in the rules file, and nothing else.

/// Expressions over the metrics of one service.
struct ServiceSignals: Sendable {
    /// Value of the label `service`: letters, digits, hyphens.
    let service: String
    /// Value of the label `version`, where only the requests of one version count.
    var version: String?

    /// The service of a packet. Work packets name no service, so its objective has to do.
    init(_ packet: PacketView) {
        var label = PointerText.slug(packet.objective)
        while label.last == "-" { label.removeLast() }
        service = label
    }

    /// The labels of the requests that count.
    private var selector: String {
        "service=\"\(service)\"" + (version.map { ",version=\"\($0)\"" } ?? "")
    }

    /// Requests, counted at the edge.
    var requests: String { "http_requests_total{\(selector)}" }

    /// Requests a second over 5 min.
    var requestRate: String { "sum(rate(\(requests)[5m]))" }

    /// Share of the requests that failed over `window` (`5m`, `1h`): the SLI of availability.
    func errorRatio(_ window: String) -> String {
        """
        sum(rate(http_requests_total{\(selector),code=~"5.."}[\(window)]))
          /
        sum(rate(http_requests_total{\(selector)}[\(window)]))
        """
    }

    /// The recorded series of that ratio.
    func recordedRatio(_ window: String) -> String {
        "\(recordName(window)){\(selector)}"
    }

    /// What a recorded series of the ratio is labelled with.
    var labels: [YAMLText.Member] {
        [.init("service", .text(service))]
            + (version.map { [.init("version", .text($0))] } ?? [])
    }

    /// Name of the recorded series, as the SRE Workbook, chapter 5, writes it.
    func recordName(_ window: String) -> String {
        let level = version == nil ? "service" : "service_version"
        return "\(level):slo_errors_per_request:ratio_rate\(window)"
    }

    /// A quantile of the response time in seconds, over 5 min.
    func latency(quantile: String) -> String {
        "histogram_quantile(\(quantile), sum by (le) "
            + "(rate(http_request_duration_seconds_bucket{service=\"\(service)\"}[5m])))"
    }

    /// Retries per request, by dependency: 0.1 is a tenth more calls than requests.
    var retryRatio: String {
        """
        sum by (dependency) (rate(client_attempts_total{service="\(service)"}[5m]))
          /
        sum by (dependency) (rate(client_requests_total{service="\(service)"}[5m])) - 1
        """
    }

    /// Calls under way as a share of the slots, by dependency.
    var bulkheadUse: String {
        "max by (dependency) (bulkhead_calls_in_flight{service=\"\(service)\"} "
            + "/ bulkhead_slots{service=\"\(service)\"})"
    }

    /// 1 while the breaker of a dependency is open.
    var openBreaker: String {
        "max by (dependency) (circuit_breaker_open{service=\"\(service)\"})"
    }

    /// Age of the oldest message not yet taken, in seconds.
    func queueAge(_ queue: String) -> String {
        "max(queue_oldest_message_age_seconds{queue=\"\(queue)\"})"
    }

    /// Messages that were given up.
    func deadLetters(_ queue: String) -> String {
        "sum(dead_letter_messages{queue=\"\(queue)\"})"
    }

    /// Workers of a queue that run.
    func workers(_ queue: String) -> String { "sum(queue_workers_running{queue=\"\(queue)\"})" }

    /// Attempts at messages of a queue beyond the first, as a share of all of them.
    func redeliveries(_ queue: String) -> String {
        "sum(rate(queue_redeliveries_total{queue=\"\(queue)\"}[30m])) "
            + "/ sum(rate(queue_deliveries_total{queue=\"\(queue)\"}[30m]))"
    }

    /// Age of the oldest row that the relay has not yet published, in seconds.
    var outboxAge: String {
        "max(outbox_oldest_row_age_seconds{service=\"\(service)\"})"
    }
}
