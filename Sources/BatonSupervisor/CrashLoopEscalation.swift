// The escalation that the supervisor raises about an agent that ends again and again.
import JSON

/// Makes the document (`escalation.schema.json`).
enum CrashLoopEscalation {
    /// About one agent; its key lets repeated ones join.
    static func document(
        agent: String, ends: Int, last: String, log: String, lastWords: String?
    ) -> JSONValue {
        let said = lastWords.map { "it said last: \($0)" } ?? "it said nothing"
        return [
            "format": "baton.escalation/1",
            "key": .string("crash-loop-\(agent)"),
            "blocker": .string(
                "\(agent) ended \(ends) times within two minutes, the last time with \(last);"
                    + " \(said)"
            ),
            "impact": .string(
                "tasks for \(agent) wait; it is started again every 30 s until it stays up"),
            "options": [
                [
                    "id": "mend", "label": "Mend the agent and let the supervisor start it again",
                    "tradeoffs": .string(
                        "its tasks wait until then; the log with the reason is \(log)"),
                    "effect": ["kind": "none"],
                ],
                [
                    "id": "pause", "label": "Pause its queue until it is mended",
                    "tradeoffs": .string(
                        "no attempts are spent; `baton queue pause \(agent)` does it, and "
                            + "`baton queue resume \(agent)` ends it"),
                    "effect": ["kind": "none"],
                ],
            ],
            "recommended": "mend",
            "rationale":
                .string(
                    "a program that ends right after its start does so for a reason that waiting"
                        + " does not remove"),
            "needs": "somebody who can read the log and change the agent or its surroundings",
            "severity": "high",
            "owner": "operator",
        ]
    }
}
