// The escalation that the supervisor raises about an agent that ends again and again.
import JSON

/// Makes the document (`escalation.schema.json`).
enum CrashLoopEscalation {
    /// The option whose choice the supervisor follows by itself.
    static let restartOption = "restart"

    /// About one agent; its key lets repeated ones join.
    static func document(
        agent: String, ends: Int, last: String, log: String, lastWords: String?
    ) -> JSONValue {
        let said = lastWords.map { "it said last: \($0)" } ?? "it said nothing"
        return [
            "format": "baton.escalation/1",
            "key": .string("crash-loop-\(agent)"),
            "blocker": .string(
                "\(agent) does not stay up: it ended \(ends) times, the last time with \(last);"
                    + " \(said)"
            ),
            "impact": .string(
                "tasks for \(agent) wait; it is started again at long intervals until it stays up,"
                    + " and then this question is withdrawn"),
            "options": [
                [
                    "id": .string(restartOption), "label": "It is mended: start it again now",
                    "tradeoffs": .string(
                        "its history is forgotten; the log with the reason is \(log)"),
                    "effect": ["kind": "none"],
                ],
                [
                    "id": "leave", "label": "Leave it as it is",
                    "tradeoffs": .string(
                        "it is still started again at long intervals, and each attempt of a task"
                            + " that it takes may be lost"),
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
            "recommended": .string(restartOption),
            "rationale":
                .string(
                    "a program that ends right after its start does so for a reason that waiting"
                        + " does not remove: mend it, then choose this"),
            "needs": "somebody who can read the log and change the agent or its surroundings",
            "severity": "high",
            "owner": "operator",
        ]
    }
}
