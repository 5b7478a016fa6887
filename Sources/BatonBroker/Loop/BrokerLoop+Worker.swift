// What workers say: DELIVER, FAIL, RELEASE, ESCALATE (wire.md §4.2). Control documents are parsed
// here and reach the core as facts.

import BatonBrief
import BatonCore
import BatonWire
import JSON

extension BrokerLoop {
    // MARK: DELIVER

    mutating func deliver(_ request: Request) throws(Refusal) {
        let attempt = try request.attempt()
        let parcel = try request.parcel(wireLimits)
        let (content, refusal) = judge(parcel, for: attempt, at: request.moment)
        let delivery = Delivery(
            attempt: attempt, match: intake.match(parcel.parts), parts: intake.seal(parcel.parts),
            content: content, cost: try request.cost(),
            decisions: decisions(in: parcel, for: attempt.task))
        let reply = run(.deliver(delivery), for: request)
        // The core looks at the right to deliver first; only then do the findings matter.
        if case .refused(.incompleteDelivery) = reply, let refusal { throw refusal }
        try sayEnded(reply, request)
    }

    /// What a delivery is, from its manifest and, for plan and verdict, from the document.
    private mutating func judge(
        _ parcel: Parcel, for attempt: Attempt, at moment: Moment
    ) -> (Delivery.Content, Refusal?) {
        guard let task = core.state.tasks[attempt.task],
            let kind = TaskKindName(rawValue: task.kind.rawValue)
        else { return (.incomplete, nil) }
        let findings = Deliverables.problems(
            with: parcel.parts.map {
                PartManifest(name: $0.name, mediaType: $0.mediaType, size: $0.body.count)
            }, for: kind, isReviewed: task.isReviewed, partBytesMax: wireLimits.partBytesMax)
        guard findings.isEmpty else {
            let count = findings.count
            return (
                .incomplete,
                Refusal(
                    .incompleteDelivery,
                    "the delivery of \(task.id) has \(count) problem\(count == 1 ? "" : "s")",
                    problems: findings.map(Problem.init(finding:)))
            )
        }
        switch task.kind {
        case .work, .close, .direct: return (.deliverables, nil)
        case .plan: return judgePlan(parcel, at: moment)
        case .review: return judgeVerdict(parcel, task)
        }
    }

    /// Decisions of a specialist, each by its place. What the close lists are those of others.
    private func decisions(in parcel: Parcel, for task: TaskID) -> [String] {
        guard let kind = core.state.tasks[task]?.kind, kind == .work || kind == .direct else {
            return []
        }
        let name = "\(DocumentKind.executionPlan.rawValue).json"
        let document = try? JSONValue(parsing: body(name, in: parcel))
        let count = document?["decisions"]?.arrayValue?.count ?? 0
        return (0..<min(count, Self.decisionsPerDeliveryMax)).map { "\(name)#/decisions/\($0)" }
    }

    /// Far above what a person reads; a guard for the journal.
    private static let decisionsPerDeliveryMax = 64

    private func body(_ name: String, in parcel: Parcel) -> [UInt8] {
        parcel.parts.first { $0.name == name }?.body ?? []
    }

    private func judgePlan(_ parcel: Parcel, at moment: Moment) -> (Delivery.Content, Refusal?) {
        let bytes = body(Deliverables.planName, in: parcel)
        if let refusal = tooLarge(bytes) { return (.incomplete, refusal) }
        let plan: PlanDocument
        do {
            plan = try PlanDocument(DocumentKind.plan.parse(bytes))
        } catch {
            return (.incomplete, Refusal(.planRefused, .plan, error))
        }
        let planned = plan.tasks.map { task in
            PlannedTask(
                id: task.id, agent: AgentName(task.agent), depends: task.dependsOn,
                priority: task.priority == 0 ? nil : task.priority,
                notBefore: task.notBefore.map { Instant(microseconds: $0) },
                deadline: task.deadline.map { moment.wall + .seconds($0) },
                attemptTimeout: task.attemptTimeout.map { .seconds($0) },
                silenceTimeout: task.silenceTimeout.map { .seconds($0) })
        }
        return (.plan(planned, evidence: plan.gates.compactMap { GateName($0.id) }), nil)
    }

    private mutating func judgeVerdict(
        _ parcel: Parcel, _ review: TaskRecord
    ) -> (Delivery.Content, Refusal?) {
        let bytes = body(Deliverables.verdictName, in: parcel)
        if let refusal = tooLarge(bytes) { return (.incomplete, refusal) }
        let verdict: VerdictDocument
        do {
            verdict = try VerdictDocument(DocumentKind.verdict.parse(bytes))
        } catch {
            return (.incomplete, Refusal(.badVerdict, .verdict, error))
        }
        guard verdict.subject == review.subject?.description else {
            let wanted = review.subject?.description ?? ""
            return (
                .incomplete,
                Refusal(
                    .badVerdict,
                    "the verdict is about \(verdict.subject), this review about \(wanted)",
                    problems: [Problem(place: "/subject", message: "must be \(wanted)")])
            )
        }
        let question =
            !verdict.isAccepted && core.needsGateEscalation(review: review.id)
            ? GateQuestion(
                verdict: verdict, subject: review.subject.flatMap { core.state.tasks[$0] }
            )
            .map { facts(of: $0.document, bytes: $0.document.json.encoded()) } : nil
        return (.verdict(accepted: verdict.isAccepted, escalation: question), nil)
    }

    private func tooLarge(_ bytes: [UInt8]) -> Refusal? {
        guard bytes.count > wireLimits.controlBytesMax else { return nil }
        return Refusal(
            .tooLarge,
            "document of \(bytes.count) bytes exceeds controlBytesMax \(wireLimits.controlBytesMax)"
        )
    }

    // MARK: FAIL, RELEASE

    mutating func fail(_ request: Request) throws(Refusal) {
        let attempt = try request.attempt()
        guard let isRetryable = request.message.flag("retryable") else {
            throw request.malformed("header member \"retryable\" is missing or no boolean")
        }
        let code = request.message.text("code")
        if let code, !isCode(code) {
            throw request.malformed("\"code\" must match [a-z0-9_.-]{1,64}")
        }
        let bytes = try request.control(wireLimits)
        guard let json = try? JSONValue(parsing: bytes), json["message"]?.stringValue != nil else {
            throw request.malformed("the body of FAIL is no JSON object with \"message\"")
        }
        let report = FailureReport(
            attempt: attempt, isRetryable: isRetryable, code: code,
            retryAfter: try request.milliseconds("retry_after_ms").map {
                min($0, .seconds(86_400))
            },
            match: intake.match(bytes + [isRetryable ? 1 : 0]),
            parts: [intake.seal(json: bytes, as: "failure.json")], cost: try request.cost())
        try sayEnded(run(.fail(report), for: request), request)
    }

    mutating func release(_ request: Request) throws(Refusal) {
        try sayEnded(run(.release(try request.attempt()), for: request), request)
    }

    private func isCode(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2E
                    || $0 == 0x2D
            }
    }

    private mutating func sayEnded(_ reply: Reply, _ request: Request) throws(Refusal) {
        guard case .ended(let task, let state, let isDuplicate) = reply else {
            throw refusal(reply, request)
        }
        say(
            request,
            JSONObject([
                ("task", .id(task)), ("state", .string(state.rawValue)),
                ("duplicate", .bool(isDuplicate)),
            ]))
    }

    // MARK: ESCALATE

    mutating func escalate(_ request: Request) throws(Refusal) {
        let attempt = try request.attempt()
        let document = try escalationDocument(request)
        let reply = run(
            .escalate(
                EscalationRequest(attempt: attempt, facts: document, cost: try request.cost())),
            for: request)
        try sayEscalation(reply, request)
    }

    /// The escalation in the body as facts, its document sealed.
    mutating func escalationDocument(_ request: Request) throws(Refusal) -> EscalationFacts {
        let bytes = try request.control(wireLimits)
        let document: EscalationDocument
        do {
            document = try EscalationDocument(DocumentKind.escalation.parse(bytes))
        } catch {
            throw Refusal(.badEscalation, .escalation, error)
        }
        return facts(of: document, bytes: bytes)
    }

    mutating func sayEscalation(_ reply: Reply, _ request: Request) throws(Refusal) {
        guard case .escalation(let id, let isJoined, let isDuplicate) = reply else {
            throw refusal(reply, request)
        }
        say(
            request,
            JSONObject([
                ("escalation", .id(id)), ("joined", .bool(isJoined)),
                ("duplicate", .bool(isDuplicate)),
            ]))
    }

    mutating func facts(of document: EscalationDocument, bytes: [UInt8]) -> EscalationFacts {
        EscalationFacts(
            severity: Severity(rawValue: document.severity) ?? .medium,
            options: document.options.map { OptionFacts(id: $0.id, effect: $0.effect.kind) },
            recommended: document.recommended, key: document.key,
            deadline: document.deadline.map { .seconds($0) }, match: intake.match(bytes),
            parts: [intake.seal(json: bytes, as: "escalation.json")])
    }
}

extension EscalationEffect {
    var kind: EffectKind {
        switch self {
        case .patch: .patch
        case .revise: .revise
        case .cancel: .cancel
        case .none: .none
        case .accept: .accept
        }
    }
}
