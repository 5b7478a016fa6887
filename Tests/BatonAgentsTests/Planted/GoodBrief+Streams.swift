// Good briefs about queues and their workers.

extension GoodBrief {
    static let streams = [
        GoodBrief(
            name: "photo-thumbnails", agents: .queue,
            text: """
                ---
                objective: Thumbnails are there when an album is opened
                owners: {service: photos, escalation: photos-lead}
                queues:
                  - name: thumbnails
                    arrival_rate: {mean: 30/s, peak: 55/s for 30m}
                    service_time: {mean: 250ms, cv: 1.1, p99: 1500ms}
                    max_wait: {mean: 1s}
                    workers: {max: 40, cost_per_hour: 0.08 EUR}
                    outage: 20m
                    payload: 1 KiB
                    fail: 1%
                    prefetch: 2
                    retention: 2d
                    now: {attempts: 6, backoff: 2s}
                assume: never
                ---
                ## Acceptance criteria
                - A photo waits less than 1 second on average in the queue.
                """),
        GoodBrief(
            name: "invoice-mail", agents: .queue,
            text: """
                ---
                objective: Every invoice is mailed once and on the day it is made
                owners: {service: billing, escalation: finance-lead}
                queues:
                  - name: invoices
                    arrival_rate: 6/s
                    arrivals_cv: 1.3
                    service_time: {mean: 400ms, cv: 0.8}
                    max_wait: {p95: 5s}
                    workers: {max: 12, cost_per_hour: 0.05 EUR}
                    outage: 2h
                    payload: 30 KiB
                    fail: 4%
                    poison: 0.02%
                    retention: 7d
                    now: {visibility_timeout: 2m, attempts: 8, backoff: 5s, dedup_window: 21d, dead_letter_retention: 10d}
                constraints: {legal: [An invoice is kept for ten years]}
                assume: never
                ---
                ## Acceptance criteria
                - 95 % of the invoices wait at most 5 seconds in the queue.
                - An invoice whose message is delivered twice is mailed once.
                """),
        GoodBrief(
            name: "parcel-scans", agents: .queue,
            text: """
                ---
                objective: A parcel's position is current when the sender asks
                owners: {service: tracking, escalation: hub-manager}
                queues:
                  - name: scans
                    arrival_rate: {mean: 200/s, peak: 320/s for 3h}
                    service_time: {mean: 15ms, cv: 1}
                    max_wait: {mean: 50ms}
                    workers: {max: 20}
                    fail: 0.5%
                    ordering: {key: parcel, hottest: 0.1%}
                    payload: 512 B
                    outage: 5m
                assume: never
                ---
                ## Acceptance criteria
                - A scan waits less than 50 ms on average before a worker takes it.
                """),
        GoodBrief(
            name: "video-encoding", agents: .queue,
            text: """
                ---
                objective: An uploaded lecture can be watched the same evening
                owners: {service: lecture-video}
                queues:
                  - name: encodes
                    arrival_rate: {mean: 0.02/s, peak: 0.05/s for 4h}
                    service_time: {mean: 300s, cv: 0.7, p99: 1200s}
                    max_wait: {mean: 15m}
                    workers: {max: 30, cost_per_hour: 0.90 EUR}
                    outage: 1h
                    fail: 2%
                    retention: 5d
                assume: never
                ---
                ## Success criteria
                - No student waits for a lecture until the next day.
                """),
        GoodBrief(
            name: "meter-readings", agents: .queue,
            text: """
                ---
                objective: Readings of electricity meters are stored without gaps
                owners: {service: metering, escalation: grid-control}
                queues:
                  - name: readings
                    arrival_rate: {mean: 900/s}
                    service_time: {mean: 4ms, cv: 1.2}
                    max_wait: {mean: 20ms}
                    workers: {max: 16, cost_per_hour: 0.06 EUR}
                    outage: 30m
                    payload: 256 B
                    fail: 0.2%
                    retention: 3d
                    calls: [timeseries]
                dependencies:
                  - {name: timeseries, availability: 99.9%, limit: 2000/s, kind: hard}
                route: [backend.queue_worker_planner]
                assume: never
                ---
                ## Acceptance criteria
                - After 30 minutes without workers the backlog is worked off within 2 hours.
                """),
        GoodBrief(
            name: "push-messages", agents: .queue,
            text: """
                ---
                objective: A goal is on every phone while the crowd still cheers
                owners: {service: push-team, escalation: sports-desk}
                queues:
                  - name: pushes
                    arrival_rate: {mean: 50/s, peak: 400/s for 5m}
                    service_time: {mean: 30ms, cv: 1.5}
                    max_wait: {mean: 2s}
                    workers: {max: 60, cost_per_hour: 0.10 USD}
                    fail: 3%
                  - name: digests
                    arrival_rate: 2/s
                    service_time: {mean: 800ms, cv: 1}
                    max_wait: {mean: 30s}
                    workers: {max: 6, cost_per_hour: 0.10 USD}
                    fail: 1%
                    outage: 15m
                assume: conservative
                ---
                ## Acceptance criteria
                - A push waits less than 2 s on average in its queue.
                """),
        GoodBrief(
            name: "lab-results", agents: .queue,
            text: """
                ---
                objective: Results of a laboratory reach the ward in the order they were made
                owners: {service: lab-link, escalation: chief-physician}
                queues:
                  - name: results
                    arrival_rate: {mean: {value: 12/s, from: measured 30d}}
                    service_time: {mean: {value: 90ms, from: measured 30d}, cv: 1}
                    max_wait: {p99: 3s}
                    workers: {max: 10, cost_per_hour: 0.20 EUR}
                    ordering: {key: patient, hottest: 4%}
                    outage: 10m
                    fail: 1%
                    payload: 6 KiB
                    retention: 14d
                    now: {attempts: 7, backoff: 3s, visibility_timeout: 45s, dedup_window: 40d}
                constraints: {security: [Results are encrypted in the queue]}
                assume: never
                ---
                ## Acceptance criteria
                - 99 % of the results wait at most 3 seconds.
                - Results of one patient are processed by the workers in order.
                """),
    ]
}
