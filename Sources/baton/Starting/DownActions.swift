// `baton down`: ends what `up` started, by recorded number and start time, never by name.
import BatonPlatform
import BatonSupervisor
import CommandTree
import JSON

/// What `down` does.
enum DownActions {
    static func down(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let home = try Broker.home(invocation)
        guard let record = ProcessRecord.read(home), record.all.contains(where: \.isAlive) else {
            console.result(["home": .string(home.path), "ended": []]) {
                "Nothing that `baton up` started runs in \(home.path)."
            }
            return .done
        }
        let limit = (invocation.milliseconds("timeout") ?? 45_000) * 1000
        let deadline = MonotonicClock.nowMicroseconds() + limit
        let before = record.all.filter(\.isAlive)
        if record.supervisor.isAlive {
            console.note("asking the supervisor (process \(number(record.supervisor))) to stop")
            record.supervisor.process?.signal(.terminate)
            wait(until: deadline) { !record.supervisor.isAlive }
        }
        // The supervisor may have started others since it was read.
        let leftovers = (ProcessRecord.read(home) ?? record).all.filter(\.isAlive)
        end(leftovers, console, until: max(deadline, MonotonicClock.nowMicroseconds() + 5_000_000))
        let alive = leftovers.filter(\.isAlive)
        guard alive.isEmpty else {
            throw CommandFailure(
                .failed, code: "still_running",
                "still running: "
                    + alive.map { "\($0.name) (process \(number($0)))" }
                    .joined(separator: ", "),
                next: ["baton doctor"])
        }
        console.result([
            "home": .string(home.path), "ended": .array(before.map { .string($0.name) }),
        ]) { "Stopped: " + before.map(\.name).joined(separator: ", ") + "." }
        return .done
    }

    /// What a supervisor left behind when it was killed: agents first, then the broker.
    private static func end(
        _ entries: [ProcessRecord.Entry], _ console: Console, until deadline: Int64
    ) {
        let agents = entries.filter { $0.name != "broker" }
        for group in [agents, entries.filter { $0.name == "broker" }] where !group.isEmpty {
            for entry in group {
                console.note("ending \(entry.name) (process \(number(entry)))")
                entry.process?.signal(.terminate)
            }
            let patience = min(deadline, MonotonicClock.nowMicroseconds() + 10_000_000)
            wait(until: patience) { group.allSatisfy { !$0.isAlive } }
            for entry in group where entry.isAlive { entry.process?.signal(.kill, group: true) }
            wait(until: MonotonicClock.nowMicroseconds() + 2_000_000) {
                group.allSatisfy { !$0.isAlive }
            }
        }
    }

    private static func wait(until deadline: Int64, _ isOver: () -> Bool) {
        while !isOver(), MonotonicClock.nowMicroseconds() < deadline { Pause.milliseconds(20) }
    }

    private static func number(_ entry: ProcessRecord.Entry) -> String {
        entry.process.map { String($0.processID) } ?? "?"
    }
}
