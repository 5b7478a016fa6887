// What the supervisor is to start, made by whoever read the cards.
package import JSON

/// A program with its words and surroundings.
package struct Program: Sendable {
    package var executable: String
    package var arguments: [String]
    /// Each `NAME=value`; the supervisor adds what a child needs to reach the broker.
    package var environment: [String]
    /// Where it starts; nil is where the supervisor was started.
    package var directory: String?

    package init(
        executable: String, arguments: [String], environment: [String], directory: String? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }
}

/// One agent: its card, and the process that plays it.
package struct PlannedAgent: Sendable {
    package var id: String
    /// card.json.
    package var card: JSONValue
    /// How many processes.
    package var instances: Int
    package var program: Program

    package init(id: String, card: JSONValue, instances: Int, program: Program) {
        self.id = id
        self.card = card
        self.instances = instances
        self.program = program
    }
}

/// Everything that one supervisor runs.
package struct SupervisorPlan: Sendable {
    package var home: Home
    package var broker: Program
    package var agents: [PlannedAgent]
    /// A shell command that gets each escalation as JSON on its standard input.
    package var onEscalation: String?
    package var settings: SupervisorSettings

    package init(
        home: Home, broker: Program, agents: [PlannedAgent], onEscalation: String? = nil,
        settings: SupervisorSettings = SupervisorSettings()
    ) {
        self.home = home
        self.broker = broker
        self.agents = agents
        self.onEscalation = onEscalation
        self.settings = settings
    }

    /// One name for each process.
    package var childNames: [ChildName] {
        agents.flatMap { agent in
            (1...max(agent.instances, 1)).map { ChildName.agent(agent.id, instance: $0) }
        }
    }

    /// The variables that any child may see; a card names others it needs. Secrets in the
    /// environment of whoever typed `up` reach no agent unasked.
    package static let passedVariables = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR",
        "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
    ]

    /// The environment of a child: the common variables, locale settings, and those named.
    package static func environment(
        passing names: [String] = [], from all: [String]
    ) -> [String] {
        all.filter { entry in
            let name = entry.prefix { $0 != "=" }
            return passedVariables.contains(String(name)) || name.hasPrefix("LC_")
                || names.contains(String(name))
        }
    }
}
