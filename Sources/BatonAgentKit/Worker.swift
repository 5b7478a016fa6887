// The process that works for one agent: one thread owns the socket and keeps the session, each
// attempt runs on a thread of its own. Stops by SIGTERM (drain), by its supervisor's end
// (lifeline), or when the broker wants it no more.
public import BatonClient
import BatonPlatform

/// Runs an agent until it is told to stop.
public final class Worker: Sendable {
    public struct Options: Sendable {
        public var endpoint: String
        public var identity: Identity
        /// The agent to take tasks for.
        public var agent: String
        /// Unique to this run of the process.
        public var instance: String
        /// Attempts at once.
        public var concurrency = 1
        /// The program's name, for the broker's records.
        public var name = "baton-worker"
        /// How long running attempts may go on after the request to stop.
        public var drainLimit = Duration.seconds(30)
        /// How long a handler may go on after its attempt was cancelled or lost. Then the process
        /// ends: the handler keeps the place of the next task, and no thread can be made to stop.
        public var cancelGrace = Duration.seconds(30)
        /// How long the first connection may take.
        public var connectTimeout = Duration.seconds(30)
        /// Whether direct tasks of this agent are reviewed, and so need all five deliverables.
        public var isReviewed = false
        /// Whether deliverables are checked before they are sent.
        public var checksContents = true
        /// Bytes of parts fetched before the handler starts; larger ones on its own request.
        public var prefetchBytesMax = 8 << 20
        /// A pipe whose other end the supervisor holds; at its end the worker stops by itself.
        public var lifeline: Int32?
        /// Whether SIGTERM and SIGINT drain. The worker must then run on the main thread, before
        /// any other thread was started.
        public var handlesSignals = true
        /// Gets one line for each thing worth knowing later.
        public var log: @Sendable (String) -> Void = Worker.logToStandardError

        public init(endpoint: String, identity: Identity = .user, agent: String) {
            self.endpoint = endpoint
            self.identity = identity
            self.agent = agent
            // The supervisor numbers the seats: a process that takes the seat of one that died
            // gives back at once what that one held, instead of waiting for the lease to run out.
            let seat = Host.environment("BATON_INSTANCE").map { "seat-\($0)" }
            instance = "\(agent)-\(seat ?? "\(Host.processID)-\(Client.makeKey().prefix(8))")"
        }

        /// Fills in from the environment that a supervisor gives: `BATON_ENDPOINT`,
        /// `BATON_AGENT`, `BATON_TOKEN`, `BATON_LIFELINE`.
        /// - Throws: when the first two are missing.
        public static func fromEnvironment() throws(ClientError) -> Options {
            guard let endpoint = Host.environment("BATON_ENDPOINT"),
                let agent = Host.environment("BATON_AGENT")
            else {
                throw ClientError(.failed, "BATON_ENDPOINT and BATON_AGENT must be set")
            }
            var options = Options(endpoint: endpoint, agent: agent)
            if let token = Host.environment("BATON_TOKEN") {
                options.identity = .token(agent: agent, token: token)
            }
            options.lifeline = Host.environment("BATON_LIFELINE").flatMap { Int32($0) }
            return options
        }
    }

    let options: Options
    let handler: any AgentHandler
    let inbox: WorkerInbox

    public init(options: Options, handler: any AgentHandler) throws(ClientError) {
        self.options = options
        self.handler = handler
        inbox = try worldly { () throws(SystemError) in try WorkerInbox() }
    }

    /// Asks a running worker to drain. Any thread may.
    public func stop(drainLimit: Duration? = nil) {
        inbox.post(.drain(limit: drainLimit ?? options.drainLimit))
    }

    /// Works until stopped; returns when the session is over and no attempt runs any more.
    /// - Throws: also when a handler ignored its cancellation, so that the process has to end.
    public func run() throws(ClientError) {
        ignoreBrokenPipes()
        var loop = try WorkerLoop(self)
        try loop.run()
    }

    /// One line on standard error, which a supervisor keeps as the agent's log.
    public static func logToStandardError(_ line: String) {
        // There is nobody to tell that telling failed.
        _ = try? StandardStream.error.write("\(line)\n")
    }
}
