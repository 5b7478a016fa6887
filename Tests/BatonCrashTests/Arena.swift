// A home, a broker and a client for one test of a failing disk; everything ends with the test.
import BatonClient
import BatonCrash
import BatonPlatform
import Testing

extension Tag {
    /// Real processes that are killed, real files that fail.
    @Tag static var crash: Self
}

/// One test's own world.
final class Arena {
    let folder: String
    let stage: CrashStage
    var ledger = Ledger()
    private var number = 0
    private(set) var life: BrokerLife?

    struct Failed: Error, CustomStringConvertible { let description: String }

    /// - Parameter place: where the folder is made; nil: where temporary files go.
    init(in place: String? = nil) throws {
        folder = try Files.makeTemporaryDirectory(prefix: "baton-crash", in: place)
        stage = try CrashStage(in: folder, programs: try Self.programs())
    }

    deinit {
        life?.kill()
        // A leftover folder in the temporary directory harms nobody.
        try? Files.removeTree(folder)
    }

    /// The programs that were built beside the tests.
    static func programs() throws -> CrashStage.Programs {
        let place = Files.parent(of: try Host.executablePath())
        let programs = CrashStage.Programs(
            baton: "\(place)/baton", crash: "\(place)/baton-crash")
        for path in [programs.baton, programs.crash]
        where try Files.status(of: path)?.kind != .file {
            throw Failed(description: "no \(path); build it with `swift build`")
        }
        return programs
    }

    /// Starts a broker and waits until it serves.
    @discardableResult
    func start(_ environment: [String] = [], wrapper: [String] = []) throws -> BrokerLife {
        let life = try BrokerLife(stage, environment: environment, wrapper: wrapper)
        self.life = life
        if let exit = life.waitUntilServing() {
            throw Failed(description: "the broker ended with \(exit): \(life.said)")
        }
        return life
    }

    /// A connection that gives up soon after its broker has gone.
    func client() throws -> Client {
        var options = Client.Options()
        options.requestTimeout = .seconds(3)
        options.reconnectTimeout = .milliseconds(300)
        let endpoint = String(
            decoding: try Files.read("\(stage.home)/endpoint", bytesMax: 512).dropLast(),
            as: UTF8.self)
        return try Client(endpoint: endpoint, name: "test", options: options)
    }

    /// Registers the agents, once a journal.
    func register() throws {
        let client = try client()
        try stage.register(with: client)
        client.close()
    }

    /// Submits one task, and takes its acknowledgement down.
    @discardableResult
    func submit(_ client: Client, bytes: [UInt8]? = nil) throws -> Submission {
        number += 1
        let key = "key-\(number)"
        let part = Part(
            name: CrashContent.part, mediaType: "text/plain",
            body: bytes ?? CrashContent.body(of: key))
        let submission = try client.submitTask(
            agent: CrashContent.kitAgent, parts: [part], key: key)
        if bytes == nil { ledger.acknowledge(.task, key: key, id: submission.id) }
        return submission
    }

    /// Submits until it does not succeed any more; tells how often it did.
    func submitUntilFailure(_ client: Client, atMost count: Int = 5_000) -> Int {
        for done in 0..<count where (try? submit(client)) == nil { return done }
        return count
    }

    /// Starts the worker that takes whatever is submitted here. Whoever starts it ends it.
    func startWorker() throws -> ChildProcess {
        let endpoint = "ipc://\(stage.home)/broker.sock"
        return try ChildProcess.spawn(
            LaunchPlan(
                executable: stage.programs.crash, arguments: ["worker", endpoint], output: .null,
                errorOutput: .append(path: "\(folder)/worker.log")))
    }

    /// Waits for a claim to become true.
    func eventually(_ claim: String, within seconds: Int64 = 20, _ isTrue: () throws -> Bool) throws
    {
        let deadline = MonotonicClock.nowMicroseconds() + seconds * 1_000_000
        while try !isTrue() {
            guard MonotonicClock.nowMicroseconds() < deadline else {
                throw Failed(description: "not within \(seconds) s: \(claim)")
            }
            Pause.milliseconds(10)
        }
    }

    /// Looks at the journal as it lies there, with no broker at it.
    func check(earlier: JournalCheck.Earlier? = nil) throws -> JournalCheck.Report {
        try stage.copyJournal()
        var check = try JournalCheck(home: stage.copy, matchKey: stage.matchKey)
        return check.run(against: ledger, earlier: earlier)
    }
}

/// All tests with crashes, one at a time: they are about moments.
@Suite(.tags(.crash), .serialized, .timeLimit(.minutes(5)))
enum Crashes {}
