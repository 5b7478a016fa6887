// Everybody but the broker: clients that submit, agents that work, a reader of the stream; each a
// process of its own that can be killed and comes back.
import BatonPlatform

/// The processes of a round beside its broker.
final class Cast {
    /// What a member does, for the figures.
    enum Role: String, Sendable { case client, agent, reader }

    private struct Member {
        let name: String
        let role: Role
        let plan: LaunchPlan
        var process: ChildProcess?
        var startAt: Int64 = 0
    }

    private let stage: CrashStage
    private var members: [Member] = []
    /// Its writing end is ours: when we end in whatever way, so do all that hold the other.
    private let rope: Descriptor
    private let lifeline: Descriptor
    private(set) var streams: [(path: String, since: Int64)] = []
    private var reader: ChildProcess?

    init(_ stage: CrashStage, endpoint: String, clients: Int) throws {
        self.stage = stage
        var ends = try Descriptor.pipe()
        rope = ends.takeWriting()
        lifeline = ends.takeReading()
        for number in 1...clients {
            let name = "client-\(number)"
            add(
                name, .client, stage.programs.crash,
                ["client", endpoint, name, stage.record(of: name)], endpoint)
        }
        for seat in 1...2 {
            add(
                "kit-\(seat)", .agent, stage.programs.crash, ["worker", endpoint], endpoint,
                seat: seat)
        }
        for (name, card) in [
            ("shell", "crash/shell.md"), ("orchestrator", "core/orchestrator.md"),
            ("quality", "core/quality.md"),
        ] {
            add(
                name, .agent, stage.programs.baton,
                ["agent", "run", "\(stage.cards)/\(card)", "--home", stage.home], endpoint, seat: 1)
        }
    }

    deinit { end() }

    /// What keeps the broker alive as long as us.
    var lifelineDescriptor: Int32 { lifeline.rawValue }

    var clientRecords: [String] {
        members.filter { $0.role == .client }.map { stage.record(of: $0.name) }
    }
    var agentLogs: [String] {
        members.filter { $0.role == .agent }.map { stage.log(of: $0.name) }
    }

    private func add(
        _ name: String, _ role: Role, _ executable: String, _ arguments: [String],
        _ endpoint: String, seat: Int? = nil
    ) {
        var environment =
            CrashStage.environment + ["BATON_ENDPOINT=\(endpoint)", "BATON_LIFELINE=3"]
        if let seat { environment.append("BATON_INSTANCE=\(seat)") }
        let plan = LaunchPlan(
            executable: executable, arguments: arguments, environment: environment,
            output: .null, errorOutput: .append(path: stage.log(of: name)),
            inherited: [3: lifeline.rawValue])
        members.append(Member(name: name, role: role, plan: plan))
    }

    // MARK: Coming and going

    /// Starts whoever is not there and whose time has come.
    func tend() throws {
        let now = MonotonicClock.nowMicroseconds()
        for index in members.indices {
            if members[index].process?.pollExit() != nil { members[index].process = nil }
            guard members[index].process == nil, members[index].startAt <= now else { continue }
            members[index].process = try ChildProcess.spawn(members[index].plan)
        }
        if reader?.pollExit() != nil { reader = nil }
        if reader == nil { try startReader() }
    }

    /// The reader goes on where the one before it stopped, in a file of its own.
    private func startReader() throws {
        var since: Int64 = 0
        if let last = streams.last, try Files.exists(last.path) {
            let bytes = try Files.read(last.path, bytesMax: 1 << 30)
            since = last.since + Int64(Ledger.events(in: bytes).count)
        }
        let path = "\(stage.folder)/records/stream-\(streams.count + 1)"
        reader = try ChildProcess.spawn(
            LaunchPlan(
                executable: stage.programs.baton,
                arguments: [
                    "audit", "tail", "--follow", "--since", "\(since)", "--json", "--no-payload",
                    "--home", stage.home,
                ],
                environment: CrashStage.environment, output: .append(path: path),
                errorOutput: .append(path: stage.log(of: "reader"))))
        streams.append((path, since))
    }

    /// Kills one of them, if it is there; it comes back after a while.
    func killMember(_ choice: Int, backAfterMilliseconds pause: Int64) -> Role? {
        let index = choice % members.count
        guard let process = members[index].process, process.pollExit() == nil else { return nil }
        process.signalGroup(.kill)
        _ = process.waitForExit()
        members[index].process = nil
        members[index].startAt = MonotonicClock.nowMicroseconds() + pause * 1_000
        return members[index].role
    }

    /// No more submissions: ends the clients and keeps them from coming back.
    func dismissClients() {
        for index in members.indices where members[index].role == .client {
            stop(members[index].process)
            members[index].process = nil
            members[index].startAt = .max
        }
    }

    /// Ends everybody.
    func end() {
        for member in members { stop(member.process) }
        stop(reader)
        members = []
        reader = nil
    }

    private func stop(_ process: ChildProcess?) {
        guard let process, process.pollExit() == nil else { return }
        process.signalGroup(.kill)
        _ = process.waitForExit()
    }
}
