// Good briefs about services that answer requests.

extension GoodBrief {
    static let services = [
        GoodBrief(
            name: "library-search", agents: .api,
            text: """
                ---
                objective: Readers find books while the catalogue is being rebuilt
                owners: {service: catalogue-team, escalation: head-librarian}
                slo: {availability: 99.5%, latency_p99: 900ms, window: 30d}
                own_availability: {value: 99.95%, from: measured 90d}
                traffic: {mean: 25/s, peak: 60/s for 2h}
                callers: [{name: reading-room, timeout: 4s, attempts: 2}]
                dependencies:
                  - {name: index, availability: {value: 99.9%, from: measured 90d}, latency_p50: 20ms, latency_p99: 140ms, kind: hard, timeout: 250ms, attempts: 2}
                  - {name: covers, availability: 99%, kind: soft, timeout: 150ms}
                operations:
                  - {id: search, method: GET, path: /books, share: 90%, calls: [index, covers]}
                  - {id: reserve, method: POST, path: /reservations, share: 10%, calls: [index], idempotency: key}
                assume: never
                ---
                ## Acceptance criteria
                - 99 % of the searches are answered within 900 ms.
                - A reservation that is sent twice is made once.
                """),
        GoodBrief(
            name: "school-grades", agents: .api,
            text: """
                ---
                objective: Parents see grades on the day they are entered
                owners: {service: school-it, escalation: principal}
                slo: {availability: 99%, latency_p99: 2s, window: 7d, error_rate: 1%}
                traffic: {mean: 4/s}
                dependencies:
                  - {name: registry, availability: {value: 99.7%, from: sla}, latency_p50: 60ms, latency_p99: 400ms, kind: hard}
                operations:
                  - {id: grades, method: GET, path: "/pupils/{id}/grades", share: 100%, calls: [registry]}
                constraints: {legal: [Grades of minors are shown to their parents only]}
                assume: never
                ---
                ## Success criteria
                - Nobody has to call the school office for a grade.
                ## Acceptance criteria
                - Availability is at least 99 % over 7 days.
                """),
        GoodBrief(
            name: "bank-transfer", agents: .api,
            text: """
                ---
                objective: A transfer is booked once, whatever happens to the network
                owners: {service: transfers, escalation: chief-of-operations}
                slo: {availability: 99.9%, latency_p99: 1500ms, window: 30d, error_rate: 0.1%, recovery: 10m}
                own_availability: {value: 99.99%, from: measured 90d}
                traffic: {mean: 120/s, peak: 400/s for 1h}
                callers: [{name: mobile-app, timeout: 8s, attempts: 3}, {name: branch, timeout: 15s, attempts: 1}]
                dependencies:
                  - {name: ledger, availability: {value: 99.99%, from: measured 90d}, latency_p50: 15ms, latency_p99: 80ms, kind: hard, timeout: 200ms, attempts: 2}
                  - {name: limits, availability: {value: 99.98%, from: measured 90d}, latency_p50: 8ms, latency_p99: 35ms, kind: hard, timeout: 90ms, attempts: 2}
                  - {name: fraud, availability: 99.5%, latency_p50: 30ms, latency_p99: 120ms, kind: cached, stale_ok: 1h}
                operations:
                  - {id: transfer, method: POST, path: /transfers, share: 20%, calls: [limits, fraud, ledger], idempotency: key, writes: [ledger]}
                  - {id: balance, method: GET, path: "/accounts/{id}", share: 80%, calls: [ledger]}
                constraints: {security: [Account numbers are never logged], legal: [Bookings are kept for ten years]}
                assume: never
                ---
                ## Acceptance criteria
                - 99 % of the transfers are answered within 1500 ms.
                - Availability of transfers is at least 99.9 % over 30 days.
                - A transfer that is sent twice with the same key is booked once.
                ## Definition of done
                - The loss of the fraud service was rehearsed.
                """),
        GoodBrief(
            name: "hotel-rates", agents: .api,
            text: """
                ---
                objective: Room rates are shown although one of three providers is down
                owners: {service: rates-team, escalation: travel-lead}
                slo: {availability: 99.8%, latency_p99: 1200ms, window: 28d}
                own_availability: {value: 99.97%, from: measured 30d}
                traffic: {mean: 70/s}
                dependencies:
                  - {name: provider-a, availability: 99%, latency_p50: 90ms, latency_p99: 380ms, kind: redundant, group: providers, need: 1}
                  - {name: provider-b, availability: 98.5%, latency_p50: 80ms, latency_p99: 420ms, kind: redundant, group: providers, need: 1}
                  - {name: provider-c, availability: 99.2%, latency_p50: 100ms, latency_p99: 400ms, kind: redundant, group: providers, need: 1}
                operations:
                  - {id: rates, method: GET, path: /rates, share: 100%, calls: [providers]}
                assume: never
                ---
                ## Acceptance criteria
                - Rates are available for at least 99.8 % of the time.
                """),
        GoodBrief(
            name: "clinic-booking", agents: .api,
            text: """
                ---
                objective: Patients book an appointment at night as well as by day
                owners: {service: clinic-portal, escalation: clinic-director}
                slo: {availability: 99.7%, latency_p99: 1s, window: 30d, recovery: 30m}
                own_availability: 99.95%
                traffic: {mean: 9/s, peak: 30/s for 30m}
                dependencies:
                  - {name: calendar, availability: {value: 99.95%, from: sla}, latency_p50: 25ms, latency_p99: 160ms, kind: hard, timeout: 300ms, attempts: 2, maintenance: 1m daily}
                  - {name: reminders, availability: 98%, kind: soft, timeout: 100ms}
                operations:
                  - {id: book, method: POST, path: /appointments, share: 30%, calls: [calendar, reminders], idempotency: key}
                  - {id: list, method: GET, path: /appointments, share: 70%, calls: [calendar]}
                constraints: {security: [Names of patients stay within the clinic]}
                assume: conservative
                ---
                ## Acceptance criteria
                - 99 % of the bookings are answered within 1 second.
                """),
        GoodBrief(
            name: "weather-map", agents: .api,
            text: """
                ---
                objective: The weather map loads before a storm as on any other day
                owners: {service: map-team}
                slo: {availability: 99.9%, latency_p99: 600ms, window: 90d}
                traffic: {mean: 300/s, peak: 2000/s for 6h}
                dependencies:
                  - {name: tiles, availability: {value: 99.99%, from: measured 90d}, latency_p50: 10ms, latency_p99: 70ms, kind: hard, timeout: 150ms, attempts: 2}
                  - {name: radar, availability: 97%, latency_p50: 40ms, latency_p99: 200ms, kind: cached, stale_ok: 2h}
                operations:
                  - {id: map, method: GET, path: /map, share: 100%, calls: [tiles, radar]}
                assume: never
                ---
                ## Success criteria
                - A storm warning reaches everybody who looks.
                """),
        GoodBrief(
            name: "tram-tickets", agents: .api,
            text: """
                ---
                objective: A ticket bought in the tram is valid at once
                owners: {service: ticketing, escalation: transport-office}
                slo: {availability: 99.6%, latency_p99: 700ms, window: 30d, error_rate: 0.4%}
                own_availability: {value: 99.9%, from: estimate}
                traffic: {mean: 45/s, peak: 110/s for 2h}
                callers: [{name: machine, timeout: 5s, attempts: 2}]
                dependencies:
                  - {name: payments, availability: {value: 99.9%, from: sla}, latency_p50: 50ms, latency_p99: 190ms, kind: hard, timeout: 280ms, attempts: 1}
                operations:
                  - {id: buy, method: POST, path: /tickets, share: 60%, calls: [payments], idempotency: key}
                  - {id: inspect, method: GET, path: "/tickets/{id}", share: 40%, calls: []}
                constraints: {budget: [No new machines this year]}
                assume: never
                ---
                ## Acceptance criteria
                - 99 % of the purchases are answered within 700 ms.
                - A purchase that is repeated by a machine is charged once.
                """),
    ]
}
