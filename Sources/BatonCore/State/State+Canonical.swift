// The state as bytes, the same for equal states on every machine: what the digest in
// `broker.stopped` is made of. Records in the order of their ids, fields in the order of writing.

extension State {
    package func canonicalBytes() -> [UInt8] {
        var writer = CanonicalWriter()
        writer.add("state", head, time.microseconds, origin ?? "", clockOffset, unplannedBriefs)
        if let settle { writer.add("settle", settle.start, settle.until.microseconds) }
        for id in briefs.keys.sorted() { writer.add("brief", briefs[id]) }
        for id in tasks.keys.sorted() { writer.add("task", tasks[id]) }
        for id in escalations.keys.sorted() { writer.add("escalation", escalations[id]) }
        for name in agents.keys.sorted() { writer.add("agent", agents[name]) }
        for id in finishedBriefs.keys.sorted() { writer.add("finished", id, finishedBriefs[id]) }
        for id in finishedTasks.keys.sorted() { writer.add("ended", id, finishedTasks[id]) }
        for (key, record) in keys.sorted(by: { $0.value.subject.order < $1.value.subject.order }) {
            writer.add("key", key, record)
        }
        for (content, event) in documents.sorted(by: { $0.value < $1.value }) {
            writer.add("document", content, event)
        }
        return writer.bytes
    }
}

extension KeyRecord.Subject {
    /// Briefs and tasks are numbered by their events, so no two subjects share a number.
    fileprivate var order: UInt64 { number }
}

/// Writes values as text, each with its length in front, so that no two lists of values look alike.
private struct CanonicalWriter {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ values: Any?...) {
        for value in values {
            let text = Array(String(describing: value as Any).utf8)
            bytes += Array("\(text.count):".utf8)
            bytes += text
        }
        bytes.append(0x0A)
    }
}
