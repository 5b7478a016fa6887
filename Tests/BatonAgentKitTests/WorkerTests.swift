// The worker on a real socket, with handlers on real threads.
import BatonAgentKit
import BatonBrief
import BatonClient
import BatonPlatform
import BatonWire
import JSON
import Synchronization
import Testing

/// A broker that hands out one task, and remembers what comes back.
private final class OneTask: Sendable {
    let packet: (packet: [UInt8], inline: [UInt8], digest: String)
    let content: [UInt8]
    let answer: @Sendable (Message, Int) -> Message
    private let deliveries = Mutex(0)

    init(
        _ kind: TaskKindName = .direct, content: [UInt8] = Array("{\"steps\":[]}".utf8),
        inlineBytesMax: Int = 256 * 1024,
        answer: @escaping @Sendable (Message, Int) -> Message = { message, _ in Replies.ok(message)
        },
    ) {
        self.content = content
        packet = Packets.make(kind, part: content, inlineBytesMax: inlineBytesMax)
        self.answer = answer
    }

    func script(_ asked: Asked) -> [Message] {
        let message = asked.message
        switch message.verb {
        case .hello:
            let isFirst = message.texts("leases") == []
            let hello = Replies.hello(message, heartbeatMilliseconds: 200)
            return isFirst && message.integer("credit") != 0 ? [hello, assignment] : [hello]
        case .get:
            let offset = Int(message.integer("offset") ?? 0)
            let chunk = Array(content[offset..<min(offset + 100_000, content.count)])
            let members = JSONObject([
                ("size", .integer(Int64(content.count))), ("offset", .integer(Int64(offset))),
                ("media_type", "application/json"),
            ])
            return [Replies.ok(message, members, body: [chunk])]
        case .deliver, .fail, .escalate, .release:
            let number = deliveries.withLock { count in
                count += 1
                return count
            }
            return [answer(message, number)]
        default:
            return [Replies.ok(message)]
        }
    }

    private var assignment: Message {
        Message(
            .assign,
            JSONObject([
                ("task", "t-18"), ("token", 5), ("kind", "direct"),
                ("agent", "backend.api_reliability"), ("attempt", 1), ("lease_ms", 60000),
                ("attempt_timeout_ms", 60000), ("silence_timeout_ms", 60000),
            ]), body: [packet.packet, packet.inline])
    }
}

/// A handler made of a closure.
private struct Closure: AgentHandler {
    let body: @Sendable (AgentPacket, AgentContext) throws -> AgentResult

    func handle(_ packet: AgentPacket, context: AgentContext) throws -> AgentResult {
        try body(packet, context)
    }
}

private let answerPart = Part(
    name: "result.md", mediaType: "text/markdown", body: Array("ok\n".utf8))

@Suite("the worker", .timeLimit(.minutes(5)))
struct WorkerTests {
    /// Runs a worker against a broker until `body` is done, then drains it.
    private func run(
        _ task: OneTask, _ handler: Closure, checksContents: Bool = true,
        change: (inout Worker.Options) -> Void = { _ in },
        body: (ScriptedBroker, Worker) throws -> Void,
    ) throws {
        let broker = try ScriptedBroker { task.script($0) }
        var options = Worker.Options(endpoint: broker.endpoint, agent: "backend.api_reliability")
        options.handlesSignals = false
        options.checksContents = checksContents
        options.log = { _ in }
        options.drainLimit = .seconds(5)
        change(&options)
        let worker = try Worker(options: options, handler: handler)
        let failure = Mutex<ClientError?>(nil)
        let thread = try spawnThread(name: "worker") {
            do {
                try worker.run()
            } catch {
                failure.withLock { $0 = error as? ClientError }
            }
        }
        try body(broker, worker)
        worker.stop()
        thread.join()
        #expect(failure.withLock { $0 } == nil)
        try broker.stop()
    }

    @Test("a task is worked on, delivered, and BYE is said at the end")
    func delivers() throws {
        let task = OneTask()
        let handler = Closure { packet, _ in
            #expect(packet.taskID == "t-18")
            #expect(packet.part("upstream/t-16/notes.json") != nil)
            return .deliver([answerPart])
        }

        try run(task, handler) { broker, worker in
            let deliver = try #require(try waitFor(.deliver, at: broker).first)
            worker.stop()
            _ = try waitFor(.bye, at: broker)

            let parcel = try Parcel(manifest: deliver.body[0], bodies: deliver.body[1])
            #expect(parcel.parts.map(\.name) == ["result.md"])
            #expect(deliver.integer("token") == 5)
        }
    }

    @Test("a part that did not travel along is fetched in chunks before the handler starts")
    func fetches() throws {
        let content = Array(("\"" + String(repeating: "x", count: 400_000) + "\"").utf8)
        let task = OneTask(content: content, inlineBytesMax: 1024)
        let seen = Mutex<[UInt8]?>(nil)
        let handler = Closure { packet, context in
            seen.withLock { $0 = packet.part("upstream/t-16/notes.json") }
            let again = try context.fetch("upstream/t-16/notes.json")
            #expect(again == content)
            #expect((try? context.fetch("nothing.json")) == nil)
            return .deliver([answerPart])
        }

        try run(task, handler) { broker, _ in
            _ = try waitFor(.deliver, at: broker)

            #expect(seen.withLock { $0 } == content)
            #expect(broker.count(of: .get) == 5)
        }
    }

    @Test("a refused delivery is mended once within the lease")
    func mends() throws {
        let task = OneTask { message, number in
            number == 1
                ? Replies.refused(
                    message, .incompleteDelivery, "incomplete",
                    problems: [Problem(field: "risk_register.json", message: "missing")])
                : Replies.ok(message)
        }
        let handler = Closure { _, context in
            let text = context.findings.isEmpty ? "first" : context.findings[0]
            return .deliver([Part(name: "r.md", mediaType: "text/markdown", body: Array(text.utf8))]
            )
        }

        try run(task, handler) { broker, _ in
            let deliveries = try waitFor(.deliver, count: 2, at: broker)

            #expect(deliveries[1].body[1] == Array("risk_register.json: missing".utf8))
            #expect(broker.count(of: .fail) == 0)
        }
    }

    @Test("refused twice, the attempt fails with the findings")
    func givesUp() throws {
        let task = OneTask { message, _ in
            message.verb == .fail
                ? Replies.ok(message) : Replies.refused(message, .unchanged, "same")
        }

        try run(task, Closure { _, _ in .deliver([answerPart]) }) { broker, _ in
            let fail = try #require(try waitFor(.fail, at: broker).first)

            #expect(broker.count(of: .deliver) == 2)
            #expect(fail.text("code") == "unchanged")
            #expect(fail.flag("retryable") == true)
        }
    }

    @Test("documents are checked before they are sent")
    func checks() throws {
        let bad = Part(name: "plan.json", mediaType: "application/json", body: Array("{}".utf8))
        let findings = Mutex<[String]>([])
        let handler = Closure { _, context in
            findings.withLock { $0 = context.findings }
            return .deliver([bad])
        }

        try run(OneTask(), handler) { broker, _ in
            let fail = try #require(try waitFor(.fail, at: broker).first)

            #expect(broker.count(of: .deliver) == 0)
            #expect(fail.text("code") == "incomplete_delivery")
            #expect(findings.withLock { $0 }.contains { $0.hasPrefix("plan.json") })
        }
    }

    private static let markdown = """
        # Objective snapshot
        Stay up.
        # Execution plan
        - S1: Set timeouts; owner: payments; done when: deployed
        # Risk register
        - K1: It is slow; severity: low; likelihood: low; impact: delay; mitigation: cache; \
        owner: payments; trigger: p99 over 1 s
        # Validation checklist
        - C1: availability >= 99.9%; method: monitor; when: monthly; owner: payments; traces: AC1
        # Handoff packet
        Done.
        """

    @Test("Markdown with the five headings is delivered as the five documents, with its source")
    func markdown() throws {
        let part = Part(
            name: "deliverables.md", mediaType: "text/markdown", body: Array(Self.markdown.utf8))

        try run(OneTask(.work), Closure { _, _ in .deliver([part]) }) { broker, _ in
            let deliver = try #require(try waitFor(.deliver, at: broker).first)
            let parcel = try Parcel(manifest: deliver.body[0], bodies: deliver.body[1])
            #expect(parcel.parts.map(\.name) == Deliverables.fiveNames + ["source.md"])
        }
    }

    @Test("what is wrong with Markdown is told with its line")
    func badMarkdown() throws {
        let text = Self.markdown.replacing("severity: low", with: "severity: huge")
        let part = Part(name: "deliverables.md", mediaType: "text/markdown", body: Array(text.utf8))
        let findings = Mutex<[String]>([])
        let handler = Closure { _, context in
            findings.withLock { $0 = context.findings }
            return .deliver([part])
        }

        try run(OneTask(.work), handler) { broker, _ in
            _ = try waitFor(.fail, at: broker)
            #expect(findings.withLock { $0 }.first?.hasPrefix("deliverables.md:6: error:") == true)
        }
    }

    @Test("an error that the handler throws fails the attempt, retryably")
    func throwing() throws {
        struct Broken: Error, CustomStringConvertible { let description = "it broke" }

        try run(OneTask(), Closure { _, _ in throw Broken() }) { broker, _ in
            let fail = try #require(try waitFor(.fail, at: broker).first)

            #expect(fail.flag("retryable") == true)
            #expect(fail.body == [Array("{\"message\":\"it broke\"}".utf8)])
        }
    }

    @Test("an escalation goes out as it is")
    func escalates() throws {
        let document = Array("{\"blocker\":\"x\"}".utf8)

        try run(OneTask(), Closure { _, _ in .escalate(document) }, checksContents: false) {
            broker, _ in
            let escalate = try #require(try waitFor(.escalate, at: broker).first)
            #expect(escalate.body == [document])
        }
    }

    @Test("a heartbeat's cancellation reaches the handler, and its result is dropped")
    func cancellation() throws {
        let task = OneTask()
        let wasCancelled = Mutex(false)
        let handler = Closure { _, context in
            context.progress(percent: 10, message: "thinking")
            while !context.isCancelled { shortPause() }
            wasCancelled.withLock { $0 = true }
            return .deliver([answerPart])
        }
        let broker = try ScriptedBroker { asked in
            guard asked.message.verb == .beat, let body = asked.message.body.first else {
                return task.script(asked)
            }
            let text =
                String(decoding: body, as: UTF8.self).contains("thinking")
                ? "[{\"task\":\"t-18\",\"token\":5,\"state\":\"cancelled\",\"until_us\":0}]" : "[]"
            return [Replies.ok(asked.message, body: [Array(text.utf8)])]
        }
        var options = Worker.Options(endpoint: broker.endpoint, agent: "backend.api_reliability")
        options.handlesSignals = false
        options.log = { _ in }
        let worker = try Worker(options: options, handler: handler)
        let thread = try spawnThread(name: "worker") {
            #expect(throws: Never.self) { try worker.run() }
        }
        _ = try waitFor(.beat, count: 4, at: broker)
        worker.stop()
        thread.join()

        #expect(wasCancelled.withLock { $0 })
        #expect(broker.count(of: .deliver) == 0)
        try broker.stop()
    }

    @Test("a handler that ignores its cancellation ends the worker, whose place it would hold")
    func stuckHandler() throws {
        let task = OneTask()
        let isOver = Mutex(false)
        defer { isOver.withLock { $0 = true } }
        let handler = Closure { _, context in
            context.progress(percent: 10, message: "thinking")
            while !isOver.withLock({ $0 }) { shortPause() }
            return .deliver([answerPart])
        }
        let broker = try ScriptedBroker { asked in
            guard asked.message.verb == .beat, let body = asked.message.body.first else {
                return task.script(asked)
            }
            let text =
                String(decoding: body, as: UTF8.self).contains("t-18")
                ? "[{\"task\":\"t-18\",\"token\":5,\"state\":\"cancelled\",\"until_us\":0}]" : "[]"
            return [Replies.ok(asked.message, body: [Array(text.utf8)])]
        }
        var options = Worker.Options(endpoint: broker.endpoint, agent: "backend.api_reliability")
        options.handlesSignals = false
        options.cancelGrace = .milliseconds(200)
        options.drainLimit = .milliseconds(200)
        let said = Mutex<[String]>([])
        options.log = { line in said.withLock { $0.append(line) } }
        let worker = try Worker(options: options, handler: handler)

        let failure = #expect(throws: ClientError.self) { try worker.run() }

        #expect(failure?.message.contains("t-18: the handler went on") == true)
        #expect(said.withLock { $0 }.contains { $0.contains("ignores its cancellation") })
        #expect(broker.count(of: .bye) == 1)
        try broker.stop()
    }

    @Test("a broker that restarts during the work gets HELLO with the lease, and the delivery")
    func restart() throws {
        let task = OneTask()
        let isBack = Mutex(false)
        let handler = Closure { _, _ in
            while !isBack.withLock({ $0 }) { shortPause() }
            return .deliver([answerPart])
        }
        let first = try ScriptedBroker { task.script($0) }
        var options = Worker.Options(endpoint: first.endpoint, agent: "backend.api_reliability")
        options.handlesSignals = false
        options.log = { _ in }
        let worker = try Worker(options: options, handler: handler)
        let thread = try spawnThread(name: "worker") {
            #expect(throws: Never.self) { try worker.run() }
        }
        _ = try waitFor(.beat, at: first)
        try first.stop(keepingDirectory: true)

        let second = try ScriptedBroker(directory: first.directory) { task.script($0) }
        let hello = try #require(try waitFor(.hello, at: second).first)
        isBack.withLock { $0 = true }
        let deliver = try #require(try waitFor(.deliver, at: second).first)
        worker.stop()
        thread.join()

        #expect(hello.texts("leases") == ["t-18 5"])
        #expect(deliver.integer("token") == 5)
        #expect(second.count(of: .bye) == 1)
        try second.stop()
    }

    @Test("the end of the lifeline stops the worker, and its lease is given back")
    func lifeline() throws {
        var pipe = try Descriptor.pipe()
        let reading = pipe.takeReading().release()
        let writing = pipe.takeWriting().release()
        let handler = Closure { _, context in
            while !context.isCancelled { shortPause() }
            throw AttemptStopped("draining")
        }

        try run(OneTask(), handler, change: { $0.lifeline = reading }) { broker, _ in
            _ = try waitFor(.hello, at: broker)
            _ = try waitFor(.beat, count: 2, at: broker)

            try Descriptor(owning: writing).close()

            _ = try waitFor(.release, at: broker)
            _ = try waitFor(.bye, at: broker)
        }
    }

    @Test("no broker at all ends the worker with unreachable")
    func noBroker() throws {
        var options = Worker.Options(endpoint: "ipc:///nonexistent/baton", agent: "a.b")
        options.handlesSignals = false
        options.connectTimeout = .milliseconds(300)
        let worker = try Worker(options: options, handler: Closure { _, _ in .deliver([]) })

        let error = #expect(throws: ClientError.self) { try worker.run() }

        #expect(error?.exitStatus == 69)
    }
}
