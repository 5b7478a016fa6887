// Verdicts, questions and answers in the model (lifecycle.md §2 and §4): a gate is passed by a
// verdict or by a person, and a question is answered by a person or not at all.

import JSON

extension AuditModel {
    mutating func accept(_ task: TaskFacts, _ event: LeafFacts) {
        switch event.text("by") {
        case "delivery":
            move(task, event, from: [.delivered], to: .accepted)
            if task.isReviewed { complain("\(task.id) was accepted without its review") }
            owed["\(task.id) accepted"] = nil
            if let subject = task.subject { owed["\(subject) told"] = "the verdict" }
        case "verdict":
            move(task, event, from: [.delivered], to: .accepted)
            owed["\(task.id) told"] = nil
            guard let verdict = spoken[task.id] else {
                return complain("\(task.id) was accepted by a verdict that nobody gave")
            }
            if intentions.verdicts[verdict.token] != true {
                complain("\(task.id) was accepted, and its reviewer had rejected it")
            }
        case "exception":
            move(task, event, from: [.blocked], to: .accepted)
            let question = task.escalation.flatMap { escalations[$0] }
            let effect = question?.options.first { $0.id == question?.option }?.effect
            if question?.origin != "gate" || effect != "accept" {
                complain("\(task.id) was accepted by an exception that nobody made")
            }
        default: complain("\(task.id) was accepted by nothing")
        }
    }

    mutating func reject(_ task: TaskFacts, _ event: LeafFacts) {
        move(task, event, from: [.delivered], to: .ready)
        owed["\(task.id) told"] = nil
        let rejections = event.integer("rejections") ?? 0
        if rejections != task.rejections + 1 { complain("\(task.id) counts rejections wrong") }
        if let verdict = spoken[task.id] {
            if event.integer("verdict") != verdict.seq {
                complain("\(task.id) names another verdict than the one just given")
            }
            if intentions.verdicts[verdict.token] != false {
                complain("\(task.id) was rejected, and its reviewer had accepted it")
            }
        } else {
            complain("\(task.id) was rejected by a verdict that nobody gave")
        }
        if rejections > Int64(bounds.rejectionsMax) { complain("\(task.id) is reworked for ever") }
        if rejections == Int64(bounds.rejectionsMax) { owed["\(task.id) asked"] = "a question" }
        tasks[task.id]?.rejections = rejections
        tasks[task.id]?.rejectedMatch = task.deliveredMatch
    }

    mutating func block(_ task: TaskFacts, _ event: LeafFacts) {
        let id = event.text("escalation") ?? ""
        guard let escalation = escalations[id], escalation.state == "open" else {
            return complain("\(task.id) is blocked by \(id), which is not open")
        }
        if escalation.origin == "budget" {
            move(task, event, from: [.ready], to: .blocked)
        } else if task.place == .ready {
            // The gate's question follows the last rejection.
            if owed.removeValue(forKey: "\(task.id) asked") == nil {
                complain("\(task.id) is blocked although nobody rejected it")
            }
            move(task, event, from: [.ready], to: .blocked)
        } else {
            move(task, event, from: [.leased], to: .blocked)
        }
        tasks[task.id]?.escalation = id
    }

    mutating func unblock(_ task: TaskFacts, _ event: LeafFacts) {
        move(task, event, from: [.blocked], to: .ready)
        let id = event.text("escalation") ?? ""
        if id != task.escalation { complain("\(task.id) is unblocked by the answer to another") }
        guard let escalation = escalations[id], escalation.state == "answered" else {
            return complain("\(task.id) is unblocked by \(id), which nobody answered")
        }
        if escalation.origin == "gate" { tasks[task.id]?.rejections = 0 }
        if tasks[task.id]?.firstReady == nil { tasks[task.id]?.firstReady = event.time }
    }

    // MARK: Escalations

    mutating func judgeEscalation(_ event: LeafFacts) {
        if let brief = event.brief { touched.insert(brief) }
        if event.type == "escalation.raised" { return raise(event) }
        guard let id = event.text("escalation"), let known = escalations[id] else {
            return complain("\(event.type) of an unknown escalation")
        }
        switch event.type {
        case "escalation.joined":
            requireOpen(known, event)
            if let task = event.task.flatMap({ tasks[$0] }) {
                end(task, event, as: "escalated", match: event.text("match"))
                probeEnds(task, passed: true)
            }
        case "escalation.raised-again": raiseAgain(known, event)
        case "escalation.answered": answer(known, event)
        case "escalation.withdrawn":
            requireOpen(known, event)
            let waiting = tasks.values.filter { $0.place == .blocked && $0.escalation == id }
            if !waiting.isEmpty { complain("\(id) was withdrawn and somebody waits for it") }
            escalations[id]?.state = "withdrawn"
        case "escalation.notified": break
        default: complain("type \(event.type) is in no document")
        }
    }

    private mutating func requireOpen(_ escalation: QuestionFacts, _ event: LeafFacts) {
        if escalation.state != "open" {
            complain("\(event.type) of \(escalation.id), which is \(escalation.state)")
        }
    }

    private mutating func raise(_ event: LeafFacts) {
        let origin = event.text("origin") ?? ""
        let options = event.list("options").map {
            (id: $0["id"]?.stringValue ?? "", effect: $0["effect"]?.stringValue ?? "")
        }
        var facts = QuestionFacts(
            id: "e-\(event.seq)", event: event.seq, origin: origin, options: options)
        facts.agent = event.text("agent") ?? ""
        facts.brief = event.brief
        facts.severity = event.text("severity") ?? ""
        facts.deadline = event.integer("deadline")
        escalations[facts.id] = facts
        if options.count < 2 { complain("\(facts.id) offers no choice") }
        if origin != "gate", options.contains(where: { $0.effect == "accept" }) {
            complain("\(facts.id) offers to accept what no gate rejected")
        }
        if origin == "budget", let brief = event.brief.flatMap({ briefs[$0] }),
            brief.used < brief.budget ?? .max
        {
            complain("\(facts.id) asks about a budget that is not used up")
        }
        guard origin == "task" else { return }
        guard let task = event.task.flatMap({ tasks[$0] }) else {
            return complain("\(facts.id) is about no task")
        }
        end(task, event, as: "escalated", match: event.text("match"))
        probeEnds(task, passed: true)
    }

    private mutating func raiseAgain(_ escalation: QuestionFacts, _ event: LeafFacts) {
        requireOpen(escalation, event)
        let times = event.integer("times") ?? 0
        if times != escalation.raisedAgain + 1 || times > Int64(bounds.raisedAgainMax) {
            complain("\(escalation.id) was raised again \(times) times")
        }
        if let deadline = escalation.deadline {
            if event.time < deadline { complain("\(escalation.id) was raised again too soon") }
        } else {
            complain("\(escalation.id) has no deadline and was raised again")
        }
        let louder = ["low": "medium", "medium": "high", "high": "critical"]
        if event.text("severity") != louder[escalation.severity] ?? "critical" {
            complain("\(escalation.id) did not become louder")
        }
        escalations[escalation.id]?.raisedAgain = times
        escalations[escalation.id]?.severity = event.text("severity") ?? ""
        escalations[escalation.id]?.deadline = event.integer("deadline")
    }

    private mutating func answer(_ escalation: QuestionFacts, _ event: LeafFacts) {
        requireOpen(escalation, event)
        let option = event.text("option") ?? ""
        let effect = escalation.options.first { $0.id == option }?.effect
        if (effect ?? "revise") != event.text("effect") || (effect == nil && option != "revise") {
            complain("\(escalation.id) was answered with \(option), which it does not offer")
        }
        let isPerson = event.actor.hasPrefix("user/") && !event.actor.contains("/agent/")
        if !isPerson { complain("\(event.actor) answered \(escalation.id)") }
        if !intentions.answers.contains("\(escalation.id) \(option) \(event.actor)") {
            complain("\(event.actor) never answered \(escalation.id) with \(option)")
        }
        escalations[escalation.id]?.state = "answered"
        escalations[escalation.id]?.option = option
        escalations[escalation.id]?.effect = event.text("effect") ?? ""
        if escalation.origin == "budget", let brief = escalation.brief { briefs[brief]?.used = 0 }
        escalations[escalation.id]?.answeredBy = event.actor
    }
}
