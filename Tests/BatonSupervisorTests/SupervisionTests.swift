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

        #expect(outputs == [.note(one, .recovered), .settle(agent: "one")])
        #expect(supervision.children[1].word == "running")
        #expect(supervision.nextDeadline == nil)
    }

    @Test("an end by itself after a restart was asked for is no crash, and starts at once")
    func restart() {
        var supervision = running()

        #expect(supervision.handle(.restart(agent: "one"), at: .seconds(5)) == [.terminate(one)])
        #expect(supervision.handle(.restart(agent: "one"), at: .seconds(6)) == [])
        #expect(
            supervision.handle(.ended(one, .signal(15)), at: .seconds(7)) == [.start(one)])
        #expect(supervision.children[1].word == "running")
        // Not to be taken for the end of what was started instead.
        #expect(supervision.children[1].lastEnd?.hasSuffix(", for a restart") == true)
    }

    @Test("a restart ends the wait of an agent in quarantine, and its history")
    func restartInQuarantine() throws {
        var supervision = running()
        var now = Duration.seconds(1)
        for _ in 1...5 {
            _ = supervision.handle(.ended(one, .code(1)), at: now)
            if supervision.children[1].word != "quarantined" { now = try wake(&supervision).at }
        }
        #expect(supervision.children[1].word == "quarantined")

        #expect(supervision.handle(.restart(agent: "one"), at: now) == [.start(one)])

        #expect(supervision.children[1].word == "running")
        let outputs = supervision.handle(.ended(one, .code(1)), at: now)
        #expect(outputs == [.note(one, .ended("exit 1", restartIn: .seconds(1)))])
    }

    @Test("a restart does not wait for ever for a process that ignores SIGTERM")
    func stubbornRestart() throws {
        var supervision = running()
        _ = supervision.handle(.restart(agent: "one"), at: .seconds(5))

        let (at, outputs) = try wake(&supervision)

        #expect(at == .seconds(15) && outputs == [.note(one, .killed), .kill(one)])
    }

    @Test("a process that never connects is ended and started again; the third time is a loop")
    func neverConnects() throws {
        var supervision = running()
        var now = Duration.seconds(1)
        var escalations: [String] = []
        for _ in 1...3 {
            var outputs: [Supervision.Output] = []
            while outputs.isEmpty {
                now += .seconds(5)
                outputs = supervision.handle(.present([two]), at: now)
            }
            #expect(outputs.last == .terminate(one))
            for output in supervision.handle(.ended(one, .signal(15)), at: now) {
                if case .escalate(_, let ends, let last) = output {
                    #expect(ends == 3)
                    escalations.append(last)
                }
            }
            now = try wake(&supervision).at
        }

        #expect(escalations == ["hung: it did not connect within 120 s"])
        #expect(supervision.children[1].word == "quarantined")
        #expect(supervision.children[2].restarts == 0)
    }

    @Test("an agent whose session is gone is ended after a while, and one that comes back is not")
    func absent() {
        var supervision = running()
        var ended: [Duration] = []
        for second in stride(from: 5, through: 300, by: 5) {
            // Two is away for a minute, one for good.
            let isTwoThere = !(100..<160).contains(second)
            let present = [second <= 50 ? one : nil, isTwoThere ? two : nil].compactMap(\.self)
            let now = Duration.seconds(second)
            if supervision.handle(.present(Set(present)), at: now).contains(.terminate(one)) {
                ended.append(now)
            }
        }

        #expect(ended == [.seconds(175)])
        #expect(supervision.children[2].restarts == 0)
    }

    @Test("while the broker does not answer, nobody is absent")
    func brokerAway() {
        var supervision = running()
        _ = supervision.handle(.present([one, two]), at: .seconds(5))
        _ = supervision.handle(.present([]), at: .seconds(10))

        // Five minutes later it answers again, and nobody has had the time to reconnect.
        #expect(supervision.handle(.present([]), at: .seconds(310)) == [])
        #expect(supervision.handle(.present([]), at: .seconds(315)) == [])
    }

    @Test("a question that an earlier supervisor asked is settled once the agent is healthy")
    func oldQuestion() throws {
        var supervision = running()
        _ = supervision.handle(.asked(agent: "two"), at: .seconds(2))

        let (at, outputs) = try wake(&supervision)

        #expect(at == .seconds(61) && outputs == [.settle(agent: "two")])
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
        #expect(at == .seconds(15) && outputs == [.note(one, .killed), .kill(one)])
        #expect(supervision.handle(.ended(one, .signal(9)), at: at) == [.terminate(.broker)])
        #expect(try wake(&supervision).1 == [.note(.broker, .killed), .kill(.broker)])
        #expect(
            supervision.handle(.ended(.broker, .signal(9)), at: .seconds(40))
                == [.finish(.stopped)])
    }

    @Test("asked to stop twice, it kills at once")
    func impatience() {
        var supervision = running()
        _ = supervision.handle(.stop, at: .seconds(5))

        #expect(
            supervision.handle(.stop, at: .seconds(6)) == [
                .note(one, .killed), .kill(one), .note(two, .killed), .kill(two),
            ])
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
