// Good briefs with a service and its queues, which both specialists work on.

extension GoodBrief {
    static let wholes = [
        GoodBrief(
            name: "restaurant-orders", agents: .both,
            text: """
                ---
                objective: An order is in the kitchen within seconds, also on Friday evening
                owners: {service: orders-team, escalation: operations-lead}
                slo: {availability: 99.8%, latency_p99: 800ms, window: 30d, error_rate: 0.2%}
                own_availability: {value: 99.97%, from: measured 90d}
                traffic: {mean: 35/s, peak: 90/s for 3h}
                callers: [{name: web, timeout: 6s, attempts: 2}]
                dependencies:
                  - {name: menu, availability: {value: 99.95%, from: measured 90d}, latency_p50: 10ms, latency_p99: 60ms, kind: hard, timeout: 120ms, attempts: 2}
                  - {name: loyalty, availability: 99%, kind: soft, timeout: 80ms}
                operations:
                  - {id: order, method: POST, path: /orders, share: 25%, calls: [menu, loyalty], idempotency: key, writes: [menu], publishes: [tickets]}
                  - {id: menu, method: GET, path: /menu, share: 75%, calls: [menu]}
                queues:
                  - name: tickets
                    arrival_rate: {mean: 9/s, peak: 23/s for 3h}
                    service_time: {mean: 180ms, cv: 1}
                    max_wait: {mean: 400ms}
                    workers: {max: 12, cost_per_hour: 0.07 EUR}
                    outage: 10m
                    fail: 1%
                    payload: 3 KiB
                    retention: 1d
                tags: [api, queue]
                assume: never
                ---
                ## Acceptance criteria
                - 99 % of the orders are answered within 800 ms.
                - An order waits less than 400 ms on average in the queue.
                - An order that is sent twice is cooked once.
                """),
        GoodBrief(
            name: "insurance-claims", agents: .both,
            text: """
                ---
                objective: A claim with photos is taken in during a hailstorm
                owners: {service: claims, escalation: claims-director}
                slo: {availability: 99.5%, latency_p99: 2s, window: 30d, recovery: 15m}
                traffic: {mean: 5/s, peak: 40/s for 8h}
                dependencies:
                  - {name: policies, availability: {value: 99.8%, from: sla}, latency_p50: 80ms, latency_p99: 450ms, kind: hard, timeout: 600ms, attempts: 2}
                  - {name: blobs, availability: {value: 99.99%, from: sla}, latency_p50: 30ms, latency_p99: 200ms, kind: hard, timeout: 400ms, attempts: 2}
                operations:
                  - {id: claim, method: POST, path: /claims, share: 100%, calls: [policies, blobs], idempotency: key, publishes: [assessments]}
                queues:
                  - name: assessments
                    arrival_rate: {mean: 5/s, peak: 40/s for 8h}
                    service_time: {mean: 900ms, cv: 1.3, p99: 6s}
                    max_wait: {mean: 30s}
                    workers: {max: 80, cost_per_hour: 0.11 EUR}
                    outage: 1h
                    fail: 2%
                    payload: 8 KiB
                    retention: 10d
                tags: [api, queue]
                assume: never
                ---
                ## Acceptance criteria
                - Availability of claims is at least 99.5 % over 30 days.
                - A claim waits less than 30 seconds on average in the queue.
                ## Definition of done
                - The load of a hailstorm was tried out.
                """),
        GoodBrief(
            name: "ride-hailing", agents: .both,
            text: """
                ---
                objective: A rider gets a driver although the pricing service is down
                owners: {service: dispatch, escalation: city-manager}
                slo: {availability: 99.9%, latency_p99: 900ms, window: 30d}
                own_availability: {value: 99.98%, from: measured 90d}
                traffic: {mean: 80/s, peak: 250/s for 2h}
                callers: [{name: app, timeout: 10s, attempts: 2}]
                dependencies:
                  - {name: drivers, availability: {value: 99.97%, from: measured 90d}, latency_p50: 20ms, latency_p99: 90ms, kind: hard, timeout: 150ms, attempts: 2}
                  - {name: pricing, availability: 99%, latency_p50: 30ms, latency_p99: 150ms, kind: cached, stale_ok: 2h}
                operations:
                  - {id: ride, method: POST, path: /rides, share: 40%, calls: [drivers, pricing], idempotency: key, publishes: [offers]}
                  - {id: position, method: GET, path: /position, share: 60%, calls: [drivers]}
                queues:
                  - name: offers
                    arrival_rate: {mean: 32/s, peak: 100/s for 2h}
                    service_time: {mean: 60ms, cv: 1}
                    max_wait: {mean: 100ms}
                    workers: {max: 20, cost_per_hour: 0.09 USD}
                    outage: 5m
                    fail: 2%
                    ordering: {key: driver, hottest: 1%}
                tags: [api, queue]
                assume: conservative
                ---
                ## Acceptance criteria
                - 99 % of the rides are answered within 900 ms.
                - An offer waits less than 100 ms on average in the queue.
                """),
        GoodBrief(
            name: "energy-market", agents: .both,
            text: """
                ---
                objective: A bid that was acknowledged before the gate closes takes part
                owners: {service: market-gateway, escalation: market-operator}
                slo: {availability: 99.95%, latency_p99: 400ms, window: 30d, error_rate: 0.05%, recovery: 2m}
                own_availability: {value: 99.99%, from: measured 90d}
                traffic: {mean: 20/s, peak: 300/s for 15m}
                callers: [{name: trader, timeout: 3s, attempts: 1}]
                dependencies:
                  - {name: book, availability: {value: 99.99%, from: measured 90d}, latency_p50: 5ms, latency_p99: 30ms, kind: hard, timeout: 60ms, attempts: 2}
                operations:
                  - {id: bid, method: PUT, path: "/bids/{id}", share: 100%, calls: [book], writes: [book], publishes: [bids]}
                queues:
                  - name: bids
                    arrival_rate: {mean: 20/s, peak: 300/s for 15m}
                    service_time: {mean: 10ms, cv: 0.5}
                    max_wait: {mean: 100ms}
                    workers: {max: 10, cost_per_hour: 0.30 EUR}
                    outage: 2m
                    fail: 0.1%
                    payload: 1 KiB
                    retention: 30d
                constraints: {legal: [Bids are kept for five years], timeline: [Before the winter]}
                tags: [api, queue]
                assume: never
                ---
                ## Acceptance criteria
                - 99 % of the bids are answered within 400 ms.
                - A bid waits less than 100 ms on average in the queue.
                - A bid that is sent twice counts once.
                """),
        GoodBrief(
            name: "news-comments", agents: .both,
            text: """
                ---
                objective: Comments appear after moderation, and the article loads without them
                owners: {service: community}
                slo: {availability: 99%, latency_p99: 1s, window: 30d}
                traffic: {mean: 150/s}
                dependencies:
                  - {name: store, availability: 99.6%, latency_p50: 15ms, latency_p99: 130ms, kind: hard}
                operations:
                  - {id: read, method: GET, path: /comments, share: 95%, calls: [store]}
                  - {id: write, method: POST, path: /comments, share: 5%, calls: [store], publishes: [moderation]}
                queues:
                  - name: moderation
                    arrival_rate: 7/s
                    service_time: {mean: 350ms}
                    max_wait: {mean: 10s}
                    workers: {max: 8}
                tags: [api, queue]
                assume: conservative
                ---
                ## Acceptance criteria
                - A comment waits less than 10 seconds on average in the queue.
                """),
        GoodBrief(
            name: "satellite-telemetry", agents: .both,
            text: """
                ---
                objective: Telemetry of a pass is complete before the next pass begins
                owners: {service: ground-segment, escalation: flight-director}
                slo: {availability: 99.7%, latency_p99: 3s, window: 14d, recovery: 20m}
                own_availability: {value: 99.9%, from: measured 180d}
                traffic: {mean: 12/s, peak: 60/s for 12m}
                dependencies:
                  - {name: antenna-north, availability: {value: 97%, from: measured 180d}, latency_p50: 200ms, latency_p99: 900ms, kind: redundant, group: antennas, need: 1}
                  - {name: antenna-south, availability: {value: 96%, from: measured 180d}, latency_p50: 220ms, latency_p99: 950ms, kind: redundant, group: antennas, need: 1}
                operations:
                  - {id: frame, method: PUT, path: "/frames/{id}", share: 100%, calls: [antennas], publishes: [frames]}
                queues:
                  - name: frames
                    arrival_rate: {mean: 12/s, peak: 60/s for 12m}
                    service_time: {mean: 120ms, cv: 0.9}
                    max_wait: {mean: 1s}
                    workers: {max: 24, cost_per_hour: 0.25 EUR}
                    outage: 20m
                    payload: 64 KiB
                    retention: 30d
                    fail: 0.5%
                tags: [api, queue]
                assume: never
                ---
                ## Acceptance criteria
                - Availability of the frames is at least 99.7 % over 14 days.
                - A frame waits less than 1 s on average in the queue.
                """),
    ]
}
