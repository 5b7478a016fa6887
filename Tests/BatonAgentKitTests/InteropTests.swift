// The worker in Python, with nothing of ours in it, against a scripted broker; and the document
// that shows it.
import BatonBrief
import BatonPlatform
import BatonWire
import JSON
import Synchronization
import Testing

/// The interpreter that has a ZeroMQ binding; nil where there is none.
private let pythonWithZMQ: String? = {
    for path in ["/usr/bin/python3", Host.findExecutable("python3")].compactMap(\.self) {
        let plan = LaunchPlan(
            executable: path, arguments: ["-c", "import zmq"], output: .null, errorOutput: .null)
        if let child = try? ChildProcess.spawn(plan), child.waitForExit().isSuccess { return path }
    }
    return nil
}()

private let projectDirectory = Files.parent(
    of: Files.parent(of: Files.parent(of: String(describing: #filePath))))

@Suite("a worker in another language", .timeLimit(.minutes(5)))
struct InteropTests {
    @Test("the Python worker has at most 60 lines and stands in the document as it is")
    func document() throws {
        let worker = try Files.read(
            projectDirectory + "/Tests/interop/worker.py", bytesMax: 1 << 16)
        let document = try Files.read(projectDirectory + "/Protocols/worker.md", bytesMax: 1 << 20)

        let text = String(decoding: worker, as: UTF8.self)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count - 1 <= 60)
        #expect(
            String(decoding: document, as: UTF8.self).contains("```python\n\(text)```\n"),
            "Protocols/worker.md does not show Tests/interop/worker.py as it is")
    }

    @Test(
        "it takes a task, delivers until it is answered, survives no_session, and says BYE",
        .enabled(if: pythonWithZMQ != nil, "no python3 with zmq on this machine"),
        arguments: [true, false])
    func works(withToken: Bool) throws {
        let (packet, inline, _) = Packets.make(.work, agent: "backend.api_reliability")
        let first = Flag()
        let broker = try ScriptedBroker(tokens: ["backend.api_reliability": "secret"]) { asked in
            let message = asked.message
            switch message.verb {
            case .hello:
                let hello = Replies.hello(message)
                guard message.texts("leases") == [] else { return [hello] }
                let assign = Message(
                    .assign, JSONObject([("task", "t-18"), ("token", 5), ("kind", "work")]),
                    body: [packet, inline])
                return [hello, assign]
            case .deliver:
                // As if the broker had been restarted in between.
                return [first.takes() ? Replies.refused(message, .noSession) : Replies.ok(message)]
            case .beat:
                return [Replies.ok(message, body: [Array("[]".utf8)])]
            default:
                return [Replies.ok(message)]
            }
        }
        let worker = try start(broker, withToken: withToken)

        let hellos = try waitFor(.hello, count: 2, at: broker)
        let delivery = try #require(try waitFor(.deliver, count: 2, at: broker).last)
        worker.signal(.terminate)
        let exit = worker.waitForExitOrKill(broker)

        #expect(hellos[1].texts("leases") == ["t-18 5"])
        #expect(broker.admitted.first == (withToken ? "backend.api_reliability" : "user"))
        let parcel = try Parcel(manifest: delivery.body[0], bodies: delivery.body[1])
        #expect(parcel.parts.map(\.name) == [Deliverables.markdownName])
        let handoff = try HandoffPacket(packetBytes: packet, body: inline)
        let documents = try MarkdownDeliverables.documents(
            fromMarkdown: parcel.parts[0].body, packet: handoff)
        #expect(documents.map(\.name) == Deliverables.fiveNames)
        #expect(exit)
        #expect(broker.count(of: .bye) == 1)
        try broker.stop()
    }

    private func start(_ broker: ScriptedBroker, withToken: Bool) throws -> ChildProcess {
        var environment = ["BATON_ENDPOINT=\(broker.endpoint)", "PATH=/usr/bin:/bin"]
        if withToken { environment.append("BATON_TOKEN=secret") }
        return try ChildProcess.spawn(
            LaunchPlan(
                executable: try #require(pythonWithZMQ),
                arguments: [
                    projectDirectory + "/Tests/interop/worker.py", "backend.api_reliability",
                ],
                environment: environment))
    }
}

/// Something that happens once.
private final class Flag: Sendable {
    private let isTaken = Mutex(false)

    func takes() -> Bool {
        isTaken.withLock { taken in
            defer { taken = true }
            return !taken
        }
    }
}

extension ChildProcess {
    /// True when the process ended by itself once the broker had answered everything.
    fileprivate func waitForExitOrKill(_ broker: ScriptedBroker) -> Bool {
        let end = ContinuousClock().now + .seconds(20)
        while ContinuousClock().now < end {
            if let exit = pollExit() { return exit.isSuccess }
            shortPause()
        }
        signal(.kill)
        _ = waitForExit()
        return false
    }
}
