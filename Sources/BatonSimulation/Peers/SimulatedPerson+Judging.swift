// Every answer that a person gets, against what the journal says and what was answered before.

import BatonBroker
import BatonClient
import BatonCore
import BatonWire
import JSON

extension SimulatedPerson {
    func judge(_ deed: Deed, _ result: Result<Message, RequestFailure>) {
        world.counters.replies += 1
        switch result {
        case .success(let reply): judge(deed, reply)
        case .failure(.refused(let refusal)): judge(deed, refusal)
        case .failure(let failure):
            world.complain("\(name): \(deed) ended without an answer: \(failure)")
        }
    }

    private func judge(_ deed: Deed, _ reply: Message) {
        switch deed {
        case .submission(let place): judgeSubmission(place, reply)
        case .clash(let place):
            // The first submission may have been refused, and then the key was still new.
            guard world.submissions.all[place].id != nil else { return }
            world.complain(
                "key \(world.submissions.all[place].key) was taken with other content")
        case .answer(let escalation, let option):
            guard reply.text("escalation") == escalation else {
                return world.complain("an answer to \(escalation) went to another question")
            }
            let known = world.model.escalation(escalation)
            if known?.option != option || known?.answeredBy != identity.actor.text {
                world.complain(
                    "\(name)'s answer to \(escalation) was acknowledged and is not there")
            }
        case .cancelBrief(let brief):
            // A close may have been accepted in the same batch before.
            if ["running", "blocked", "dead"].contains(world.model.state(ofBrief: brief) ?? "") {
                world.complain("\(brief) was cancelled and is still open")
            }
        case .cancelTask(let task):
            if !world.model.isOver(task) {
                world.complain("\(task) was cancelled and is still open")
            }
        case .discard(let task):
            if world.model.place(of: task) != .discarded {
                world.complain("\(task) was discarded and is still open")
            }
        case .redrive(let task): require("task.redriven", task)
        case .retry(let task): require("task.retried", task)
        case .pause(let agent): require("queue.paused", agent)
        case .register(let agent): require("agent.registered", agent)
        // Work that was not paused goes on as it is.
        case .resume, .look: break
        }
    }

    /// What was acknowledged must have happened, if not now then before.
    private func require(_ type: String, _ subject: String) {
        if !world.model.hasHappened(type, to: subject) {
            world.complain("\(type) of \(subject) was acknowledged and never happened")
        }
    }

    private func judgeSubmission(_ place: Int, _ reply: Message) {
        let submission = world.submissions.all[place]
        guard let id = reply.text(submission.verb == .submit ? "brief" : "task"),
            let event = Int64(id.dropFirst(2))
        else { return world.complain("\(submission.key) was answered with no id") }
        let key = world.match(Array(submission.key.utf8))
        guard let made = world.model.event(ofKey: key) else {
            return world.complain("\(submission.key) was acknowledged as \(id) and is not there")
        }
        if made.event != event {
            world.complain("\(submission.key) is event \(made.event), and was answered with \(id)")
        }
        if let known = world.submissions.answered(place, id), known != id {
            world.complain("\(submission.key) was \(known) and is \(id) now")
        }
    }

    private func judge(_ deed: Deed, _ refusal: Refusal) {
        let isExpected: Bool
        switch (deed, refusal.code) {
        // The broker may be busy, full or stopping: nothing was done.
        case (_, .overloaded), (_, .diskLow), (_, .shuttingDown): isExpected = true
        case (.clash(let place), .keyReused): isExpected = true; requireKnown(place)
        // Its deadline had passed when the key was new, so it stands for nothing yet.
        case (.submission, .badTask), (.clash, .badTask): isExpected = true
        case (.submission, .unknownAgent), (.clash, .unknownAgent): isExpected = true
        case (.submission(let place), .keyReused):
            isExpected = world.submissions.all[place].id == nil
        case (.answer(let escalation, _), .alreadyAnswered):
            isExpected = world.model.escalation(escalation)?.state == "answered"
        case (.answer(let escalation, _), .withdrawn):
            isExpected = world.model.escalation(escalation)?.state == "withdrawn"
        case (.cancelBrief(let brief), .wrongState), (.cancelBrief(let brief), .unknownBrief):
            isExpected = ["done", "cancelled"].contains(world.model.state(ofBrief: brief) ?? "")
        case (.cancelTask(let task), .wrongState), (.cancelTask(let task), .unknownTask):
            // A review ends with what it judges, and is not cancelled alone.
            isExpected =
                world.model.isOver(task) || world.model.kind(of: task) == "review"
        case (.redrive, .wrongState), (.discard, .wrongState), (.retry, .wrongState),
            (.redrive, .unknownTask), (.discard, .unknownTask), (.retry, .unknownTask):
            isExpected = true
        case (.look, .unknownBrief), (.pause, .unknownAgent), (.resume, .unknownAgent):
            isExpected = true
        default: isExpected = false
        }
        if !isExpected {
            world.complain("\(name): \(deed) was refused: \(refusal.code) \(refusal.message)")
        }
    }

    private func requireKnown(_ place: Int) {
        let key = world.submissions.all[place].key
        if world.model.event(ofKey: world.match(Array(key.utf8))) == nil {
            world.complain("\(key) was refused as used, and nobody used it")
        }
    }
}
