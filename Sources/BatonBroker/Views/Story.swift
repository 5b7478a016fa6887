// A task's story: one line for each of its events, in words that a person reads at three in the
// morning.

import BatonCore
import BatonWire
import JSON

struct Story {
    let records: any Records

    func lines(_ seqs: [UInt64]) throws(RecordsFault) -> [JSONValue] {
        var lines: [JSONValue] = []
        for seq in seqs {
            guard let event = try records.event(seq) else { continue }
            var line = JSONObject()
            line["seq"] = .integer(Int64(seq))
            line["time"] = .string(Timestamp.text(event.time))
            line["type"] = .string(event.type.rawValue)
            line["actor"] = .string(event.actor.text)
            line["attempt"] = event.attempt.map { .integer(Int64($0)) }
            let message = try message(of: event)
            line["text"] = .string(text(of: event, message))
            line["message"] = message.map { .string($0) }
            lines.append(.object(line))
        }
        return lines
    }

    /// Why an attempt did not succeed: the agent's own words, or what the broker saw. Nil for all
    /// other events, and when the words were erased.
    func message(of event: Event) throws(RecordsFault) -> String? {
        switch event.body {
        case .taskFailed:
            try records.json(of: event.seq, part: "failure.json")?["message"]?.stringValue
        case .taskExpired(let body):
            switch body.reason {
            case .lease: "no heartbeat came in time: the agent ended or lost its connection"
            case .attempt: "the attempt took longer than it may"
            case .silence: "the agent beat, but reported neither progress nor output"
            }
        default: nil
        }
    }

    /// `: no such file (2 so far, again at …)`, on one line.
    private func ending(_ message: String?, failures: Int, until: Instant?) -> String {
        let words = message.map { $0.split(whereSeparator: \.isNewline).joined(separator: "; ") }
        let next = until.map { ", again at \(Timestamp.text($0))" } ?? ""
        return (words.map { ": \($0)" } ?? "") + " (\(failures) so far\(next))"
    }

    private func text(of event: Event, _ message: String?) -> String {
        switch event.body {
        case .taskCreated(let body): "created: \(body.kind.rawValue) for \(body.agent)"
        case .taskReadied: "ready"
        case .taskLeased(let body): "leased to \(body.instance), token \(body.token.number)"
        case .taskDelivered(let body): "delivered \(body.parts.count) part(s)"
        case .taskAccepted(let reason): "accepted by \(reason.rawValue)"
        case .taskRejected(let body): "rejected, \(body.rejections) time(s) so far"
        case .taskFailed(let body):
            "failed (\(body.isRetryable ? "retryable" : "permanent"))"
                + ending(message, failures: body.failures, until: body.until)
        case .taskExpired(let body):
            "expired (\(body.reason.rawValue))"
                + ending(message, failures: body.failures, until: body.until)
        case .taskReleased(let body): "released (\(body.reason.rawValue))"
        case .taskRetried: "ready again"
        case .taskBlocked(let escalation): "blocked by \(escalation)"
        case .taskUnblocked(let escalation): "unblocked by the answer to \(escalation)"
        case .taskDead(let reason): "dead (\(reason.rawValue))"
        case .taskRedriven: "redriven"
        case .taskCancelled(let reason): "cancelled (\(reason.rawValue))"
        case .taskDiscarded: "discarded"
        case .planAccepted(let tasks): "plan of \(tasks) task(s) accepted"
        case .escalationRaised(let body):
            "escalated (\(body.severity.rawValue)), \(body.options.count) options, recommends"
                + " \(body.recommended)"
        case .escalationJoined(let body): "joined \(body.escalation)"
        case .escalationRaisedAgain(let body):
            "\(body.escalation) raised again, \(body.severity.rawValue)"
        case .escalationAnswered(let body): "\(body.escalation) answered: \(body.option)"
        case .escalationWithdrawn(let escalation): "\(escalation) withdrawn"
        case .decisionRecorded(let body): body.place.map { "decided: \($0)" } ?? "decided"
        case .evidenceAdded(let body):
            "evidence for \(body.gate): \(body.isPassed ? "passed" : "failed")"
        case .escalationNotified(let escalation, let status):
            "\(escalation) notified, status \(status)"
        case .accessRefused(let body): "refused: \(body.verb) (\(body.code)), \(body.count) time(s)"
        case .journalCreated, .brokerStarted, .brokerStopped, .clockStepped, .agentRegistered,
            .agentWithdrawn, .documentPut, .briefSubmitted, .briefBlocked, .briefResumed,
            .briefDone,
            .briefDead, .briefCancelled, .queuePaused, .queueResumed, .circuitOpened,
            .circuitClosed:
            event.type.rawValue
        }
    }
}
