// A temporary home with a broker and agents as real processes. Everything that was started there
// ends with it, by number and start time, also when a test fails.
import BatonPlatform
import JSON
import Testing

/// One test's own world.
final class Stage {
    let folder: String
    var home: String { folder + "/home" }
    /// How the folder of agents is called; any name will do.
    var team = "agents"
    var agents: String { "\(folder)/\(team)" }
    private(set) var up: RunningProgram?

    init() throws {
        folder = try Files.makeTemporaryDirectory(prefix: "baton-e2e")
    }

    /// A stage for one test: ended and removed however the test ends.
    static func with<Result>(_ body: (Stage) async throws -> Result) async throws -> Result {
        let stage = try Stage()
        do {
            let result = try await body(stage)
            stage.end()
            try Files.removeTree(stage.folder)
            return result
        } catch {
            stage.showLogs()
            stage.end()
            try? Files.removeTree(stage.folder)
            throw error
        }
    }

    // MARK: Files

    @discardableResult
    func write(_ text: String, to name: String, mode: UInt32 = 0o644) throws -> String {
        let path = "\(folder)/\(name)"
        try Files.makeDirectory(Files.parent(of: path))
        try Files.writeAtomically([UInt8](text.utf8), to: path, mode: mode)
        return path
    }

    func read(_ name: String) throws -> String {
        let path = name.hasPrefix("/") ? name : "\(folder)/\(name)"
        return String(decoding: try Files.read(path, bytesMax: 16 << 20), as: UTF8.self)
    }

    /// A file of the repository.
    static func source(_ path: String) throws -> String {
        String(
            decoding: try Files.read("\(BatonProgram.sourceRoot)/\(path)", bytesMax: 4 << 20),
            as: UTF8.self)
    }

    /// Puts the four cards of the repository into the agents folder.
    func useStandardAgents() throws {
        for card in [
            "core/orchestrator.md", "core/quality.md", "backend/api_reliability.md",
            "backend/queue_worker_planner.md",
        ] {
            try write(try Self.source("Agents/\(card)"), to: "\(team)/\(card)")
        }
    }

    // MARK: Running

    /// Runs a command on this home.
    func baton(_ words: String..., within seconds: Int = 60) async throws -> BatonProgram.Run {
        try await baton(words, within: seconds)
    }

    func baton(_ words: [String], within seconds: Int = 60) async throws -> BatonProgram.Run {
        try await BatonProgram.run(words + ["--home", home], directory: folder, within: seconds)
    }

    /// A command's JSON; anything but success is the test's failure.
    func json(_ words: String..., within seconds: Int = 60) async throws -> JSONValue {
        let run = try await baton(words + ["--json"], within: seconds)
        guard run.status == 0 else { throw Failed(description: run.description) }
        return try run.json()
    }

    struct Failed: Error, CustomStringConvertible { let description: String }

    /// Starts `baton up` in the foreground and waits until every agent is connected.
    func start(_ more: [String] = [], connected: Bool = true) async throws {
        precondition(up == nil, "the stage is up already")
        up = try BatonProgram.start(
            ["up", "--home", home, "--agents", agents] + more, directory: folder)
        guard connected else { return }
        try await waitUntilConnected()
    }

    func waitUntilConnected() async throws {
        let cards = try cardCount(agents)
        try await eventually("\(cards) agents are connected", within: 60) {
            try self.up?.drain()
            if let exit = self.up?.process.pollExit() {
                throw Failed(description: "up ended: \(exit)\n\(self.up?.said ?? "")")
            }
            let run = try await self.baton("agent", "list", "--json")
            guard run.status == 0, let rows = try run.json()["agents"]?.arrayValue else {
                return false
            }
            return rows.count { ($0["connected"]?.integerValue ?? 0) > 0 } >= cards
        }
    }

    private func cardCount(_ folder: String) throws -> Int {
        var count = 0
        for name in try Files.list(folder) where !["examples", "playbooks"].contains(name) {
            let path = "\(folder)/\(name)"
            if try Files.status(of: path)?.kind == .directory {
                count += try cardCount(path)
            } else if name.hasSuffix(".md") {
                count += 1
            }
        }
        return count
    }

    /// Ends `up` as a person would, and waits for it.
    func stop() async throws {
        guard let up else { return }
        up.process.signal(.terminate)
        let run = try await up.end(within: 60)
        self.up = nil
        #expect(run.status == 0, "\(run)")
    }

    // MARK: Processes

    /// The processes on record: name, number, start.
    func processes() throws -> [(name: String, process: RecordedProcess)] {
        guard let text = try? read("\(home)/agents.json"),
            let record = try? JSONValue(parsing: text)
        else { return [] }
        let entries =
            [record["supervisor"], record["broker"]].compactMap(\.self)
            + (record["agents"]?.arrayValue ?? [])
        return entries.compactMap { entry in
            guard let name = entry["name"]?.stringValue, let id = entry["pid"]?.integerValue,
                let ticks = entry["start_ticks"]?.integerValue
            else { return nil }
            return (name, RecordedProcess(processID: Int32(id), startTicks: UInt64(ticks)))
        }
    }

    /// The running process of a name.
    func process(_ name: String) throws -> RecordedProcess {
        guard let found = try processes().first(where: { $0.name == name && $0.process.isRunning })
        else { throw Failed(description: "\(name) does not run") }
        return found.process
    }

    /// Waits until somebody runs: `up` with a time limit may return before everybody was started.
    func started(_ name: String) async throws -> RecordedProcess {
        try await eventually("\(name) runs") { (try? self.process(name)) != nil }
        return try process(name)
    }

    /// The journal, whole.
    func journal() async throws -> [JSONValue] {
        let run = try await baton("audit", "tail", "--since", "0", "--json")
        guard run.status == 0 else { throw Failed(description: run.description) }
        return try run.jsonLines()
    }

    /// Ends whatever was started here.
    private func end() {
        let left = (try? processes()) ?? []
        let group = (try? record())?.value(at: "/containment/path")?.stringValue
        defer { if let group { ControlGroup(path: group).remove() } }
        if let up {
            up.process.signal(.terminate)
            let deadline = MonotonicClock.nowMicroseconds() + 10_000_000
            while up.process.pollExit() == nil, MonotonicClock.nowMicroseconds() < deadline {
                try? up.drain()
                _ = up.process.exitDescriptor
            }
            up.process.signalGroup(.kill)
            self.up = nil
        }
        // The supervisor first: it would start the others again.
        for (_, process) in left + ((try? processes()) ?? []) {
            process.signal(.resume)
            process.signal(.kill, group: true)
        }
        // Daemons that a failed test has left.
        for facts in residents() { facts.recorded.signal(.kill) }
    }

    private func showLogs() {
        guard let names = try? Files.list(home + "/logs") else { return }
        for name in names {
            guard let text = try? read("\(home)/logs/\(name)") else { continue }
            let tail = text.split(separator: "\n").suffix(15).joined(separator: "\n")
            _ = try? StandardStream.error.write("--- \(name)\n\(tail)\n")
        }
    }
}
