// The bytes of each record of a snapshot. The two halves of each pair stand together: what one
// writes the other reads, field by field.

extension BriefRecord {
    func write(to writer: inout ByteWriter) {
        writer.write(id)
        writer.write(submitted)
        writer.write(actor)
        writer.write(priority)
        writer.write(notBefore) { $0.write($1) }
        writer.write(deadline) { $0.write($1) }
        budget.write(to: &writer)
        writer.write(documents) { $0.write($1) }
        writer.write(bytes)
        writer.write(choice: state)
        writer.write(tasks) { $0.write($1) }
        writer.write(close) { $0.write($1) }
        writer.write(plan) { $0.write($1) }
        writer.write(answers) { $0.write($1) }
        writer.write(openEscalations) { $0.write($1) }
        used.write(to: &writer)
        usedBefore.write(to: &writer)
        writer.write(statements) { $1.write(to: &$0) }
    }

    init(from reader: inout ByteReader) throws(SnapshotFault) {
        self.init(
            id: try reader.id(), submitted: try reader.instant(), actor: try reader.actor(),
            priority: try reader.priority(), notBefore: try reader.optionalInstant(),
            deadline: try reader.optionalInstant(), budget: try Budget(from: &reader),
            documents: try reader.numbers(), bytes: try reader.count())
        state = try reader.choice()
        tasks = try reader.ids()
        close = try reader.optionalID()
        plan = try reader.optionalNumber()
        answers = try reader.ids()
        openEscalations = try reader.ids()
        used = try BudgetUse(from: &reader)
        usedBefore = try BudgetUse(from: &reader)
        statements = try reader.list(StatementRecord.init(from:))
    }
}

extension StatementRecord {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.write(event)
        writer.write(match)
        writer.write(evidence) { writer, result in
            writer.write(result.gate.text)
            writer.write(result.isPassed)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotFault) {
        self.init(
            event: try reader.unsigned(), match: try reader.fingerprint(),
            evidence: try reader.optional { reader throws(SnapshotFault) in
                GateResult(gate: try reader.gate(), isPassed: try reader.flag())
            })
    }
}

extension Budget {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.write(attempts) { $0.write($1) }
        writer.write(cost) { $0.write($1) }
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotFault) {
        self.init(attempts: try reader.optionalCount(), cost: try reader.optionalCount())
    }
}

extension BudgetUse {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.write(attempts)
        writer.write(cost)
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotFault) {
        self.init()
        attempts = try reader.count()
        cost = try reader.count()
    }
}

extension LeaseRate {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.write(count)
        writer.write(period)
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotFault) {
        self.init(count: try reader.count(), period: try reader.duration())
    }
}

extension TaskRecord {
    func write(to writer: inout ByteWriter) {
        writer.write(id)
        writer.write(brief) { $0.write($1) }
        writer.write(choice: kind)
        writer.write(agent)
        writer.write(priority)
        writer.write(depends) { $0.write($1) }
        writer.write(isReviewed)
        writer.write(subject) { $0.write($1) }
        writer.write(evidence) { $0.write($1.text) }
        writer.write(entry) { $0.write($1) }
        writer.write(notBefore) { $0.write($1) }
        writer.write(deadline) { $0.write($1) }
        writer.write(attemptTimeout)
        writer.write(silenceTimeout)
        writer.write(attemptsMax)
        writer.write(rejectionsMax)
        writer.write(created)
        writer.write(creator)
        writer.write(partCount)
        writer.write(UInt64(bytes))
        writer.write(waitingFor)
        writer.write(choice: state)
        writer.write(dependants) { $0.write($1) }
        writer.write(firstReady) { $0.write($1) }
        history.write(to: &writer)
    }

    init(from reader: inout ByteReader) throws(SnapshotFault) {
        let id: TaskID = try reader.id()
        let brief: BriefID? = try reader.optionalID()
        let kind: TaskKind = try reader.choice()
        let agent = try reader.agent()
        let priority = try reader.priority()
        let depends: [TaskID] = try reader.ids()
        let isReviewed = try reader.flag()
        let subject: TaskID? = try reader.optionalID()
        let evidence = try reader.list { reader throws(SnapshotFault) in try reader.gate() }
        let entry = try reader.optionalCount()
        let notBefore = try reader.optionalInstant()
        let deadline = try reader.optionalInstant()
        let attemptTimeout = try reader.duration()
        let silenceTimeout = try reader.duration()
        let attemptsMax = try reader.count()
        let rejectionsMax = try reader.count()
        let created = try reader.instant()
        let creator = try reader.actor()
        let partCount = try reader.count()
        guard let bytes = UInt32(exactly: try reader.unsigned()) else { throw reader.fault }
        self.init(
            id: id, created: created,
            nature: TaskNature(
                kind: kind, agent: agent, priority: priority, isReviewed: isReviewed,
                attemptTimeout: attemptTimeout, silenceTimeout: silenceTimeout,
                attemptsMax: attemptsMax, rejectionsMax: rejectionsMax, creator: creator,
                partCount: partCount),
            bonds: TaskBonds(
                brief: brief, depends: depends, subject: subject, evidence: evidence, entry: entry,
                notBefore: notBefore),
            bytes: bytes, waitingFor: try reader.count())
        self.deadline = deadline
        state = try reader.choice()
        dependants = try reader.ids()
        firstReady = try reader.optionalInstant()
        history = try TaskWork(from: &reader)
    }
}

extension TaskWork {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.write(attempts)
        writer.write(failures)
        writer.write(releases)
        writer.write(rejections)
        writer.write(lease) { $1.write(to: &$0) }
        writer.write(until) { $0.write($1) }
        writer.write(ended) { $1.write(to: &$0) }
        writer.write(delivery) { $1.write(to: &$0) }
        writer.write(rejected) { $0.write($1) }
        writer.write(verdict) { $0.write($1) }
        writer.write(review) { $0.write($1) }
        writer.write(escalation) { $0.write($1) }
        writer.write(answers) { $0.write($1) }
        writer.write(death) { $0.write(choice: $1) }
        writer.write(diedAt) { $0.write($1) }
        writer.write(lastFailure) { $0.write($1) }
        writer.write(accepted) { $0.write(choice: $1) }
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotFault) {
        attempts = try reader.count()
        failures = try reader.count()
        releases = try reader.count()
        rejections = try reader.count()
        lease = try reader.optional(Lease.init(from:))
        until = try reader.optionalInstant()
        ended = try reader.list(EndedAttempt.init(from:))
        delivery = try reader.optional(DeliveryRecord.init(from:))
        rejected = try reader.optionalDigest()
        verdict = try reader.optionalNumber()
        review = try reader.optionalID()
        escalation = try reader.optionalID()
        answers = try reader.ids()
        death = try reader.optionalChoice()
        diedAt = try reader.optionalInstant()
        lastFailure = try reader.optionalNumber()
        accepted = try reader.optionalChoice()
    }
}

extension Lease {
    func write(to writer: inout ByteWriter) {
        writer.write(token)
        writer.write(instance)
        writer.write(holder)
        writer.write(since)
        writer.write(until)
        writer.write(attemptUntil)
        writer.write(event)
    }

    init(from reader: inout ByteReader) throws(SnapshotFault) {
        self.init(
            token: try reader.token(), instance: try reader.text(), holder: try reader.actor(),
            since: try reader.instant(), until: try reader.instant(),
            attemptUntil: try reader.instant(), event: try reader.unsigned())
    }
}

extension EndedAttempt {
    func write(to writer: inout ByteWriter) {
        writer.write(token)
        writer.write(escalation) { $0.write($1) }
        writer.write(match) { $0.write($1) }
        writer.write(choice: end)
        writer.write(choice: state)
    }

    init(from reader: inout ByteReader) throws(SnapshotFault) {
        self.init(
            token: try reader.token(), escalation: try reader.optionalID(),
            match: try reader.optional { reader throws(SnapshotFault) in
                try reader.fingerprint()
            }, end: try reader.choice(), state: try reader.choice())
    }
}

extension DeliveryRecord {
    func write(to writer: inout ByteWriter) {
        writer.write(event)
        writer.write(token)
        writer.write(match)
        writer.write(author)
        writer.write(partCount)
    }

    init(from reader: inout ByteReader) throws(SnapshotFault) {
        self.init(
            event: try reader.unsigned(), token: try reader.token(), match: try reader.digest(),
            author: try reader.actor(), partCount: try reader.count())
    }
}

extension EscalationRecord {
    func write(to writer: inout ByteWriter) {
        writer.write(id)
        writer.write(brief) { $0.write($1) }
        writer.write(choice: origin)
        writer.write(agent)
        writer.write(options) { writer, option in
            writer.write(option.id)
            writer.write(choice: option.effect)
        }
        writer.write(recommended)
        writer.write(key) { $0.write($1) }
        writer.write(raised)
        writer.write(choice: state)
        writer.write(choice: severity)
        writer.write(askers) { $0.write($1) }
        writer.write(tasks) { $0.write($1) }
        writer.write(deadline) { $0.write($1) }
        writer.write(raisedAgain)
        writer.write(answer) { $1.write(to: &$0) }
    }

    init(from reader: inout ByteReader) throws(SnapshotFault) {
        self.init(
            id: try reader.id(), brief: try reader.optionalID(), origin: try reader.choice(),
            agent: try reader.agent(),
            options: try reader.list { reader throws(SnapshotFault) in
                OptionFacts(id: try reader.text(), effect: try reader.choice())
            }, recommended: try reader.text(),
            key: try reader.optional { reader throws(SnapshotFault) in try reader.text() },
            raised: try reader.instant(), state: try reader.choice(), severity: try reader.choice(),
            askers: try reader.list { reader throws(SnapshotFault) in try reader.actor() },
            tasks: try reader.ids(), deadline: try reader.optionalInstant(),
            raisedAgain: try reader.count(), answer: try reader.optional(AnswerRecord.init(from:)))
    }
}

extension AnswerRecord {
    func write(to writer: inout ByteWriter) {
        writer.write(event)
        writer.write(time)
        writer.write(actor)
        writer.write(option)
        writer.write(choice: effect)
        writer.write(match)
    }

    init(from reader: inout ByteReader) throws(SnapshotFault) {
        self.init(
            event: try reader.unsigned(), time: try reader.instant(), actor: try reader.actor(),
            option: try reader.text(), effect: try reader.choice(), match: try reader.digest())
    }
}

extension AgentRecord {
    func write(to writer: inout ByteWriter) {
        writer.write(name)
        writer.write(isRegistered)
        writer.write(card)
        writer.write(cardMatch) { $0.write($1) }
        writer.write(isReviewed)
        writer.write(attemptTimeout) { $0.write($1) }
        writer.write(silenceTimeout) { $0.write($1) }
        writer.write(leasesMax) { $0.write($1) }
        writer.write(rate) { $1.write(to: &$0) }
        writer.write(dependencies) { $0.write($1) }
        writer.write(isPaused)
        writer.write(leased)
        writer.write(failing) { $0.write($1) }
        circuit.write(to: &writer)
    }

    init(from reader: inout ByteReader) throws(SnapshotFault) {
        self.init(
            name: try reader.agent(), isRegistered: try reader.flag(), card: try reader.unsigned(),
            cardMatch: try reader.optionalDigest(), isReviewed: try reader.flag(),
            attemptTimeout: try reader.optionalDuration(),
            silenceTimeout: try reader.optionalDuration(), leasesMax: try reader.optionalCount(),
            rate: try reader.optional(LeaseRate.init(from:)),
            dependencies: try reader.list { reader throws(SnapshotFault) in try reader.agent() },
            isPaused: try reader.flag(), leased: try reader.count(), failing: try reader.ids(),
            circuit: try Circuit(from: &reader))
    }
}

extension Circuit {
    func write(to writer: inout ByteWriter) {
        switch self {
        case .closed: writer.write(0)
        case .open(let probe):
            writer.write(1)
            writer.write(probe)
        case .probing(let task):
            writer.write(2)
            writer.write(task)
        case .probeFailed: writer.write(3)
        case .probePassed: writer.write(4)
        }
    }

    init(from reader: inout ByteReader) throws(SnapshotFault) {
        switch try reader.unsigned() {
        case 0: self = .closed
        case 1: self = .open(probe: try reader.instant())
        case 2: self = .probing(try reader.id())
        case 3: self = .probeFailed
        case 4: self = .probePassed
        default: throw reader.fault
        }
    }
}

extension FinishedBrief {
    func write(to writer: inout ByteWriter) {
        writer.write(choice: state)
        writer.write(tasks.lowerBound)
        writer.write(tasks.upperBound)
    }

    init(from reader: inout ByteReader) throws(SnapshotFault) {
        let state: BriefState = try reader.choice()
        let lower = try reader.unsigned()
        let upper = try reader.unsigned()
        guard lower <= upper else { throw reader.fault }
        self.init(state: state, tasks: lower...upper)
    }
}

extension FinishedTask {
    func write(to writer: inout ByteWriter) {
        writer.write(brief) { $0.write($1) }
        writer.write(choice: state)
        writer.write(last) { $1.write(to: &$0) }
    }

    init(from reader: inout ByteReader) throws(SnapshotFault) {
        self.init(
            brief: try reader.optionalID(), state: try reader.choice(),
            last: try reader.optional(EndedAttempt.init(from:)))
    }
}

extension KeyRecord {
    func write(to writer: inout ByteWriter) {
        switch subject {
        case .brief(let brief):
            writer.write(0)
            writer.write(brief)
        case .task(let task):
            writer.write(1)
            writer.write(task)
        }
        writer.write(match)
    }

    init(from reader: inout ByteReader) throws(SnapshotFault) {
        let subject: Subject
        switch try reader.unsigned() {
        case 0: subject = .brief(try reader.id())
        case 1: subject = .task(try reader.id())
        default: throw reader.fault
        }
        self.init(subject: subject, match: try reader.fingerprint())
    }
}

extension ByteReader {
    mutating func gate() throws(SnapshotFault) -> GateName {
        guard let gate = GateName(try text()) else { throw fault }
        return gate
    }

    mutating func optionalInstant() throws(SnapshotFault) -> Instant? {
        try optional { reader throws(SnapshotFault) in try reader.instant() }
    }

    mutating func optionalDuration() throws(SnapshotFault) -> Duration? {
        try optional { reader throws(SnapshotFault) in try reader.duration() }
    }

    mutating func optionalDigest() throws(SnapshotFault) -> Digest? {
        try optional { reader throws(SnapshotFault) in try reader.digest() }
    }

    mutating func optionalNumber() throws(SnapshotFault) -> UInt64? {
        try optional { reader throws(SnapshotFault) in try reader.unsigned() }
    }

    mutating func optionalCount() throws(SnapshotFault) -> Int? {
        try optional { reader throws(SnapshotFault) in try reader.count() }
    }

    mutating func optionalID<ID: Identifier>() throws(SnapshotFault) -> ID? {
        try optional { reader throws(SnapshotFault) in try reader.id() }
    }

    mutating func optionalChoice<Value: RawRepresentable<String>>() throws(SnapshotFault) -> Value?
    {
        try optional { reader throws(SnapshotFault) in try reader.choice() }
    }

    mutating func ids<ID: Identifier>() throws(SnapshotFault) -> [ID] {
        try list { reader throws(SnapshotFault) in try reader.id() }
    }

    mutating func numbers() throws(SnapshotFault) -> [UInt64] {
        try list { reader throws(SnapshotFault) in try reader.unsigned() }
    }
}
