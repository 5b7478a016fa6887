// Finished briefs and tasks have left memory; to look at one, its events are folded again, through
// the same `apply`, into a state of their own.

import BatonCore
import BatonWire

struct History {
    let records: any Records

    func fold(_ brief: BriefID) throws(RecordsFault) -> State {
        try fold(events: records.find(.brief(brief)))
    }

    /// A task without a brief, with the reviews of its deliveries.
    func fold(_ task: TaskID) throws(RecordsFault) -> State {
        try fold(events: records.find(.task(task)))
    }

    /// Registrations come along: a lease needs its agent.
    private func fold(events: [UInt64]) throws(RecordsFault) -> State {
        var state = State(keepsFinished: true)
        let registrations = try records.find(.type(.agentRegistered))
        let last = events.last ?? 0
        for seq in (registrations + events).sorted() where seq <= last {
            guard let event = try records.event(seq) else { continue }
            state.apply(event)
        }
        return state
    }
}
