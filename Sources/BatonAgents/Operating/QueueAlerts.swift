// What is watched of queues, and what to do when it goes wrong: rules and the runbook of redrive
// are the same whoever plans the queue.

import JSON

/// Alerts and runbooks of queues.
struct QueueAlerts: Sendable {
    /// The part of a delivery that says how dead letters are sent again.
    static let redrivePart = Runbook.folder + "redrive.md"

    /// The names of the queues, in the order in which they are told of.
    let names: [String]
    let signals: ServiceSignals
    /// Who gets the alerts.
    let owner: String
    /// Who decides what is deleted.
    let escalationOwner: String
    /// The queues of the brief, for the age that nobody wants to see.
    let packet: PacketView

    /// A queue as a label.
    static func label(_ name: String) -> String { PointerText.slug(name) }

    /// Age and dead letters of each queue.
    var rules: [AlertRule] {
        names.enumerated().flatMap { position, name in
            let label = Self.label(name)
            var rules: [AlertRule] = []
            if let age = ageLimit(name) {
                rules.append(
                    AlertRule(
                        name: "QueueTooOld\(position + 1)",
                        expression: "\(signals.queueAge(label)) > \(AlertRule.number(age.seconds))",
                        holds: "5m", kind: .ticket, owner: owner,
                        summary: "The oldest message of \(label) has waited for more than"
                            + " \(Shown.duration(age.seconds, .nearest))."))
            }
            rules.append(
                AlertRule(
                    name: "DeadLetters\(position + 1)",
                    expression: "\(signals.deadLetters(label)) > 0", holds: "15m", kind: .ticket,
                    owner: owner, summary: "Messages of \(label) were given up.",
                    runbook: Self.redrivePart))
            return rules
        }
    }

    /// The age of a message that somebody should look at: the highest stated percentile of the
    /// wait, else half of the retention, after which it would be lost.
    private func ageLimit(_ name: String) -> (seconds: Double, text: String)? {
        guard
            let index = packet.queues.firstIndex(where: { $0["name"]?.stringValue == name })
        else { return nil }
        for percentile in ["p99", "p95", "p90"] {
            let pointer = "/inputs/queues/\(index)/max_wait/\(percentile)"
            if let limit = packet.number(pointer) {
                return (limit, "above \(Shown.duration(limit, .nearest))")
            }
        }
        return packet.number("/inputs/queues/\(index)/retention").map {
            ($0 / 2, "above half of its retention")
        }
    }

    /// Age and dead letters as rows of the plan: signal, expression, alert.
    var rows: [[String]] {
        names.flatMap { name in
            let label = Self.label(name)
            return [
                [
                    "Queue age of \(name)", signals.queueAge(label),
                    ageLimit(name)?.text ?? "no wait is stated in percentiles",
                ],
                ["Dead letters of \(name)", signals.deadLetters(label), "any for 15 min"],
            ]
        }
    }

    /// How dead letters are sent again; nil without a queue.
    var redrive: Runbook? {
        guard let first = names.first else { return nil }
        var runbook = Runbook(
            part: Self.redrivePart, title: "Redrive of dead letters",
            meaning: "Messages of \(names.joined(separator: ", ")) were given up after all their"
                + " attempts. Nothing is lost yet, and nobody works on them until they are sent"
                + " again.")
        runbook.sections = [
            (
                "Before anything is sent again",
                names.map { "Count them: `\(signals.deadLetters(Self.label($0)))`." } + [
                    "Read ten of them with their errors. Sort them: the cause is over, the message"
                        + " itself is wrong, or nobody knows.",
                    "Make sure that the cause is over: the dependency answers, the release is"
                        + " mended.",
                    "Make sure that consumers know a repetition: their records of keys must"
                        + " reach back further than the oldest dead letter.",
                ]
            ),
            (
                "Redrive",
                [
                    "Send one, and follow it to its effect.",
                    "Send the rest at a tenth of the usual rate, so that fresh messages keep their"
                        + " wait; watch the age of the queue"
                        + " (`\(signals.queueAge(Self.label(first)))`).",
                    "Stop at once if the number of dead letters grows again.",
                    "Where order counts, send the messages of one key in their order, and before"
                        + " newer ones of that key.",
                ]
            ),
            (
                "What stays",
                [
                    "A message that is wrong in itself is never sent again as it is: mend its"
                        + " producer, then make it anew.",
                    "Delete only what \(escalationOwner) has decided to delete, with a"
                        + " record of what it was.",
                ]
            ),
        ]
        return runbook
    }
}
