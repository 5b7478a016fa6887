// The supervisor's talk with the broker, on a thread of its own so that a slow broker never delays
// the care for processes: it registers the cards, raises escalations about agents, and withdraws
// agents whose cards are gone.
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
        /// Something for people to read.
        case trouble(String)
    }

    private struct Raise: Sendable {
        let agent: String
        let document: [UInt8]
    }

    private struct State {
        var raises: [Raise] = []
        var news: [News] = []
        var isStopping = false
    }

    private let home: Home
    private let token: String
    private let agents: [PlannedAgent]
    private let withdrawn: [String]
    private let state = Mutex(State())
    /// Rung for the liaison's thread.
    private let work: WakeUp
    /// Rung for the supervisor's loop.
    let newsBell: WakeUp

    init(
        home: Home, token: String, agents: [PlannedAgent], withdrawn: [String]
    ) throws(SystemError) {
        self.home = home
        self.token = token
        self.agents = agents
        self.withdrawn = withdrawn
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
        state.withLock { $0.raises.append(Raise(agent: agent, document: document.encoded())) }
        work.ring()
    }

    /// Ends the thread soon; what could not be raised until now is not.
    func stop() {
        state.withLock { $0.isStopping = true }
        work.ring()
    }

    // MARK: The thread

    private func run() {
        guard let first = connected() else { return }
        var client = first
        registerAll(client)
        tell(.registered)
        var isComplete = false
        while !isStopping {
            work.drain()
            while let raise = state.withLock({ $0.raises.first }), !isStopping {
                do throws(ClientError) {
                    _ = try client.raise(agent: raise.agent, escalation: raise.document)
                    state.withLock { _ = $0.raises.removeFirst() }
                } catch {
                    if error.kind == .refused || error.kind == .notPermitted {
                        tell(.trouble("the escalation about \(raise.agent) was refused: \(error)"))
                        state.withLock { _ = $0.raises.removeFirst() }
                    } else {
                        // The broker restarts: its key makes the raise the same one again.
                        guard let again = connected() else { return }
                        client = again
                    }
                }
            }
            if !isComplete, hasAllConnected(client) {
                isComplete = true
                tell(.allConnected(agents.count))
            }
            pause(milliseconds: isComplete ? nil : 250)
        }
        client.close()
    }

    private func hasAllConnected(_ client: Client) -> Bool {
        // A broker that does not answer is asked again.
        guard let rows = try? client.list(.agents, limit: 1000).json().arrayValue else {
            return false
        }
        let connected = rows.filter { ($0["connected"]?.integerValue ?? 0) > 0 }
            .compactMap { $0["agent"]?.stringValue }
        return agents.allSatisfy { connected.contains($0.id) }
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
