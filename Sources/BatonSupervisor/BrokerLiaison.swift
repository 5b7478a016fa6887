// The supervisor's talk with the broker, on a thread of its own so that a slow broker never delays
// the care for processes: it registers the cards, withdraws agents whose cards are gone, asks
// people about agents that do not stay up and hears their answers, and looks who has a session.
import BatonClient
import BatonPlatform
import JSON
import Synchronization
import ZeroMQ

/// A thread that speaks to the broker as `supervisor`.
final class BrokerLiaison: Sendable {
    /// What it found out, for the supervisor's loop.
    enum News: Sendable {
        /// The broker answers and every card is registered.
        case registered
        /// Every agent has a session.
        case allConnected(Int)
        /// A card was refused; every problem.
        case cardRefused(agent: String, String)
        /// Who has sessions right now: the processes of each agent, as the kernel numbers them.
        case sessions([String: [Int32]])
        /// People are asked about an agent, perhaps since an earlier run.
        case asked(agent: String)
        /// A person answered that the agent is to be started again.
        case restart(agent: String)
        /// Something for people to read.
        case trouble(String)
    }

    /// What the supervisor wants said.
    private enum Job: Sendable {
        case raise(agent: String, [UInt8])
        case settle(agent: String)
    }

    private struct State {
        var jobs: [Job] = []
        var news: [News] = []
        var isStopping = false
    }

    private let home: Home
    private let token: String
    private let agents: [PlannedAgent]
    private let withdrawn: [String]
    private let lookPeriod: Duration
    /// How soon an answer is heard, while a question is open.
    private static let questionPeriod = Duration.seconds(1)
    /// How soon the first session of every agent is noticed.
    private static let connectingPeriod = Duration.milliseconds(250)
    private let state = Mutex(State())
    /// Rung for the liaison's thread.
    private let work: WakeUp
    /// Rung for the supervisor's loop.
    let newsBell: WakeUp

    init(
        home: Home, token: String, agents: [PlannedAgent], withdrawn: [String],
        lookPeriod: Duration
    ) throws(SystemError) {
        self.home = home
        self.token = token
        self.agents = agents
        self.withdrawn = withdrawn
        self.lookPeriod = lookPeriod
        work = try WakeUp()
        newsBell = try WakeUp()
    }

    /// Starts the thread.
    func start() throws(SystemError) -> JoinableThread {
        try spawnThread(name: "liaison") { [self] in run() }
    }

    /// Everything new since the last call.
    func takeNews() -> [News] {
        newsBell.drain()
        return state.withLock { state in
            defer { state.news = [] }
            return state.news
        }
    }

    /// Raises an escalation about an agent, as soon as the broker can be reached.
    func raise(agent: String, _ document: JSONValue) {
        add(.raise(agent: agent, document.encoded()))
    }

    /// Withdraws what people are asked about an agent that is well again.
    func settle(agent: String) { add(.settle(agent: agent)) }

    private func add(_ job: Job) {
        state.withLock { $0.jobs.append(job) }
        work.ring()
    }

    /// Ends the thread soon; what could not be raised until now is not.
    func stop() {
        state.withLock { $0.isStopping = true }
        work.ring()
    }

    // MARK: The thread

    private func run() {
        guard let client = connected() else { return }
        registerAll(client)
        tell(.registered)
        var talk = Talk(client: client)
        while !isStopping {
            work.drain()
            do throws(ClientError) {
                try talkOnce(&talk)
            } catch {
                // The broker restarts: what was to be said is said again.
                talk.client.close()
                guard let again = connected() else { return }
                talk.client = again
            }
            pause(milliseconds: Int(wait(talk) / .milliseconds(1)))
        }
        talk.client.close()
    }

    /// What the thread knows between two turns.
    private struct Talk {
        var client: Client
        let startedAt = monotonicNow()
        /// Every agent has had a session at the same time.
        var isComplete = false
        /// The open questions about agents; nil until the broker has been asked.
        var questions: [String: String]?
        var lookedAt: Duration?
        var askedAt: Duration?
    }

    private func wait(_ talk: Talk) -> Duration {
        guard talk.isComplete else { return connectingPeriod(talk) }
        return talk.questions?.isEmpty == false ? min(Self.questionPeriod, lookPeriod) : lookPeriod
    }

    /// An agent that is not there after a while is not looked for as eagerly any more.
    private func connectingPeriod(_ talk: Talk) -> Duration {
        min(lookPeriod, max(Self.connectingPeriod, (monotonicNow() - talk.startedAt) / 20))
    }

    private func talkOnce(_ talk: inout Talk) throws(ClientError) {
        if talk.questions == nil { talk.questions = try openQuestions(talk.client) }
        while let job = state.withLock({ $0.jobs.first }), !isStopping {
            do throws(ClientError) {
                try carryOut(job, &talk)
            } catch {
                guard error.kind == .refused || error.kind == .notPermitted else { throw error }
                tell(.trouble("the broker refused what was said about an agent: \(error)"))
            }
            state.withLock { _ = $0.jobs.removeFirst() }
        }
        let now = monotonicNow()
        let period = talk.isComplete ? lookPeriod : connectingPeriod(talk)
        if talk.lookedAt.map({ now - $0 >= period }) ?? true {
            talk.lookedAt = now
            try look(&talk)
        }
        if talk.askedAt.map({ now - $0 >= Self.questionPeriod }) ?? true {
            talk.askedAt = now
            try hearAnswers(&talk)
        }
    }

    private func carryOut(_ job: Job, _ talk: inout Talk) throws(ClientError) {
        switch job {
        case .raise(let agent, let document):
            let reply = try talk.client.raise(agent: agent, escalation: document)
            talk.questions?[agent] = reply.text("escalation")
        case .settle(let agent):
            guard let question = talk.questions?[agent] else { return }
            _ = try talk.client.withdraw(escalation: question)
            talk.questions?[agent] = nil
        }
    }

    // MARK: Questions

    /// What supervisors have asked about our agents and nobody has answered.
    private func openQuestions(_ client: Client) throws(ClientError) -> [String: String] {
        let rows = try client.list(.escalations, state: "open", limit: 1000).json().arrayValue
        var questions: [String: String] = [:]
        for row in rows ?? [] where row["origin"]?.stringValue == "supervisor" {
            guard let agent = row["agent"]?.stringValue, let id = row["escalation"]?.stringValue,
                agents.contains(where: { $0.id == agent })
            else { continue }
            questions[agent] = id
            tell(.asked(agent: agent))
        }
        return questions
    }

    private func hearAnswers(_ talk: inout Talk) throws(ClientError) {
        for (agent, id) in talk.questions ?? [:] {
            let shown = try talk.client.show(.escalation, id).json()
            guard shown["state"]?.stringValue != "open" else { continue }
            talk.questions?[agent] = nil
            if shown["answer"]?["option"]?.stringValue == CrashLoopEscalation.restartOption {
                tell(.restart(agent: agent))
            }
        }
    }

    // MARK: Sessions

    private func look(_ talk: inout Talk) throws(ClientError) {
        var sessions: [String: [Int32]] = [:]
        var before: String?
        repeat {
            let page = try talk.client.list(.agents, limit: 1000, before: before)
            let rows = try page.json().arrayValue ?? []
            for row in rows {
                guard let agent = row["agent"]?.stringValue else { continue }
                sessions[agent] = (row["sessions"]?.arrayValue ?? []).compactMap {
                    $0["pid"]?.integerValue.flatMap { Int32(exactly: $0) }
                }
            }
            before = page.flag("more") == true ? rows.last?["agent"]?.stringValue : nil
        } while before != nil
        tell(.sessions(sessions))
        if !talk.isComplete, agents.allSatisfy({ sessions[$0.id]?.isEmpty == false }) {
            talk.isComplete = true
            tell(.allConnected(agents.count))
        }
    }

    /// A client that has had an answer; nil when it is time to stop.
    private func connected() -> Client? {
        while !isStopping {
            // No endpoint yet, or a socket that nobody serves: the broker is starting.
            if let endpoint = try? home.endpoint(),
                let client = try? Client(
                    endpoint: endpoint, identity: .token(agent: "supervisor", token: token),
                    name: "baton up")
            {
                client.interrupt(whenReadable: work.fileDescriptor)
                do throws(ClientError) {
                    _ = try client.status(timeout: .seconds(5))
                    return client
                } catch {
                    if error.kind == .notPermitted { tell(.trouble("\(error)")) }
                    work.drain()
                }
            }
            pause(milliseconds: 20)
        }
        return nil
    }

    private func registerAll(_ client: Client) {
        for agent in withdrawn {
            // Gone already is as good.
            _ = try? client.withdraw(agent: agent)
        }
        for agent in agents {
            do throws(ClientError) {
                _ = try client.register(card: agent.card.encoded())
            } catch {
                let text = ([error.message] + error.problems).joined(separator: "\n  ")
                tell(.cardRefused(agent: agent.id, text))
            }
        }
    }

    private func tell(_ news: News) {
        state.withLock { $0.news.append(news) }
        newsBell.ring()
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    private func pause(milliseconds: Int?) {
        var poller = Poller()
        _ = poller.add(descriptor: work.fileDescriptor, for: .readable)
        // However it ends, the caller looks at the state next.
        _ = try? poller.poll(timeoutMilliseconds: milliseconds)
    }

}
