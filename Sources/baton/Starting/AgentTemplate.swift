// What `baton agent new` writes: a card, and a program that already does something useful.

/// The files of a new agent.
struct AgentTemplate {
    let id: String
    let isPython: Bool

    /// With paths below the agents folder.
    var files: [(path: String, text: String, isProgram: Bool)] {
        let stem = id.split(separator: ".").joined(separator: "/")
        let name = stem.split(separator: "/").last.map(String.init) ?? stem
        let program = isPython ? "\(name).py" : "\(name).sh"
        let files = [
            ("\(stem).md", card(program), false),
            (stem.dropLast(name.count) + program, isPython ? Self.python : Self.shell, true),
        ]
        // A worker that speaks the wire cannot be tried without a broker.
        return isPython ? files : files + [("examples/\(id)/first/brief.md", Self.example, false)]
    }

    private static let example = """
        ---
        owners: {service: the-team}
        ---
        # Objective

        What the agent is asked for in this example. `baton agent test` gives it to the agent.

        # Acceptance criteria

        - What must be true of the result, with a number where there is one.

        """

    private func card(_ program: String) -> String {
        let engine =
            isPython
            ? """
            # A process that speaks the wire protocol itself; `baton up` starts it in this folder.
            # It needs pyzmq: apt install python3-zmq for Debian's own Python, /usr/bin/python3;
            # pip install pyzmq for any other, which is then to be named here.
            worker: [/usr/bin/python3, \(program)]
            """
            : """
            # Any program: it gets this card and the packet on standard input, then end of file, and
            # prints its result on standard output. `preset: claude` or `preset: codex` instead of
            # `command` runs those.
            brain: command
            command: [./\(program)]
            """
        return """
            ---
            id: \(id)
            name: \(id)
            description: What this agent is for, in one sentence. The orchestrator's route names it.
            tags: [\(id.split(separator: ".").last ?? "agent")]
            \(engine)
            # Its deliveries are judged by core.quality before they count.
            review: required
            # What makes the orchestrator choose it: one signal is enough where it names no inputs.
            activation:
              tags: [\(id.split(separator: ".").last ?? "agent")]
              phrases: []
              inputs: []
            deliverables: [objective_snapshot, execution_plan, risk_register, validation_checklist, handoff_packet]
            ---

            # Mission

            What is better when this agent has done its work.

            # Scope

            - What it looks at.
            - Out of scope: what it leaves to others.
            - To be escalated: what only a person can decide or supply.

            # Workflow

            1. Read the packet: objective, constraints, inputs, what others delivered.
            2. Do the work.
            3. Deliver one Markdown document with the five headings, or escalate what blocks it.

            # Definition of done

            - Every acceptance criterion has a measurable check.

            """
    }

    private static let python = EmbeddedFiles.pythonWorker

    private static let shell = #"""
        #!/bin/sh
        # The brain of an agent: the card and the packet are on standard input. What is printed is the
        # delivery; standard error goes to the agent's log. Put a program or an LLM's command here.
        cat >/dev/null
        cat <<END
        # Objective snapshot

        The objective as this agent understands it.

        # Execution plan

        - S1: What is to be done; owner: $BATON_AGENT; done when: it can be seen

        # Risk register

        - K1: What may go wrong; severity: low; likelihood: low; impact: delay; mitigation: look early; owner: $BATON_AGENT; trigger: the first complaint

        # Validation checklist

        - C1: complaints <= 0; unit: count; method: review; when: at handoff; owner: $BATON_AGENT; traces: AC1

        # Handoff packet

        What the next owner should know.
        END

        """#
}
