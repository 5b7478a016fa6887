// Programs for the tests of command brains, written into a directory of the test's own.
import BatonAgentKit
import BatonClient
import BatonPlatform
import BatonWire
import Synchronization

/// A script in a temporary directory, and everything needed to run it as a brain.
struct FakeCommand: ~Copyable {
    let directory: String
    let path: String
    private let interpreter: String

    /// - Parameter script: for `sh`, or for `python3` when it begins with `#!/usr/bin/env python3`.
    init(_ script: String) throws {
        let directory = try Files.makeTemporaryDirectory(prefix: "baton-command")
        let path = directory + "/program"
        // Run by the interpreter's name rather than as a file: a file just written can be "busy"
        // while another test's process is being started.
        try Files.writeNew(Array(script.utf8), to: path)
        interpreter = script.hasPrefix("#!/usr/bin/env python3") ? "python3" : "sh"
        self.directory = directory
        self.path = path
    }

    deinit {
        // A leftover directory is no reason to fail a test that passed.
        try? Files.removeTree(directory)
    }

    /// Runs the program on a packet; `change` shortens its limits.
    func run(
        _ packet: AgentPacket, preset: CommandPreset? = nil, stopsAtProgress: Bool = false,
        change: (inout CommandBrain.Options) -> Void = { _ in },
        then look: (AgentContext) -> Void = { _ in },
    ) throws -> AgentResult {
        let holder = ContextHolder()
        let context = try AgentContext(trying: packet) { _, _ in
            if stopsAtProgress { holder.stop() }
        }
        holder.hold(context)
        defer { look(context) }
        return try run(packet, preset: preset, in: context, change: change)
    }

    /// Runs the program as one round of an attempt.
    func run(
        _ packet: AgentPacket, preset: CommandPreset? = nil, in context: AgentContext,
        change: (inout CommandBrain.Options) -> Void = { _ in },
    ) throws -> AgentResult {
        var options = CommandBrain.Options(
            command: [interpreter, path], preset: preset, cardBody: "# Card\nBe exact.")
        options.killGrace = .milliseconds(300)
        options.attemptTimeout = .seconds(20)
        options.log = { _ in }
        change(&options)
        guard let brain = CommandBrain(options) else { preconditionFailure("there is a command") }
        return try brain.handle(packet, context: context)
    }
}

/// Lets a closure that a context is made with reach that context.
private final class ContextHolder: Sendable {
    private let state = Mutex<AgentContext?>(nil)

    func hold(_ context: AgentContext) { state.withLock { $0 = context } }
    func stop() { state.withLock { $0 }?.stop(.cancelled) }
}

/// What a command wrote to standard error.
final class KeptLog: Sendable {
    private let state = Mutex<[UInt8]>([])

    func add(_ bytes: [UInt8]) { state.withLock { $0 += bytes } }
    var bytes: [UInt8] { state.withLock { $0 } }
}

extension AgentResult {
    /// The text of a delivered part.
    func part(_ name: String) -> String? {
        guard case .deliver(let parts) = self else { return nil }
        return parts.first { $0.name == name }.map { String(decoding: $0.body, as: UTF8.self) }
    }

    var partNames: [String] {
        guard case .deliver(let parts) = self else { return [] }
        return parts.map(\.name)
    }

    /// `(retryable, code, message)` of a failure.
    var failure: (retryable: Bool, code: String, message: String)? {
        guard case .fail(let retryable, let message, let code, _) = self else { return nil }
        return (retryable, code ?? "", message)
    }
}
