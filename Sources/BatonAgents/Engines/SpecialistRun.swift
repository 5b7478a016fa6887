// What the specialists have in common: they take work and direct tasks, ask for what is missing
// before anything else, cite the answers of people, and deliver all six documents or ask.

import JSON

/// One run of a specialist's engine.
protocol SpecialistRun {
    var workings: Workings { get set }
    /// What a manager reads first, when the work is done.
    var summary: String { get }

    init(_ workings: Workings)

    /// Does the work; an escalation where it cannot go on.
    mutating func work() -> JSONValue?
}

extension Engine {
    /// A whole run: from the packet to the deliverables, or to a question.
    func run<Run: SpecialistRun>(_ input: EngineInput, as kind: Run.Type) -> EngineOutcome {
        let packet = PacketView(input.packet)
        guard packet.kind == "work" || packet.kind == "direct" else {
            return .fail(
                message: "\(agentID) takes work and direct tasks, not \(packet.kind) tasks")
        }
        let missing = RequiredInputs.missing(input.card, in: packet)
        if !missing.isEmpty { return .escalate(RequiredInputs.escalation(missing, packet)) }
        var workings = Workings(packet: packet, card: input.card, parts: input.parts)
        workings.requirements = RequirementReader.requirements(of: packet)
        workings.citeAnswers()
        var run = Run(workings)
        if let escalation = run.work() { return .escalate(escalation) }
        run.workings.answerRest()
        // A direct task has no plan that goes on.
        let to = packet.kind == "work" ? "core.orchestrator" : nil
        return .deliver(run.workings.parts(summary: run.summary, to: to))
    }
}
