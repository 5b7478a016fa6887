// The supervisor's decisions, by scripts of inputs with times.
import BatonSupervisor
import Testing

@Suite struct SupervisionTests {
    private let one = ChildName.agent("one", instance: 1)
    private let two = ChildName.agent("two", instance: 1)

    /// A supervision whose broker answers and whose agents run, at second 1.
    private func running() -> Supervision {
        var supervision = Supervision(agents: [one, two])
        _ = supervision.handle(.start, at: .zero)
        _ = supervision.handle(.brokerAnswers, at: .seconds(1))
        return supervision
    }

    /// Lets time pass to the next deadline and says what is due then.
    private func wake(_ supervision: inout Supervision) throws -> (
        at: Duration, [Supervision.Output]
    ) {
        let deadline = try #require(supervision.nextDeadline)
        return (deadline, supervision.handle(.tick, at: deadline))
    }

    @Test("agents start when the broker answers, and only once")
    func startOrder() {
        var supervision = Supervision(agents: [one, two])

        #expect(supervision.handle(.start, at: .zero) == [.start(.broker)])
        #expect(supervision.nextDeadline == nil)
        #expect(
            supervision.handle(.brokerAnswers, at: .seconds(1)) == [.start(one), .start(two)])
        #expect(supervision.handle(.brokerAnswers, at: .seconds(2)) == [])
    }

    @Test("waits before restarts double up to the longest, and health resets them")
    func backoff() throws {
        var supervision = running()
        var now = Duration.seconds(1)
        var waits: [Duration] = []
        for uptime in [0, 0, 0, 65, 0] as [Int] {
            now += .seconds(uptime)
            guard
                case .note(_, .ended(_, let wait)) = supervision.handle(
                    .ended(one, .code(1)), at: now
                ).first
            else {
                Issue.record("an end should be noted")
                return
            }
            waits.append(wait)
            let (at, outputs) = try wake(&supervision)
            now = at
            #expect(outputs == [.start(one)])
        }

        #expect(waits == [.seconds(1), .seconds(2), .seconds(4), .seconds(1), .seconds(2)])
    }

    @Test("five ends within two minutes quarantine an agent and are escalated once")
    func crashLoop() throws {
        var supervision = running()
        var now = Duration.seconds(1)
        var escalations = 0
        for _ in 1...7 {
            for output in supervision.handle(.ended(one, .signal(11)), at: now) {
                if case .escalate(let agent, let ends, let last) = output {
                    escalations += 1
                    #expect(agent == "one" && ends == 5 && last == "signal 11")
                }
            }
            now = try wake(&supervision).at
        }

        #expect(escalations == 1)
        #expect(supervision.children[1].word == "quarantined")
        #expect(supervision.children[1].restarts == 7)
        #expect(supervision.children[2].word == "running")
    }

    @Test("a minute without a crash ends the quarantine")
    func recovery() throws {
        var supervision = running()
        var now = Duration.seconds(1)
        for _ in 1...5 {
            _ = supervision.handle(.ended(one, .code(1)), at: now)
            now = try wake(&supervision).at
        }
        #expect(supervision.nextDeadline == now + .seconds(60))

        let (_, outputs) = try wake(&supervision)

        #expect(outputs == [.note(one, .recovered)])
        #expect(supervision.children[1].word == "running")
        #expect(supervision.nextDeadline == nil)
    }

    @Test("a broker that could not write its journal is started again for ever")
    func brokerRestarts() throws {
        var supervision = running()
        var now = Duration.seconds(1)
        for _ in 1...20 {
            let outputs = supervision.handle(.ended(.broker, .code(74)), at: now)
            #expect(!outputs.isEmpty && !supervision.isStopping)
            let (at, starts) = try wake(&supervision)
            #expect(starts == [.start(.broker)] && at - now <= .seconds(30))
            now = at
        }
    }

    @Test(
        "a broker that cannot run here ends everything, with its status",
        arguments: [75, 77, 78] as [Int32])
    func brokerRefuses(status: Int32) {
        var supervision = running()

        let outputs = supervision.handle(.ended(.broker, .code(status)), at: .seconds(5))

        #expect(outputs == [.terminate(one), .terminate(two)])
        #expect(supervision.handle(.ended(one, .code(0)), at: .seconds(6)) == [])
        #expect(
            supervision.handle(.ended(two, .code(0)), at: .seconds(6))
                == [.finish(.brokerRefused(status: status))])
    }

    @Test("a broker that refuses before any agent started ends at once")
    func brokerRefusesAtOnce() {
        var supervision = Supervision(agents: [one])
        _ = supervision.handle(.start, at: .zero)

        #expect(
            supervision.handle(.ended(.broker, .code(78)), at: .zero)
                == [.finish(.brokerRefused(status: 78))])
    }

    @Test("agents are drained before the broker, which ends last")
    func drain() {
        var supervision = running()

        #expect(supervision.handle(.stop, at: .seconds(5)) == [.terminate(one), .terminate(two)])
        #expect(supervision.handle(.ended(two, .code(0)), at: .seconds(6)) == [])
        #expect(supervision.handle(.ended(one, .code(0)), at: .seconds(6)) == [.terminate(.broker)])
        #expect(
            supervision.handle(.ended(.broker, .code(0)), at: .seconds(7)) == [.finish(.stopped)])
    }

    @Test("what does not end in time is killed, agents and broker alike")
    func patienceEnds() throws {
        var supervision = running()
        _ = supervision.handle(.stop, at: .seconds(5))
        _ = supervision.handle(.ended(two, .code(0)), at: .seconds(6))

        let (at, outputs) = try wake(&supervision)
        #expect(at == .seconds(15) && outputs == [.kill(one)])
        #expect(supervision.handle(.ended(one, .signal(9)), at: at) == [.terminate(.broker)])
        #expect(try wake(&supervision).1 == [.kill(.broker)])
        #expect(
            supervision.handle(.ended(.broker, .signal(9)), at: .seconds(40))
                == [.finish(.stopped)])
    }

    @Test("asked to stop twice, it kills at once")
    func impatience() {
        var supervision = running()
        _ = supervision.handle(.stop, at: .seconds(5))

        #expect(supervision.handle(.stop, at: .seconds(6)) == [.kill(one), .kill(two)])
    }

    @Test("a child in its wait is not started once everything is to end")
    func stopDuringBackoff() {
        var supervision = running()
        _ = supervision.handle(.ended(one, .code(1)), at: .seconds(2))

        #expect(supervision.handle(.stop, at: .seconds(2)) == [.terminate(two)])
        #expect(supervision.handle(.tick, at: .seconds(4)) == [])
    }

    @Test("a program that cannot be started is treated like one that ends")
    func failedStart() throws {
        var supervision = running()

        let outputs = supervision.handle(.failedToStart(one, "no such file"), at: .seconds(2))

        #expect(outputs == [.note(one, .ended("no such file", restartIn: .seconds(1)))])
        #expect(try wake(&supervision).1 == [.start(one)])
    }
}
