// `baton down`: ends what `up` started. It asks the supervisor; what a supervisor that was killed
// has left is found by recorded number and start time, by mark and by cgroup, never by name.
import BatonPlatform
import BatonSupervisor
import CommandTree
import JSON

/// What `down` does.
enum DownActions {
    static func down(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let home = try Broker.home(invocation)
        guard (try? Files.status(of: home.path))??.kind == .directory else {
            return nothing(home, console)
        }
        let limits = limits(of: home)
        // What the supervisor itself may take, and some more.
        let usual = limits.agentDrain + limits.brokerDrain + .seconds(20)
        let limit =
            (invocation.milliseconds("timeout") ?? Int64(usual / .milliseconds(1))) * 1000
        let deadline = MonotonicClock.nowMicroseconds() + limit
        let record = ProcessRecord.read(home)
        let before = (record?.all ?? []).filter(\.isAlive)
        var killed: [String] = []
        if let supervisor = supervisor(of: home, record) {
            console.note("asking the supervisor (process \(supervisor.processID)) to stop")
            let isGone = ask(supervisor, until: deadline)
            killed +=
                isGone
                ? (ProcessRecord.read(home)?.killed ?? [])
                : [
                    "supervisor (process \(supervisor.processID)), which did not end when asked to"
                ]
        }
        // While we hold the home, nobody starts what we are about to end.
        let lock = try hold(home, console, killed: killed)
        let (found, stubborn) = try endLeftovers(home, limits, console, holding: lock)
        killed += stubborn.map { "\($0.description), left over" }
        let names =
            before.map(\.name)
            + found.map(\.name).filter { name in
                !before.contains { $0.name == name }
            }
        guard !names.isEmpty || !killed.isEmpty else { return nothing(home, console) }
        console.result([
            "home": .string(home.path), "ended": .array(names.map { .string($0) }),
            "killed": .array(killed.map { .string($0) }),
        ]) {
            "Stopped: " + names.joined(separator: ", ") + "."
                + killed.map { "\n  killed: \(Prose.harmless($0))" }.joined()
        }
        return .done
    }

    /// Somebody else may have the lock just to see whether it is free.
    private static let lockWaitMicroseconds: Int64 = 2_000_000

    /// Takes the home. nil when that cannot be, the disk being full or read-only: nobody should
    /// have to leave processes running for it.
    private static func hold(
        _ home: Home, _ console: Console, killed: [String]
    ) throws(CommandFailure) -> FileLock? {
        let deadline = MonotonicClock.nowMicroseconds() + lockWaitMicroseconds
        while true {
            let attempt: FileLock.Attempt
            do throws(SystemError) {
                attempt = try FileLock.acquire(home.supervisorLock)
            } catch {
                console.note(
                    "going on without the home's lock, so a `baton up` at the same time is not "
                        + "kept out: \(error)")
                return nil
            }
            switch consume attempt {
            case .acquired(let lock): return lock
            case .heldBy(let number):
                guard MonotonicClock.nowMicroseconds() < deadline else {
                    throw held(home, by: number, killed)
                }
                Pause.milliseconds(20)
            }
        }
    }

    /// What runs now is somebody else's: it was not there when `down` began.
    private static func held(
        _ home: Home, by number: Int32?, _ killed: [String]
    ) -> CommandFailure {
        let holder = number.map { "process \($0)" } ?? "another process"
        return CommandFailure(
            .tryAgain, code: "home_held",
            "\(holder) has taken the home \(home.path) meanwhile; what it runs was left alone"
                + killed.map { "\n  killed: \(Prose.harmless($0))" }.joined(),
            next: [Broker.line("status", home), Broker.line("down", home)])
    }

    private static func endLeftovers(
        _ home: Home, _ limits: Supervision.Limits, _ console: Console,
        holding: borrowing FileLock?
    ) throws(CommandFailure) -> (found: [Leftovers.Process], killed: [Leftovers.Process]) {
        let leftovers = Leftovers(home, ProcessRecord.read(home), limits: limits)
        let ended = leftovers.end { console.note("ending \($0.description)") }
        let alive = leftovers.find()
        guard alive.isEmpty else {
            throw CommandFailure(
                .failed, code: "still_running",
                "still running: " + alive.map(\.description).joined(separator: ", "),
                next: ["baton doctor"])
        }
        return ended
    }

    private static func nothing(_ home: Home, _ console: Console) -> ExitStatus {
        console.result(["home": .string(home.path), "ended": [], "killed": []]) {
            "Nothing that `baton up` started runs in \(home.path)."
        }
        return .done
    }

    /// The supervisor as the record names it, or whoever holds the home if the record was lost.
    private static func supervisor(of home: Home, _ record: ProcessRecord?) -> RecordedProcess? {
        if let entry = record?.supervisor, entry.isAlive { return entry.process }
        guard (try? Files.exists(home.supervisorLock)) == true,
            case .heldBy(let number)? = try? FileLock.acquire(home.supervisorLock)
        else { return nil }
        return number.flatMap { RecordedProcess(running: $0) }
    }

    /// False when it had to be killed.
    private static func ask(_ supervisor: RecordedProcess, until deadline: Int64) -> Bool {
        supervisor.signal(.terminate)
        // One that was stopped hears of it only when it goes on.
        supervisor.signal(.resume)
        wait(until: deadline) { !supervisor.isRunning }
        guard supervisor.isRunning else { return true }
        supervisor.signal(.kill)
        wait(until: MonotonicClock.nowMicroseconds() + 2_000_000) { !supervisor.isRunning }
        return false
    }

    /// The operator's; a file that cannot be read keeps nobody from stopping.
    private static func limits(of home: Home) -> Supervision.Limits {
        ((try? SupervisorSettings.read(home)) ?? SupervisorSettings()).limits
    }

    private static func wait(until deadline: Int64, _ isOver: () -> Bool) {
        while !isOver(), MonotonicClock.nowMicroseconds() < deadline { Pause.milliseconds(20) }
    }
}
