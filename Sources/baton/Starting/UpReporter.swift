// What `up` says while it runs: one line for each thing that a person may want to know, on the
// terminal and in the supervisor's own log.
import BatonPlatform
import BatonSupervisor
import CommandTree
import Synchronization

/// Says what the supervisor does. Any of its threads may.
final class UpReporter: Sendable {
    private let console: Console
    private let home: Home
    private let agentCount: Int
    private let logs: LogLimits
    private let lock = Mutex(())

    init(_ console: Console, _ home: Home, agentCount: Int, logs: LogLimits) {
        self.console = console
        self.home = home
        self.agentCount = agentCount
        self.logs = logs
    }

    /// The first lines: what is started, from where, where to look.
    func begin(_ folder: CardFolder) {
        let count = agentCount == 1 ? "1 card" : "\(agentCount) cards"
        say("home \(home.path)")
        say("\(count) from \(folder.path) (\(folder.origin))")
        say("logs in \(home.logs)")
    }

    func tell(_ news: Supervisor.News) {
        let paint = console.notePaint
        switch news {
        case .contained(let means):
            say("processes are kept together by \(means)")
        case .brokerReady:
            say(paint.green("the broker is ready") + "; starting the agents")
        case .allConnected(let count):
            let who = count == 1 ? "the agent is connected" : "all \(count) agents are connected"
            say(paint.green(who) + "; `baton status` shows them, Ctrl-C ends it all")
        case .started(let name):
            say("\(paint.cyan("\(name)")) started")
        case .ended(let name, let why, let wait):
            let end = paint.yellow(Prose.harmless("ended: \(why)"))
            say("\(paint.cyan("\(name)")) \(end); starts again in \(text(wait))")
        case .quarantined(let name, let why, let wait):
            let end = paint.red(Prose.harmless("crash-loops: \(why)"))
            say(
                "\(paint.cyan("\(name)")) \(end); tried every \(text(wait));"
                    + " see: baton agent logs \(name)")
        case .recovered(let name):
            say("\(paint.cyan("\(name)")) \(paint.green("stays up again"))")
        case .hung(let name, let why):
            say("\(paint.cyan("\(name)")) \(paint.red(why)); asked to end")
        case .killed(let name):
            say("\(paint.cyan("\(name)")) \(paint.red("did not end when asked to: killed"))")
        case .strays(let name, let text):
            say("\(paint.cyan("\(name)")) left behind \(Prose.harmless(text)): killed")
        case .stopping:
            say("stopping: agents first, then the broker (again to force it)")
        case .trouble(let text):
            say(paint.yellow(Prose.harmless(text)))
        }
    }

    private func say(_ text: String) {
        let now = MomentText.clock(WallClock.nowMicroseconds()).prefix(8)
        lock.withLock { _ in console.note("\(console.notePaint.dim(String(now)))  \(text)") }
        // In the background, what we say is a log like any other.
        SupervisorLog.turnOverIfFull(home, logs)
    }

    private func text(_ duration: Duration) -> String {
        DurationText.text(milliseconds: Int64(duration / .milliseconds(1)))
    }
}
