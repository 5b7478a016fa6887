// Where a round of crashes takes place: a fresh home with short limits, the agents' cards, the
// files in which those who take part write down what they were told.
import BatonBrief
package import BatonClient
import BatonPlatform
import JSON

/// Folders and files of one round.
package struct CrashStage: Sendable {
    /// The programs that take part.
    package struct Programs: Sendable {
        /// `baton`.
        package var baton: String
        /// `baton-crash`, for its own clients and workers.
        package var crash: String

        package init(baton: String, crash: String) {
            self.baton = baton
            self.crash = crash
        }
    }

    package let folder: String
    package let programs: Programs
    package var home: String { "\(folder)/home" }
    /// A copy of the journal as a crash left it.
    package var copy: String { "\(folder)/copy" }
    var cards: String { "\(folder)/Agents" }
    var logs: String { "\(folder)/logs" }
    package var matchKey: String { "\(home)/keys/match.key" }

    func record(of client: String) -> String { "\(folder)/records/\(client)" }
    func log(of agent: String) -> String { "\(logs)/\(agent).log" }

    /// Short enough that leases of the dead come back within a cycle, and no task dies of too many
    /// attempts.
    private static let limits = """
        {"lease_ms": 3000, "heartbeat_ms": 500, "session_ms": 3000, "settle_ms": 1500,
         "backoff_base_ms": 50, "backoff_cap_ms": 500, "release_wait_ms": 10,
         "attempts_max": 1000, "circuit_failures_max": 60, "circuit_probe_wait_ms": 500}
        """

    /// Makes everything but the journal.
    /// - Parameter folder: an empty one.
    package init(in folder: String, programs: Programs) throws {
        self.folder = folder
        self.programs = programs
        try Files.makePrivateDirectory(home)
        for name in ["logs", "records", "copy/journal"] {
            try Files.makeDirectory("\(folder)/\(name)", mode: 0o700)
        }
        try Files.writeAtomically(Array(Self.limits.utf8), to: "\(home)/limits.json")
        let process = try ChildProcess.spawn(
            LaunchPlan(
                executable: programs.baton, arguments: ["init", folder],
                environment: Self.environment, output: .null))
        guard process.waitForExit().isSuccess else {
            throw Violation("`baton init \(folder)` failed")
        }
        try Files.makeDirectory("\(cards)/crash")
        try Files.writeAtomically(Array(ShellAgent.card.utf8), to: "\(cards)/crash/shell.md")
        try Files.writeAtomically(
            Array(ShellAgent.program.utf8), to: "\(cards)/crash/answer.sh", mode: 0o755)
    }

    /// Ours without what would steer a program elsewhere.
    static var environment: [String] {
        Host.environment().filter { entry in
            !["BATON_", "LD_PRELOAD=", "FAKETIME"].contains { entry.hasPrefix($0) }
        }
    }

    /// Registers the agents of a round with a broker that serves.
    package func register(with client: Client) throws {
        for path in ["core/orchestrator.md", "core/quality.md", "crash/shell.md"] {
            let bytes = try Files.read("\(cards)/\(path)", bytesMax: CardParser.cardBytesMax)
            guard let card = CardParser.parse(bytes, path: path).card else {
                throw Violation("\(path) is no card")
            }
            _ = try client.register(card: card.json.encoded())
        }
        _ = try client.register(card: WorkerRole.card.json.encoded())
    }

    /// Copies the journal as it lies there; nobody may be writing to it.
    package func copyJournal() throws {
        for name in ["journal.db", "journal.db-wal", "journal.db-shm"] {
            try Files.remove("\(copy)/journal/\(name)")
        }
        for name in ["journal.db", "journal.db-wal"] {
            let source = "\(home)/journal/\(name)"
            guard try Files.exists(source) else { continue }
            try Files.writeNew(
                try Files.read(source, bytesMax: 1 << 30), to: "\(copy)/journal/\(name)",
                mode: 0o600)
        }
    }
}
