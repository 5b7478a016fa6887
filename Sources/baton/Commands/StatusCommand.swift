// `baton status`: health at a glance, what needs a person first.
import BatonClient
import BatonSupervisor
import CommandTree
import JSON

extension CommandLineTree {
    static let statusCommand = Command(
        "status", "health at a glance; leads with what needs a decision",
        examples: [
            Example("baton status", "escalations, briefs, agents, broker"),
            Example("baton status --json", "the same with every number and limit, for programs"),
        ],
        alsoCalled: ["ps", "st", "info", "top"],
        action: { (invocation) throws(CommandFailure) in
            let console = Console(invocation)
            let broker = try Broker(invocation)
            var status = try broker.document { (client) throws(ClientError) in
                try client.status()
            }
            let processes = ProcessRecord.read(broker.home)
            if let processes { status["processes"] = processes.json }
            console.result(status) { StatusView(status, processes, console).text }
            return .done
        })
}

/// Turns STATUS and the supervisor's record into text.
struct StatusView {
    private let status: JSONValue
    private let processes: ProcessRecord?
    private let console: Console
    private let now: Int64
    private var paint: Paint { console.paint }

    init(_ status: JSONValue, _ processes: ProcessRecord?, _ console: Console) {
        self.status = status
        self.processes = processes
        self.console = console
        now = status.value(at: "/broker/now_us")?.integerValue ?? 0
    }

    var text: String {
        var blocks: [String] = []
        if let escalations { blocks.append(escalations) }
        if let quarantined { blocks.append(quarantined) }
        blocks.append(counts)
        blocks.append(agents)
        return blocks.joined(separator: "\n\n")
    }

    private var escalations: String? {
        let rows = status["escalations"]?.arrayValue ?? []
        guard !rows.isEmpty else { return nil }
        let count = rows.count == 1 ? "1 escalation waits" : "\(rows.count) escalations wait"
        var lines = [paint.yellow("\(count) for a decision")]
        for row in rows { lines.append(EscalationView.summary(row, console, now: now)) }
        return lines.joined(separator: "\n")
    }

    /// Agents that crash-loop are as urgent: their tasks wait.
    private var quarantined: String? {
        // One that is connected again works; its supervisor only waits to see whether it lasts.
        let connected = (status["agents"]?.arrayValue ?? [])
            .filter { ($0["connected"]?.integerValue ?? 0) > 0 }
            .compactMap { $0["agent"]?.stringValue }
        let entries = (processes?.agents ?? []).filter {
            $0.state == "quarantined" && !($0.isAlive && connected.contains($0.name))
        }
        guard !entries.isEmpty, processes?.supervisor.isAlive == true else { return nil }
        let lines = entries.map { entry in
            "  \(paint.bold(entry.name)) was started again \(entry.restarts) times; it last"
                + " ended with "
                + "\(entry.lastEnd ?? "an unknown status")\n"
                + "    \(paint.cyan("baton agent logs \(entry.name)"))\n"
                + "    \(paint.cyan("baton agent restart \(entry.name)")) when it is mended"
        }
        let title =
            entries.count == 1 ? "1 agent crash-loops" : "\(entries.count) agents crash-loop"
        return paint.red(title) + "\n" + lines.joined(separator: "\n")
    }

    private var counts: String {
        func line(_ title: String, _ member: String, _ names: [String]) -> String {
            let words = names.compactMap { name -> String? in
                guard let count = status[member]?[name]?.integerValue, count > 0 else { return nil }
                return paint.look("\(count) \(name)", BrokerRows.look(ofState: name))
            }
            return "\(paint.bold(title))  "
                + (words.isEmpty ? "none" : words.joined(separator: ", "))
        }
        let broker = status["broker"]
        let uptime = DurationText.text(milliseconds: broker?["uptime_ms"]?.integerValue ?? 0)
        let disk = status["disk_free_percent"]?.doubleValue.map { "\(Int($0)) % of the disk free" }
        let facts = [
            "baton \(broker?["version"]?.stringValue ?? "?")",
            "process \(broker?["pid"]?.integerValue ?? 0)", "up \(uptime)",
            "\(status["head"]?.integerValue ?? 0) events", disk,
        ].compactMap(\.self)
        return [
            line("Briefs", "briefs", ["blocked", "dead", "running", "done", "cancelled"]),
            line(
                "Tasks ", "tasks",
                ["dead", "blocked", "leased", "delivered", "ready", "backoff", "waiting"]),
            "\(paint.bold("Broker"))  " + facts.joined(separator: ", "),
        ].joined(separator: "\n")
    }

    private var agents: String {
        let rows = status["agents"]?.arrayValue ?? []
        guard !rows.isEmpty else {
            return
                "No agent is registered. \(paint.cyan("baton up")) starts the agents of a folder."
        }
        return AgentTable.text(rows, processes, console, now: now)
    }
}
