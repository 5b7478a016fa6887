// What each operation means when it fails, and the plan, risks and checks that follow.

import JSON

extension ReliabilityRun {
    /// Failure semantics per operation. Sources: RFC 9110 (methods, status codes), RFC 9457.
    mutating func operations() {
        guard !packet.operations.isEmpty else {
            if let api {
                describedOperations(api.document)
            } else {
                workings.ask("No operations are stated, so failure semantics stay general.")
            }
            return
        }
        var rows: [[String]] = []
        for (index, operation) in packet.operations.enumerated() {
            let name = PacketView.name(ofOperation: operation, at: index)
            let method = (operation["method"]?.stringValue ?? "GET").uppercased()
            let key = operation["idempotency"]?.stringValue
            let semantics = Self.semantics(method: method, hasKey: key == "key" || key == "natural")
            rows.append([
                "\(name): \(method) \(operation["path"]?.stringValue ?? "")", semantics.nature,
                semantics.retry, semantics.timeout, semantics.hedge,
            ])
            if semantics.isUnsafe { unsafeOperation(name, method) }
            dualWrite(operation, name)
        }
        semanticsTable(rows)
    }

    /// The closing reads this table.
    static let semanticsTitle = "Failure semantics"

    /// The section with one row per operation.
    mutating func semanticsTable(_ rows: [[String]], note: String = "") {
        workings.sections.append(
            Section(
                title: Self.semanticsTitle,
                text: "Errors are problem documents (RFC 9457, application/problem+json) with type,"
                    + " title, status and detail. Status codes: 400 the request is wrong or its key"
                    + " missing; 409 the same key is in progress; 422 the key was used with another"
                    + " payload; 429 with Retry-After over the limit; 503 with Retry-After while a"
                    + " breaker is open; 504 when the deadline passed and the effect is unknown."
                    + note,
                columns: [
                    "Operation", "Method (RFC 9110)", "Retry", "After a timeout", "Hedge",
                ], rows: rows)
        )
    }

    /// What a method promises, and what follows for retries, timeouts and hedged requests. A hedge
    /// is a repetition before the first one has failed, so it needs the same safety.
    static func semantics(
        method: String, hasKey: Bool
    ) -> (nature: String, retry: String, timeout: String, hedge: String, isUnsafe: Bool) {
        switch method {
        case "GET", "HEAD", "OPTIONS", "TRACE":
            ("safe", "yes, within the budget", "no effect; repeat", hedged, false)
        case "PUT", "DELETE":
            (
                "idempotent", "yes, within the budget", "repeat; the effect is the same",
                hasKey ? hedged : "never", false
            )
        default:
            hasKey
                ? (
                    "not idempotent, made so by a key", "yes, with the same key",
                    "unknown: look up the key, then repeat with it", hedged, false
                )
                : (
                    "not idempotent", "never by itself",
                    "unknown: ask for the state before anything is repeated", "never", true
                )
        }
    }

    private static let hedged = "allowed, off under overload"

    private mutating func unsafeOperation(_ name: String, _ method: String) {
        named.append(
            ReliabilityFinding(
                name: "unsafe-retry", place: name,
                message: "A \(method) without a key: after a timeout its outcome is unknown, and"
                    + " nobody may repeat it."))
        workings.risks.append(
            Risk(
                risk: "\(name) is a \(method) without an idempotency key",
                severity: .high, likelihood: .high,
                impact:
                    "After a timeout nobody knows whether it took effect; repeating it may do it"
                    + " twice.",
                mitigation: "Require an Idempotency-Key, store it with the effect in one"
                    + " transaction, and answer a repetition with the first response.",
                owner: owner, trigger: "A second effect for one intent of a user"))
    }

    /// A store and a queue written by one operation disagree when the process dies between them.
    private mutating func dualWrite(_ operation: JSONValue, _ name: String) {
        let writes = (operation["writes"]?.arrayValue ?? []).compactMap(\.stringValue)
        let publishes = (operation["publishes"]?.arrayValue ?? []).compactMap(\.stringValue)
        guard !writes.isEmpty, !publishes.isEmpty else { return }
        let what =
            "\(name) writes \(writes.joined(separator: ", ")) and publishes to"
            + " \(publishes.joined(separator: ", "))"
        named.append(
            ReliabilityFinding(
                name: "dual-write", place: name,
                message: "\(what): the message goes through an outbox, and the idempotency record"
                    + " stands in the same transaction as the effect."))
        workings.risks.append(
            Risk(
                risk: "Dual write: \(what)", severity: .high, likelihood: .medium,
                impact:
                    "A crash between the two loses the message or announces what never happened.",
                mitigation: "Write the message to an outbox in the transaction of the effect,"
                    + " with the idempotency record; a relay publishes it at least once.",
                owner: owner,
                trigger: "Rows in the outbox older than the relay's interval, or an"
                    + " effect without its message"))
        let isPlanned = packet.queues.contains { queue in
            publishes.contains(queue["name"]?.stringValue ?? "")
        }
        if !isPlanned {
            workings.proposedTasks.append(
                (
                    "backend.queue_worker_planner",
                    "Plan the queue that \(name) publishes to",
                    "\(what), and no arrival rate or service time of that queue is stated"
                ))
        }
    }

    // MARK: plan, risks, checks

    /// The parts that every result has.
    mutating func finish() {
        steps()
        generalRisks()
        objectiveChecks()
        apiCheck()
        workings.addCriterionChecks()
        rulesCheck()
        workings.nextSteps = [
            workings.reviewStep(), "\(owner): work through the execution plan in its order.",
        ]
        workings.nextSteps += workings.riskStep()
        recommendCommands()
    }

    /// What shows that the files of the delivery and the API's description are right.
    private mutating func recommendCommands() {
        workings.recommendRulesCheck()
        let names = ["openapi", "baseline"].compactMap { packet.text("/inputs/\($0)") }
        guard let file = names.first, api != nil,
            names.allSatisfy(RecommendedCommand.isPlain)
        else { return }
        let baseline = names.count > 1 ? " --baseline \(names[1])" : ""
        workings.recommend(
            "baton api check \(file)\(baseline) --fail-on high",
            why: "Keeps the description of the API as good as it was found here, in each build.")
    }

    private mutating func steps() {
        let promise = workings.add(
            PlanStep(
                title: "Publish the objective and its error budget",
                detail: "Budget: \(workings.shown("error_budget.ratio"))"
                    + (workings.quantity("error_budget.minutes").map { ", \($0.shown)" } ?? "")
                    + ". When it is spent, changes other than repairs wait.",
                owner: owner, doneWhen: "The objective is measured and shown where the team looks"))
        let calls = workings.add(
            PlanStep(
                title: "Set timeouts and pass the deadline on",
                detail: targets.isEmpty
                    ? "Give every outgoing call a timeout, and send the remaining time with it."
                    : "As in “Timeouts and attempts”; every call carries the remaining time.",
                owner: owner, dependsOn: [promise],
                doneWhen: "No outgoing call is without a timeout; a test with a hanging dependency"
                    + " ends before the deadline"))
        let retries = workings.add(
            PlanStep(
                title: "Retry in one layer, with budget and jitter",
                detail: "Capped exponential backoff with full jitter; Retry-After is honoured;"
                    + " unsafe operations only with a key.",
                owner: owner, dependsOn: [calls],
                doneWhen: "A test with a failing dependency shows no more calls than the budget"
                    + " allows"))
        let bulkheads = workings.add(
            PlanStep(
                title: "Limit concurrency and open breakers per dependency",
                detail: "Slots as in “Bulkheads and circuit breakers”; refuse at once beyond them.",
                owner: owner, dependsOn: [calls],
                doneWhen: "With one dependency hanging, operations that do not need it keep their"
                    + " latency"))
        let semantics = workings.add(
            PlanStep(
                title: "Make failures unambiguous",
                detail: "Idempotency keys on unsafe operations, problem documents, an outbox where"
                    + " a store and a queue are written together.",
                owner: owner, dependsOn: [promise],
                doneWhen:
                    "Repeating any request with its key gives the first response and one effect"))
        let description = apiStep(after: promise)
        let alerts = workings.add(
            PlanStep(
                title: "Alert on the burn of the budget",
                detail:
                    "Two windows per alert, pages and tickets as in “Burn-rate alerts”; the rules"
                    + " are \(RulesFile.name), and each page names its runbook.",
                owner: owner, dependsOn: [promise],
                doneWhen: "promtool check rules accepts the file, and a rehearsed outage pages"))
        workings.add(
            PlanStep(
                title: "Prove it under load and under failure",
                detail: "Peak traffic, then each dependency slow, hanging, failing, one at a time.",
                owner: owner, dependsOn: [retries, bulkheads, semantics, alerts] + description,
                doneWhen: "Every check of the validation checklist has evidence"))
    }

    /// The downtimes of the dependencies that every request needs.
    var hardDowntimes: [(name: String, downtime: Quantity)] {
        packet.dependencies.enumerated().compactMap { index, item in
            let name = PacketView.name(ofDependency: item, at: index)
            guard item["kind"]?.stringValue ?? "hard" == "hard",
                let downtime = workings.quantity("downtime.\(index).\(PointerText.slug(name))")
            else { return nil }
            return (name, downtime)
        }
    }

    private mutating func generalRisks() {
        if let weakest = hardDowntimes.max(by: { $0.downtime.value < $1.downtime.value }) {
            workings.risks.append(
                Risk(
                    risk: "Outage of \(weakest.name), without which no request succeeds",
                    severity: .high, likelihood: .medium,
                    impact: "It alone may take \(weakest.downtime.shown) in the window.",
                    mitigation: "Breaker, bulkhead, and an answer without it where the operation"
                        + " allows one.",
                    owner: owner, trigger: "A page-level burn rate, or an open breaker"))
        }
        workings.risks.append(
            Risk(
                risk: "Retries keep a recovering dependency down", severity: .high,
                likelihood: .medium,
                impact: "An outage lasts longer than its cause.",
                mitigation: "Retries in one layer, a budget, jitter, breakers.",
                owner: owner, trigger: "More attempts than the retry budget allows"))
        if !workings.openQuestions.isEmpty {
            workings.risks.append(
                Risk(
                    risk: "Figures rest on questions that are still open",
                    severity: .medium,
                    likelihood: .medium,
                    impact: "Limits may be set for another system than the real"
                        + " one.",
                    mitigation: "Answer the open questions of the handoff packet; the plan can be"
                        + " computed again at once.",
                    owner: packet.escalationOwner,
                    trigger: "The first load test differs from the figures"))
        }
    }

    /// One check for each number that the brief promises.
    mutating func objectiveChecks() {
        let known:
            [(field: String, words: [String], metric: String, comparator: String, unit: String)] = [
                (
                    "availability", ["avail", "outage", "uptime"],
                    "Good requests ÷ valid requests in the window", ">=", "ratio"
                ),
                (
                    "error_rate", ["error", "fail"], "Failed requests ÷ valid requests", "<=",
                    "ratio"
                ),
                (
                    "latency_p99", ["latency", "respon", "answer", "p99", "fast"],
                    "99th percentile of the response time", "<=", "s"
                ),
                ("recovery", ["recover", "outage"], "Time from outage to service", "<=", "s"),
            ]
        for row in known {
            guard let value = workings.value(of: workings.source("/inputs/slo/\(row.field)"))
            else { continue }
            workings.checks.append(
                Check(
                    traces: workings.criteria(about: row.words), metric: row.metric,
                    comparator: row.comparator, threshold: value, unit: row.unit,
                    method: "Measure at the edge, over all requests of the window",
                    when: "in the load test and continuously", owner: owner,
                    reasons: [workings.reason(for: "/inputs/slo/\(row.field)")]))
        }
        if let worst = workings.quantity("retry.alone") {
            workings.checks.append(
                Check(
                    traces: [], metric: "Calls to one dependency per request while it fails",
                    comparator: "<=", threshold: worst.value, unit: "calls",
                    method: "Let the dependency fail in a load test and count",
                    when: "before release", owner: owner,
                    reasons: [.risk("Retries keep a recovering dependency down")]))
        }
    }
}
