// A whole state as bytes and back. Records in the order of their ids, fields in the order of
// writing. What can be derived (counts, open leases, indexes) is not written; it is made again.
//
// Recipe for a change of a record: raise `snapshotFormat`. Older snapshots are then ignored, and
// the journal is replayed from its beginning; nothing else depends on this form.

extension State {
    /// The version of the form below.
    package static let snapshotFormat: UInt64 = 4

    /// The state's bytes: equal for equal states.
    package func canonicalBytes() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.snapshotFormat)
        writer.write(head)
        writer.write(time)
        writer.write(origin) { $0.write($1) }
        writer.write(clockOffset)
        writer.write(settle) { writer, settle in
            writer.write(settle.start)
            writer.write(settle.since)
            writer.write(settle.until)
        }
        writer.write(unplannedBriefs)
        writer.write(briefs.keys.sorted()) { writer, id in briefs[id]?.write(to: &writer) }
        writer.write(tasks.keys.sorted()) { writer, id in tasks[id]?.write(to: &writer) }
        writer.write(escalations.keys.sorted()) { writer, id in
            escalations[id]?.write(to: &writer)
        }
        writer.write(agents.keys.sorted()) { writer, name in agents[name]?.write(to: &writer) }
        writer.write(finishedBriefs.keys.sorted()) { writer, id in
            writer.write(id)
            finishedBriefs[id]?.write(to: &writer)
        }
        writer.write(finishedTasks.keys.sorted()) { writer, id in
            writer.write(id)
            finishedTasks[id]?.write(to: &writer)
        }
        let keysInOrder = keys.sorted {
            ($0.value.subject.number, $0.key.high, $0.key.low)
                < ($1.value.subject.number, $1.key.high, $1.key.low)
        }
        writer.write(keysInOrder) {
            $0.write($1.key)
            $1.value.write(to: &$0)
        }
        let documentsInOrder = documents.sorted {
            $0.value == $1.value
                ? $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) : $0.value < $1.value
        }
        writer.write(documentsInOrder) {
            $0.write($1.key)
            $0.write($1.value)
        }
        return writer.bytes
    }

    /// Reads what `canonicalBytes` wrote. Whether the bytes are the right ones, a digest says; here
    /// only their form is checked.
    package init(canonicalBytes: [UInt8]) throws(SnapshotFault) {
        self.init()
        var reader = ByteReader(canonicalBytes)
        guard try reader.unsigned() == Self.snapshotFormat else { throw reader.fault }
        head = try reader.unsigned()
        time = try reader.instant()
        origin = try reader.optional { reader throws(SnapshotFault) in try reader.text() }
        clockOffset = try reader.signed()
        settle = try reader.optional { reader throws(SnapshotFault) in
            SettlePeriod(
                start: try reader.unsigned(), since: try reader.instant(),
                until: try reader.instant())
        }
        unplannedBriefs = try reader.count()
        for brief in try reader.list(BriefRecord.init(from:)) { briefs[brief.id] = brief }
        for task in try reader.list(TaskRecord.init(from:)) { tasks[task.id] = task }
        for escalation in try reader.list(EscalationRecord.init(from:)) {
            escalations[escalation.id] = escalation
        }
        for agent in try reader.list(AgentRecord.init(from:)) { agents[agent.name] = agent }
        for _ in 0..<(try reader.count()) {
            finishedBriefs[try reader.id()] = try FinishedBrief(from: &reader)
        }
        for _ in 0..<(try reader.count()) {
            finishedTasks[try reader.id()] = try FinishedTask(from: &reader)
        }
        for _ in 0..<(try reader.count()) {
            keys[try reader.fingerprint()] = try KeyRecord(from: &reader)
        }
        for _ in 0..<(try reader.count()) {
            documents[try reader.digest()] = try reader.unsigned()
        }
        guard reader.isAtEnd, head > 0 || tasks.isEmpty else { throw reader.fault }
        deriveRest()
    }

    /// Makes again what is not written: counts, open leases, queues and timers.
    private mutating func deriveRest() {
        for id in tasks.keys.sorted() {
            guard let task = tasks[id] else { continue }
            if task.lease != nil { leased.insert(id) }
            queuedBytes += Int(task.bytes)
            if let brief = task.brief, briefs[brief] != nil {
                update(brief) { brief in
                    brief.counts[task.state] += 1
                    if task.state == .waiting, task.isTimed { brief.counts.timed += 1 }
                }
            }
        }
        queuedBytes += briefs.values.reduce(0) { $0 + $1.bytes }
        deriveIndexes()
    }
}
