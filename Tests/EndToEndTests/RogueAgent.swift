// An agent that does what no agent should: a shell script as a worker that never connects, ignores
// signals, floods its log, and starts daemons of two kinds. And a look at what is left of a stage.
import BatonPlatform
import JSON
import Testing

/// The card and the programs.
enum RogueAgent {
    static let id = "test.rogue"

    /// - Parameter deeds: words for the program, in order.
    static func card(_ deeds: String...) -> String {
        """
        ---
        id: \(id)
        name: Rogue
        description: Does what no agent should.
        worker: [\((["/bin/sh", "rogue.sh"] + deeds).joined(separator: ", "))]
        ---
        # Mission

        None.
        """
    }

    static let program = """
        here=$(pwd)
        for deed in "$@"; do
            case $deed in
            deaf) trap '' TERM HUP INT ;;
            daemons)
                (setsid /bin/sh "$here/stray.sh" >/dev/null 2>&1 3<&- &)
                (setsid env -i /bin/sh "$here/stray.sh" >/dev/null 2>&1 3<&- &) ;;
            crash) echo out of order >&2; exit 3 ;;
            late) sleep 0.3; echo out of order >&2; exit 3 ;;
            mute) exec >&- 2>&- ;;
            lines) exec yes "a line of a flood" ;;
            noline) exec tr '\\0' x </dev/zero ;;
            esac
        done
        exec sleep 1000

        """

    /// A daemon: neither a signal nor the end of its parents ends it.
    static let stray = """
        trap '' TERM HUP INT
        while :; do sleep 1; done

        """
}

extension Stage {
    /// The rogue alone, under these settings of the supervisor.
    func useRogue(_ deeds: String..., settings: String = "") throws {
        let card = RogueAgent.card(deeds.joined(separator: ", "))
        try write(card, to: "agents/test/rogue.md")
        try write(RogueAgent.program, to: "agents/test/rogue.sh")
        try write(RogueAgent.stray, to: "agents/test/stray.sh")
        try use(settings: settings)
    }

    /// Settings of the supervisor, and limits of the broker beside them.
    func use(settings: String, limits: String = "") throws {
        let beside = limits.isEmpty ? "" : ", " + limits
        try write("{\"supervisor\": {\(settings)}\(beside)}", to: "home/limits.json")
    }

    /// Every process that belongs to this stage: by its words or by its environment.
    func residents() -> [ProcessFacts] {
        ProcessTable.all().filter { facts in
            guard facts.processID != Host.processID, !facts.hasEnded else { return false }
            return words(of: facts.processID).contains { $0.contains(folder) }
                || ProcessTable.environment(of: facts.processID).contains { $0.contains(folder) }
        }
    }

    /// The daemons that run.
    func strays() -> [RecordedProcess] { running("stray.sh") }

    /// The processes of this stage with such a word.
    func running(_ word: String) -> [RecordedProcess] {
        residents().filter { facts in words(of: facts.processID).contains { $0.hasSuffix(word) } }
            .map(\.recorded)
    }

    private func words(of processID: Int32) -> [String] {
        let bytes = (try? Files.read("/proc/\(processID)/cmdline", bytesMax: 1 << 20)) ?? []
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Fails unless nothing of this stage runs any more.
    func expectEmpty(_ location: SourceLocation = #_sourceLocation) {
        let left = residents().map { "\($0.processID) \(words(of: $0.processID))" }
        #expect(left == [], sourceLocation: location)
    }

    /// The supervisor's record.
    func record() throws -> JSONValue { try JSONValue(parsing: try read("home/agents.json")) }

    /// What the record says of an agent.
    func entry(_ agent: String) throws -> JSONValue? {
        try record()["agents"]?.arrayValue?.first { $0["name"]?.stringValue == agent }
    }

    /// The open questions about an agent, or nothing while the broker does not answer.
    func questions(about agent: String) async throws -> [String] {
        let run = try await baton("escalation", "list", "--json")
        guard run.status == 0 else { return [] }
        let rows = try run.json()["escalations"]?.arrayValue ?? []
        return rows.filter { $0["agent"]?.stringValue == agent }
            .compactMap { $0["escalation"]?.stringValue }
    }
}
