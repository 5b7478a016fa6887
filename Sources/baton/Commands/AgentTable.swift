// The table of agents: what the broker knows of them and what the supervisor does.
import BatonSupervisor
import CommandTree
import JSON

/// Rows of LIST agents with the processes behind them.
enum AgentTable {
    static func text(
        _ rows: [JSONValue], _ processes: ProcessRecord?, _ console: Console, now: Int64
    ) -> String {
        let isSupervised = processes?.supervisor.isAlive == true
        // Only where there is something to count: the table has to fit 80 columns.
        let hasRestarts = (processes?.agents ?? []).contains { $0.restarts > 0 }
        var table = Table(
            ["AGENT", "STATE", "PID", "LEASES", "SEEN", "READY"]
                + (hasRestarts ? ["RESTARTS"] : []),
            rightAligned: [5, 6])
        for row in rows {
            let name = BrokerRows.text(row, "agent")
            let entries = (processes?.agents ?? []).filter { $0.name == name }
            // The broker notices after a while that a process is gone; its supervisor at once.
            let isGone =
                isSupervised && !entries.isEmpty && entries.allSatisfy { !$0.isAlive }
            let sessions = isGone ? [] : row["sessions"]?.arrayValue ?? []
            let state = word(row, sessions, entries)
            let pids = sessions.compactMap { $0["pid"]?.integerValue }.map { String($0) }
            let leases = sessions.flatMap { BrokerRows.texts($0, "leases") }
            let heartbeat = sessions.compactMap { $0["last_seen_us"]?.integerValue }.max()
            let age = heartbeat.map {
                DurationText.text(milliseconds: max(now - $0, 0) / 1000) + " ago"
            }
            let restarts = entries.reduce(0) { $0 + $1.restarts }
            let restarted = Table.Cell(
                entries.isEmpty ? "-" : String(restarts), restarts > 0 ? .warning : .plain)
            var cells: [Table.Cell] = [
                .init(name, .name), .init(state.word, state.look),
                .init(pids.isEmpty ? "-" : pids.joined(separator: " ")),
                .init(leases.isEmpty ? "-" : leases.joined(separator: " ")), .init(age ?? "-"),
                .init(BrokerRows.count(row, "ready")),
            ]
            if hasRestarts { cells.append(restarted) }
            table.add(cells)
        }
        return table.text(paint: console.paint, width: console.lineWidth)
    }

    private static func word(
        _ row: JSONValue, _ sessions: [JSONValue], _ entries: [ProcessRecord.Entry]
    ) -> (word: String, look: Table.Look) {
        if row["registered"]?.boolValue == false { return ("withdrawn", .dim) }
        if row["paused"]?.boolValue == true { return ("paused", .warning) }
        let circuit = BrokerRows.text(row, "circuit")
        if circuit == "open" || circuit == "probing" { return ("circuit \(circuit)", .warning) }
        guard sessions.isEmpty else {
            let busy = (row["leased"]?.integerValue ?? 0) > 0
            return busy ? ("working", .good) : ("idle", .good)
        }
        if entries.contains(where: { $0.state == "quarantined" }) { return ("crash-loops", .bad) }
        if entries.contains(where: { $0.state == "restarting" }) { return ("restarting", .warning) }
        return ("not connected", .bad)
    }
}
