// Parsed briefs and plans, because every packet and every list needs them. A cache: it may be
// emptied at any moment.

import BatonBrief
import BatonCore
import JSON

package final class DocumentCache {
    private let records: any Records
    private var documents: [PartKey: JSONValue] = [:]
    private static let documentsMax = 256

    private struct PartKey: Hashable {
        let event: UInt64
        let part: String
    }

    package init(records: any Records) {
        self.records = records
    }

    /// A JSON part; nil when it was erased.
    func document(_ part: String, of event: UInt64) throws(RecordsFault) -> JSONValue? {
        let key = PartKey(event: event, part: part)
        if let known = documents[key] { return known }
        guard let found = try records.json(of: event, part: part) else { return nil }
        if documents.count >= Self.documentsMax { documents.removeAll(keepingCapacity: true) }
        documents[key] = found
        return found
    }

    func brief(_ id: BriefID) throws(RecordsFault) -> JSONValue? {
        try document("brief.json", of: id.number)
    }

    func plan(_ brief: BriefRecord) throws(RecordsFault) -> JSONValue? {
        guard let plan = brief.plan else { return nil }
        return try document(Deliverables.planName, of: plan)
    }

    /// The plan's words about one of its tasks.
    func entry(_ task: TaskRecord, in brief: BriefRecord?) throws(RecordsFault) -> JSONValue? {
        guard let brief, let plan = try plan(brief) else { return nil }
        if task.kind == .close { return plan["close"] }
        return task.entry.flatMap { plan["tasks"]?[$0] }
    }

    /// What people call a task.
    func title(of task: TaskRecord, in brief: BriefRecord?, state: State) throws(RecordsFault)
        -> String
    {
        switch task.kind {
        case .work:
            return try entry(task, in: brief)?["title"]?.stringValue ?? "work for \(task.agent)"
        case .close: return try entry(task, in: brief)?["title"]?.stringValue ?? "closing handoff"
        case .plan: return "plan the brief"
        case .direct: return "direct task"
        case .review:
            let agent = task.subject.flatMap { state.tasks[$0] }?.agent.text ?? "a delivery"
            return "review of \(task.subject?.description ?? "") by \(agent)"
        }
    }
}
