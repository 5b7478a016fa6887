// An agent that takes its time: a shell script as the brain of a card, so that a test can do
// something in the middle of its work.
import BatonPlatform
import JSON

/// The card, the program and the brief of a slow agent.
enum SlowAgent {
    static let id = "test.slow"

    static func card(instances: Int) -> String {
        """
        ---
        id: \(id)
        name: Slow
        description: Takes its time.
        tags: [slow]
        brain: command
        command: [/bin/sh, slow.sh]
        instances: \(instances)
        activation: {tags: [slow]}
        ---
        # Mission

        Patience.
        """
    }

    static func program(seconds: Int) -> String {
        """
        #!/bin/sh
        cat >/dev/null
        sleep \(seconds)
        cat <<END
        # Objective snapshot

        It is done slowly.

        # Execution plan

        - S1: Wait; owner: \(id); done when: the time is over

        # Risk register

        - K1: It takes longer; severity: low; likelihood: low; impact: delay; mitigation: wait; owner: \(id); trigger: the clock

        # Validation checklist

        - C1: minutes late <= 0; unit: min; method: the clock; when: at the end; owner: \(id); traces: AC1

        # Handoff packet

        It was done slowly.
        END

        """
    }

    /// Goes to the slow agent alone.
    static let brief = """
        ---
        title: Slowly
        objective: Something is done slowly
        owners: {service: testers, escalation: testers}
        tags: [slow]
        route: [\(id)]
        ---
        # Success criteria

        - It is done.

        # Acceptance criteria

        - Somebody has looked at the result.

        """
}

extension Stage {
    /// The core agents and the slow one.
    func useSlowAgent(seconds: Int = 10, instances: Int = 1) throws {
        for card in ["core/orchestrator.md", "core/quality.md"] {
            try write(try Self.source("Agents/\(card)"), to: "agents/\(card)")
        }
        try write(SlowAgent.card(instances: instances), to: "agents/test/slow.md")
        try write(SlowAgent.program(seconds: seconds), to: "agents/test/slow.sh", mode: 0o755)
    }

    /// A direct task for the slow agent.
    func submitSlowTask() async throws -> String {
        let file = try write(#"{"objective": "wait"}"#, to: "task.json")
        let result = try await json("task", "submit", SlowAgent.id, file)
        return result["task"]?.stringValue ?? ""
    }

    /// A task's state, or empty while the broker does not answer.
    func state(of task: String) async throws -> String {
        let run = try await baton("task", "show", task, "--json")
        guard run.status == 0 else { return "" }
        return try run.json()["state"]?.stringValue ?? ""
    }

    /// Waits until the journal has an event of a type about a task of an agent.
    func waitForEvent(_ type: String, ofAgent agent: String, within seconds: Int = 30) async throws
    {
        try await eventually("\(type) of \(agent)", within: seconds) {
            let run = try await self.baton(
                "audit", "tail", "--since", "0", "--agent", agent, "--type", type, "--json")
            return run.status == 0 && !run.output.isEmpty
        }
    }
}
