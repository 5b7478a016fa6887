// `baton broker`: the broker alone, in the foreground, as systemd or `baton up` run it.
import BatonBroker
import BatonPlatform
import BatonSupervisor
import CommandTree

extension CommandLineTree {
    static let brokerCommand = Command(
        "broker", "the broker alone, in the foreground (systemd runs this)",
        notes: ["It ends in order on SIGTERM and SIGINT, and when its supervisor is gone."],
        examples: [Example("baton broker --home /var/lib/baton", "with a home of its own")],
        exits: [
            ExitNote(.done, "stopped as asked"),
            ExitNote(.journalFailed, "the journal could not be written; start it again"),
            ExitNote(.tryAgain, "another broker holds this home"),
            ExitNote(.configuration, "the journal is missing, or of another format"),
        ],
        action: { (invocation) throws(CommandFailure) in
            let home = try Broker.home(invocation)
            try done(.configuration) { () throws(SystemError) in try home.make() }
            let console = Console(isJSON: false)
            let status = BrokerProcess.run(
                BrokerConfiguration(home: home.path, version: BatonProgram.version)
            ) { endpoint in
                // Signals are blocked by now, so the thread leaves them to the loop.
                Lifeline.watch()
                console.note("broker \(BatonProgram.version) serves \(endpoint)")
            }
            return ExitStatus(rawValue: status) ?? .failed
        })
}

/// The pipe whose other end the supervisor holds: at its end, this process ends too.
enum Lifeline {
    /// Watches in the background, if there is a supervisor.
    static func watch() {
        guard let number = Host.environment("BATON_LIFELINE").flatMap({ Int32($0) }), number >= 3
        else { return }
        // Without the thread the broker merely outlives a supervisor that was killed; `down` and
        // the next `up` find it by its record.
        _ = try? spawnThread(name: "lifeline") {
            let reading = Descriptor(owning: number)
            while case .bytes? = try? reading.read(bytesMax: 64) {}
            RecordedProcess(running: Host.processID)?.signal(.terminate)
        }
    }
}
