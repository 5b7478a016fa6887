// The plan of the closing: the agents' steps in one order, then what belongs to the whole - what
// they say against each other, one load test, the gates, the stages of the rollout, acceptance.

import BatonBrief
import JSON
import PlainText

extension ClosingRun {
    /// While what a plain stage goes on; the figures are the brief's own.
    var stageCondition: String {
        let latency = packet.number("/inputs/slo/latency_p99").map {
            "99 % of the answers within \(Shown.duration($0, .nearest))"
        }
        let errors = packet.number("/inputs/slo/error_rate").map {
            "errors below \(Shown.percent($0))"
        }
        let kept = [latency, errors].compactMap(\.self)
        return kept.isEmpty ? "no page-level alert fires" : kept.joined(separator: " and ")
    }

    mutating func mergeSteps() {
        var plan = MergedPlan(upstream, owner: packet.serviceOwner)
        let test = plan.joinLoadTests(of: upstream)
        if let step = settlingStep {
            let settled = plan.add(step, after: [])
            if let test { plan.hold([test], until: settled) }
        }
        let gates = addGateSteps(&plan, after: test)
        addRolloutSteps(&plan, after: gates)
        _ = plan.add(acceptance, after: plan.leaves)
        var ids: [String] = []
        for (step, needs) in plan.ordered {
            var step = step
            step.dependsOn = needs.map { ids[$0] }
            ids.append(workings.add(step))
        }
    }

    private var acceptance: PlanStep {
        let open =
            (workings.openQuestions.isEmpty ? [] : ["open question"])
            + (workings.openDecisions.isEmpty ? [] : ["open decision"])
        return PlanStep(
            title: "Accept the whole",
            detail: "Go through the validation checklist"
                + open.map { " and the \($0)s" }.joined()
                + " with \(packet.escalationOwner).",
            owner: packet.serviceOwner,
            doneWhen: "Every check has evidence"
                + (open.isEmpty ? "" : ", and no \(open.joined(separator: " and no ")) is left"))
    }

    /// A step for each gate of the playbook, after the load test where there is one: what it shows
    /// is what most gates ask for. Returns their places.
    private func addGateSteps(_ plan: inout MergedPlan, after test: Int?) -> [Int] {
        let before = areStagesPlanned ? plan.leavesBeforeStages : test.map { [$0] } ?? plan.leaves
        let gates = packet.list("/gates").filter { $0["planned"] != false }
        return gates.map { gate in
            let id = gate["gate"]?.stringValue ?? ""
            let stated = gate["title"]?.stringValue ?? ""
            let title = stated.isEmpty ? nil : stated
            let state = gate["state"]?.stringValue ?? "open"
            return plan.add(
                PlanStep(
                    title: "Pass the gate \(id)",
                    detail: (title.map { $0.withoutFullStop + ". " } ?? "") + "It is \(state) now.",
                    owner: packet.serviceOwner,
                    doneWhen: "Somebody who did not do the work has added evidence that it is"
                        + " passed"), after: before)
        }
    }

    /// The stages of the rollout, one after the other, once the gates are passed, or everything
    /// before is done where there are none, and the alerts are in place: a stage is watched by
    /// them. Those that a delivery plans, else plain ones.
    private func addRolloutSteps(_ plan: inout MergedPlan, after gates: [Int]) {
        let alerts = plan.steps(about: ["alert", "promtool"])
        guard !areStagesPlanned else {
            let before = gates.isEmpty ? plan.leavesBeforeStages : gates
            for need in before + alerts { plan.hold(plan.firstStages, until: need) }
            return
        }
        guard chapters.contains("rollout") else { return }
        var before = gates.isEmpty ? plan.leaves : gates
        before += alerts.filter { !before.contains($0) }
        for (number, stage) in RolloutStage.all.enumerated() {
            let place = plan.add(
                PlanStep(
                    title: "Rollout, stage \(number + 1): \(stage.text)",
                    detail: "As in “\(Self.rolloutTitle)”, behind the flag.",
                    owner: packet.serviceOwner,
                    doneWhen: "It has held for an hour: \(stageCondition)"),
                after: before)
            before = [place]
        }
    }
}
