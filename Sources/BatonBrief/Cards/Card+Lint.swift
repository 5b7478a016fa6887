// What a card lacks to be useful: each a thing to do, none of them an error.
import JSON

extension Card {
    /// What the card lacks: the message says what is missing and why it matters, the suggestion
    /// what to do about it.
    package var lint: [Diagnostic] { lintOfKeys + lintOfBody }

    private static func advice(
        _ field: String, _ message: String, _ suggestion: String
    ) -> Diagnostic {
        Diagnostic(.warning, line: nil, field: field, message, suggestion: suggestion)
    }

    private var lintOfKeys: [Diagnostic] {
        var lint: [Diagnostic] = []
        func say(_ field: String, _ message: String, _ suggestion: String) {
            lint.append(Self.advice(field, message, suggestion))
        }
        if description.isEmpty {
            say(
                "description", "the card has no description; routes and people see nothing of it",
                "add `description`: what the agent is for, in one sentence")
        }
        if !hasEngine {
            say(
                "brain", "the card has neither brain nor worker; up cannot start it",
                "add `brain: builtin`, `preset: claude`, `command: […]` or `worker: […]`")
        }
        if brain == .command, command == nil, preset == nil {
            say(
                "command", "brain: command without a command",
                "add `command: [program]` or `preset: claude`")
        }
        if activation == Activation(), tags.isEmpty, !id.hasPrefix("core.") {
            say(
                "activation", "nothing routes a brief to the card",
                "add `activation`: {tags: […], phrases: […], inputs: […]}, or `tags`")
        }
        if deliverables.isEmpty {
            say(
                "deliverables", "the card lists no deliverables",
                "add `deliverables`, or a heading ## Deliverables with one item each")
        }
        for input in requiredInputs where input.why.isEmpty {
            say(
                "required_inputs", "required input \(input.field) does not say why",
                "add `why` to \(input.field): people are asked for it in these words")
        }
        return lint
    }

    /// The sections that instructions need, with what each is for.
    private static let neededSections = [
        ("mission", "what is better when the agent has done its work"),
        ("scope", "what it looks at, and what it leaves to others"),
        ("workflow", "the steps in which it works"),
        ("definition of done", "what holds of each of its deliveries"),
    ]

    /// Words of which instructions use one when they say where the agent stops and asks.
    private static let escalationWords = [
        "escalat", "ask", "question", "block", "a person", "people decide",
    ]

    private var lintOfBody: [Diagnostic] {
        var lint: [Diagnostic] = []
        for (section, purpose) in Self.neededSections where sections[section] == nil {
            lint.append(
                Self.advice(
                    section, "the card has no section \(section)",
                    "add a heading ## \(section.prefix(1).uppercased())\(section.dropFirst()):"
                        + " \(purpose)"))
        }
        let text = body.lowercased()
        if !Self.escalationWords.contains(where: text.contains) {
            lint.append(
                Self.advice(
                    "body", "the body says nothing about when to escalate",
                    "say when the agent stops and asks: what only a person can decide or supply"))
        }
        if sections["scope"] != nil, !text.contains("out of scope") {
            lint.append(
                Self.advice(
                    "scope", "nothing is out of scope",
                    "add to ## Scope a line `Out of scope: …` with what is left to others"))
        }
        return lint
    }
}
