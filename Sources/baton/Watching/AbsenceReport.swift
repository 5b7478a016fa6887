// Agents that should be working on a brief and are not there: who, why, and when they come back.
// What the broker does not know (how a process ended, when it is started again) stands in the
// supervisor's record.
import BatonPlatform
import BatonSupervisor
import CommandTree
import JSON

/// Says each absence once.
struct AbsenceReport {
    private var told: Set<String> = []

    /// A line for each agent among `names` that is away and was not spoken of before.
    /// - Parameter tasks: rows of the tasks that wait for them or are leased to them.
    mutating func news(of names: Set<String>, _ tasks: [JSONValue], _ home: Home) -> [String] {
        guard !names.isEmpty else { return [] }
        let record = ProcessRecord.read(home)
        let isSupervised = record?.supervisor.isAlive == true
        var lines: [String] = []
        var unknown: [String] = []
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            let entries = (record?.agents ?? []).filter { $0.name == name }
            if isSupervised, let entry = entries.first, entries.allSatisfy({ !$0.isAlive }) {
                if told.insert("\(name) \(entry.restarts)").inserted {
                    lines.append(Self.line(about: entry))
                }
                continue
            }
            // It runs, and will connect or end.
            if isSupervised, !entries.isEmpty { continue }
            // One that holds a lease is known to be slow only once its lease runs out.
            let isWaiting = tasks.contains {
                $0["agent"]?.stringValue == name && $0["state"]?.stringValue != "leased"
            }
            if isWaiting, told.insert(name).inserted { unknown.append(name) }
        }
        if !unknown.isEmpty {
            lines.append(
                "No agent is connected for \(unknown.joined(separator: ", ")); the work waits."
                    + " Start the agents with: \(Broker.upLine(home))")
        }
        return lines
    }

    private static func line(about entry: ProcessRecord.Entry) -> String {
        let why = entry.lastEnd.map { " (\($0))" } ?? ""
        guard let retry = entry.retryMicroseconds else { return "\(entry.name) ended\(why)" }
        let wait = max(retry - WallClock.nowMicroseconds(), 0) / 1000
        let loops = entry.state == "quarantined" ? ", again and again" : ""
        return "\(entry.name) ended\(why)\(loops); it starts again in "
            + "\(DurationText.text(milliseconds: wait)); see: baton agent logs \(entry.name)"
    }
}
