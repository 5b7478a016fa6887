// How the broker's rows look to people: states with their colours, ages, counts.
import BatonClient
import CommandTree
import JSON

/// Words and looks for rows of LIST, SHOW and STATUS.
enum BrokerRows {
    /// The list that a kind of thing is in.
    static func kind(of noun: String) -> ListedKind? {
        switch noun {
        case "brief": .briefs
        case "task": .tasks
        case "escalation": .escalations
        case "agent": .agents
        default: nil
        }
    }

    /// How a state looks.
    static func look(ofState state: String) -> Table.Look {
        switch state {
        case "done", "accepted", "answered", "running": .good
        case "leased", "delivered", "ready": .name
        case "blocked", "open", "backoff", "quarantined", "restarting": .warning
        case "dead", "cancelled", "discarded": .bad
        default: .plain
        }
    }

    /// A task's state with the reason why it waits, where the state does not say it already.
    static func stateText(ofTask row: JSONValue) -> String {
        let state = text(row, "state")
        guard let why = row["pending_reason"]?.stringValue, why != state, state != "blocked" else {
            return state
        }
        return "\(state) (\(why))"
    }

    /// The number in an id: of the event that made the thing.
    static func number(of id: String) -> Int64 {
        id.split(separator: "-").last.flatMap { Int64($0) } ?? 0
    }

    static func text(_ row: JSONValue, _ name: String) -> String {
        row[name]?.stringValue ?? ""
    }

    static func count(_ row: JSONValue, _ name: String) -> String {
        row[name]?.integerValue.map { String($0) } ?? "-"
    }

    /// How long ago a member of a row was, such as `12 m`.
    static func age(_ row: JSONValue, _ name: String, now: Int64) -> String {
        guard let then = row[name]?.integerValue else { return "-" }
        return DurationText.text(milliseconds: max(now - then, 0) / 1000)
    }

    /// How long until a member of a row, such as `in 40 s`.
    static func until(_ row: JSONValue, _ name: String, now: Int64) -> String? {
        guard let then = row[name]?.integerValue else { return nil }
        return then <= now
            ? "now" : "in " + DurationText.text(milliseconds: (then - now) / 1000)
    }

    static func texts(_ row: JSONValue, _ name: String) -> [String] {
        (row[name]?.arrayValue ?? []).compactMap(\.stringValue)
    }
}
