// The driver of a Supervision: the one loop that owns signals, children, logs and clocks. It feeds
// the value what happened and does what it says.
package import BatonPlatform
import JSON
import ZeroMQ

/// Runs a broker and its agents until it is asked to stop.
package final class Supervisor {
    /// What people may want to read while it runs.
    package enum News: Sendable {
        /// What keeps the processes together.
        case contained(by: String)
        case brokerReady
        /// Every agent has a session; their number.
        case allConnected(Int)
        case started(ChildName)
        case ended(ChildName, String, restartIn: Duration)
        case quarantined(ChildName, String, restartIn: Duration)
        case recovered(ChildName)
        case hung(ChildName, String)
        /// It did not end when asked to.
        case killed(ChildName)
        /// Left behind by a child that has ended, and killed: their names and numbers.
        case strays(ChildName, String)
        case stopping
        case trouble(String)
    }

    private let plan: SupervisorPlan
    private let report: @Sendable (News) -> Void
    private let stamp: @Sendable (Int64) -> String
    private let containment: Containment
    private let children: ChildTable
    private let control: NamedPipe
    private let signals: SignalInbox
    private let lock: FileLock
    private let startedMicroseconds = WallClock.nowMicroseconds()
    private let startedAt = Duration.microseconds(MonotonicClock.nowMicroseconds())
    private var supervision: Supervision
    private var finish: Supervision.Finish?
    private var lastRecord: [UInt8] = []
    /// Orphans of the agents at the last look; see `ProcessRecord`.
    private var adopted: [RecordedProcess] = []
    /// What had to be killed since everything was to end, in words.
    private var killed: [String] = []
    /// The lock's file as it was taken: in its place may later be another, when somebody removed
    /// the home under a running supervisor and started a new one there.
    private let lockFile: FileStatus?

    /// Takes the home: only one supervisor has it at a time.
    ///
    /// Must be called on the main thread before any other is started: it blocks signals.
    /// - Parameter stamp: turns the wall clock's microseconds into the text before each log line.
    package static func take(
        _ plan: SupervisorPlan, stamp: @escaping @Sendable (Int64) -> String,
        report: @escaping @Sendable (News) -> Void
    ) throws(SupervisorFailure) -> Supervisor {
        do {
            try plan.home.make()
            switch try FileLock.acquire(plan.home.supervisorLock) {
            case .acquired(let lock):
                try Orphans.adopt()
                return try Supervisor(
                    plan: plan, lock: lock, signals: try SignalInbox(), stamp: stamp,
                    report: report)
            case .heldBy(let processID):
                throw SupervisorFailure.homeIsHeld(by: processID)
            }
        } catch let error as SystemError {
            throw .system(error)
        } catch let error as SupervisorFailure {
            throw error
        } catch {
            preconditionFailure("nothing else is thrown: \(error)")
        }
    }

    private init(
        plan: SupervisorPlan, lock: consuming FileLock, signals: consuming SignalInbox,
        stamp: @escaping @Sendable (Int64) -> String, report: @escaping @Sendable (News) -> Void
    ) throws(SystemError) {
        self.plan = plan
        self.report = report
        self.stamp = stamp
        self.signals = signals
        self.lock = lock
        containment = Containment(plan.home)
        children = try ChildTable(
            home: plan.home, containment: containment, logLimits: plan.settings.logs, stamp: stamp)
        control = try NamedPipe(listeningAt: plan.home.controlFile)
        // Without it the check below is left out.
        lockFile = (try? Files.status(of: plan.home.supervisorLock)) ?? nil
        supervision = Supervision(agents: plan.childNames, limits: plan.settings.limits)
    }

    /// Starts everything and returns when all of it has ended.
    package func run() throws(SystemError) -> Supervision.Finish {
        let earlier = ProcessRecord.read(plan.home)
        endLeftovers(earlier)
        if plan.settings.usesControlGroup {
            containment.makeGroup()
        } else {
            containment.refuseGroup("switched off in \(plan.home.limitsFile)")
        }
        report(.contained(by: containment.kind.text))
        let token = try children.drawTokens(for: plan.childNames)
        let gone = (earlier?.agents ?? []).map(\.name).filter { name in
            !plan.agents.contains { $0.id == name }
        }
        let liaison = try BrokerLiaison(
            home: plan.home, token: token, agents: plan.agents, withdrawn: gone,
            lookPeriod: plan.settings.limits.lookPeriod)
        perform(supervision.handle(.start, at: now), liaison)
        let liaisonThread = try liaison.start()
        let hook = try makeHook(token: token)
        let hookThread = try hook?.start()
        while finish == nil {
            try wait(liaison)
            step(liaison)
        }
        liaison.stop()
        hook?.stop()
        liaisonThread.join()
        // Its command must not outlive us.
        if let hookThread = consume hookThread { hookThread.join() }
        for facts in containment.endAll() {
            killed.append("\(facts.name) (process \(facts.processID)), left behind")
            report(.trouble("killed \(facts.name), process \(facts.processID), left behind"))
        }
        if ownsHome { writeRecord() }
        return finish ?? .stopped
    }

    private var now: Duration { .microseconds(MonotonicClock.nowMicroseconds()) }

    private func makeHook(token: String) throws(SystemError) -> EscalationHook? {
        guard let command = plan.onEscalation else { return nil }
        let report = report
        return try EscalationHook(
            home: plan.home, token: token, command: command,
            mark: containment.entry(forHook: EscalationHook.name),
            logLimits: plan.settings.logs, stamp: stamp
        ) { report(.trouble($0)) }
    }

    // MARK: The loop

    private func wait(_ liaison: BrokerLiaison) throws(SystemError) {
        var poller = Poller()
        _ = poller.add(descriptor: signals.fileDescriptor, for: .readable)
        _ = poller.add(descriptor: liaison.newsBell.fileDescriptor, for: .readable)
        _ = poller.add(descriptor: control.fileDescriptor, for: .readable)
        for descriptor in children.descriptors {
            _ = poller.add(descriptor: descriptor, for: .readable)
        }
        let milliseconds = supervision.nextDeadline.map { deadline in
            max(0, Int(((deadline - now) / .milliseconds(1)).rounded(.up)))
        }
        do throws(ZMQError) {
            _ = try poller.poll(timeoutMilliseconds: milliseconds)
        } catch {
            throw SystemError(code: error.code, call: "wait for the children")
        }
    }

    private func step(_ liaison: BrokerLiaison) {
        hearSignals(liaison)
        children.drainOutput()
        for ended in children.takeEnded() {
            tellStrays(ended)
            perform(supervision.handle(.ended(ended.name, ended.end), at: now), liaison)
        }
        for news in liaison.takeNews() { hear(news, liaison) }
        for command in ControlPipe.commands(in: control) {
            switch command {
            case .restart(let agent):
                perform(supervision.handle(.restart(agent: agent), at: now), liaison)
            }
        }
        perform(supervision.handle(.tick, at: now), liaison)
        guard ownsHome else {
            if !supervision.isStopping {
                report(.trouble("the home \(plan.home.path) was removed or replaced; stopping"))
                perform(supervision.handle(.stop, at: now), liaison)
            }
            return
        }
        writeRecord()
    }

    private func hearSignals(_ liaison: BrokerLiaison) {
        var hasChildEnded = false
        while let signal = (try? signals.next()) ?? nil {
            if signal == .child { hasChildEnded = true }
            guard signal == .terminate || signal == .interrupt || signal == .hangUp else {
                continue
            }
            if !supervision.isStopping { report(.stopping) }
            perform(supervision.handle(.stop, at: now), liaison)
        }
        if hasChildEnded { Orphans.reap() }
    }

    private func hear(_ news: BrokerLiaison.News, _ liaison: BrokerLiaison) {
        switch news {
        case .registered:
            report(.brokerReady)
            perform(supervision.handle(.brokerAnswers, at: now), liaison)
        case .allConnected(let count): report(.allConnected(count))
        case .cardRefused(let agent, let why):
            report(.trouble("the broker refused the card of \(agent): \(why)"))
        case .sessions(let sessions):
            let names = plan.agents.flatMap {
                children.present(of: $0.id, sessions: sessions[$0.id] ?? [])
            }
            perform(supervision.handle(.present(Set(names)), at: now), liaison)
            if case .marks = containment.kind {
                adopted = Orphans.adopted().map(\.recorded)
            }
        case .asked(let agent):
            perform(supervision.handle(.asked(agent: agent), at: now), liaison)
        case .restart(let agent):
            perform(supervision.handle(.restart(agent: agent), at: now), liaison)
        case .trouble(let text):
            report(.trouble(text))
        }
    }

    private func tellStrays(_ ended: ChildTable.Ended) {
        guard !ended.strays.isEmpty else { return }
        let text = ended.strays.map { "\($0.name) (process \($0.processID))" }
            .joined(separator: ", ")
        if supervision.isStopping { killed.append("\(text), left behind by \(ended.name)") }
        report(.strays(ended.name, text))
    }

    private func perform(_ outputs: [Supervision.Output], _ liaison: BrokerLiaison) {
        for output in outputs {
            switch output {
            case .start(let name): start(name, liaison)
            case .terminate(let name): children.terminate(name)
            case .kill(let name): children.kill(name)
            case .note(let name, let note): tell(name, note)
            case .escalate(let agent, let ends, let last): escalate(agent, ends, last, liaison)
            case .settle(let agent): liaison.settle(agent: agent)
            case .finish(let how): finish = how
            }
        }
    }

    private func start(_ name: ChildName, _ liaison: BrokerLiaison) {
        let program: Program
        switch name {
        case .broker:
            program = plan.broker
        case .agent(let agent, _):
            guard let planned = plan.agents.first(where: { $0.id == agent }) else {
                preconditionFailure("\(agent) is supervised but not planned")
            }
            program = planned.program
        }
        do throws(SystemError) {
            // Without an endpoint file the child looks into its home itself, and says so.
            try children.start(name, program, endpoint: (try? plan.home.endpoint()) ?? nil)
            report(.started(name))
        } catch {
            perform(supervision.handle(.failedToStart(name, "\(error)"), at: now), liaison)
        }
    }

    private func tell(_ name: ChildName, _ note: Supervision.Note) {
        switch note {
        case .ended(let why, let wait):
            report(.ended(name, why + lastWords(of: name), restartIn: wait))
        case .quarantined(let why, let wait):
            report(.quarantined(name, why + lastWords(of: name), restartIn: wait))
        case .recovered: report(.recovered(name))
        case .hung(let why): report(.hung(name, why))
        case .killed:
            if supervision.isStopping {
                let number = children.process(of: name)?.0?.processID
                killed.append(
                    "\(name)" + (number.map { " (process \($0))" } ?? "")
                        + ", which did not end when asked to")
            }
            report(.killed(name))
        }
    }

    /// What it said last, such as the last line of a traceback.
    private func lastWords(of name: ChildName) -> String {
        LogTail.lastWords(of: plan.home.log(of: "\(name)")).map { ": \($0)" } ?? ""
    }

    private func escalate(_ agent: String, _ ends: Int, _ last: String, _ liaison: BrokerLiaison) {
        let log = plan.home.log(of: agent)
        liaison.raise(
            agent: agent,
            CrashLoopEscalation.document(
                agent: agent, ends: ends, last: last, log: log,
                lastWords: LogTail.lastWords(of: log)))
    }

    /// False once the home is not the one that was taken. Looked at when something happens: a home
    /// that vanishes ends its broker, and that is something.
    private var ownsHome: Bool {
        guard let lockFile else { return true }
        guard let found = (try? Files.status(of: plan.home.supervisorLock)) ?? nil else {
            return false
        }
        return found.inode == lockFile.inode && found.device == lockFile.device
    }

    // MARK: Records

    /// Ends what an earlier supervisor left behind when it died without saying goodbye.
    private func endLeftovers(_ record: ProcessRecord?) {
        let leftovers = Leftovers(plan.home, record, limits: plan.settings.limits)
        let killed = leftovers.end {
            report(.trouble("ending \($0.description), left over from an earlier run"))
        }.killed
        for one in killed { report(.trouble("killed \(one.description), left over")) }
    }

    private func writeRecord() {
        let record = currentRecord()
        let bytes = record.json.encoded()
        guard bytes != lastRecord else { return }
        do throws(SystemError) {
            try record.write(to: plan.home)
            lastRecord = bytes
        } catch {
            // The processes matter more than their record; the next change tries again.
            report(.trouble("\(error)"))
        }
    }

    private func currentRecord() -> ProcessRecord {
        let own = RecordedProcess(running: Host.processID)
        let supervisor = ProcessRecord.Entry(
            name: "supervisor", process: own, startedMicroseconds: startedMicroseconds,
            state: finish == nil ? (supervision.isStopping ? "stopping" : "running") : "ended",
            log: plan.home.log(of: "supervisor"))
        let entries = supervision.children.map { child -> ProcessRecord.Entry in
            let running = children.process(of: child.name)
            var name = "broker"
            var instance = 1
            if case .agent(let agent, let number) = child.name {
                name = agent
                instance = number
            }
            var retry: Int64?
            if case .backoff(let until) = child.state {
                retry = startedMicroseconds + Int64((until - startedAt) / .microseconds(1))
            }
            return ProcessRecord.Entry(
                name: name, instance: instance, process: running?.0,
                startedMicroseconds: running?.startedMicroseconds, state: child.word,
                restarts: child.restarts, lastEnd: child.lastEnd,
                retryMicroseconds: retry, log: plan.home.log(of: "\(child.name)"))
        }
        var record = ProcessRecord(
            supervisor: supervisor, broker: entries[0], agents: Array(entries.dropFirst()),
            containment: containment.kind, killed: killed, settings: plan.settings.json)
        record.adopted = adopted
        return record
    }
}

/// Why a supervisor cannot even begin.
package enum SupervisorFailure: Error, Sendable {
    /// Another one has the home.
    case homeIsHeld(by: Int32?)
    case system(SystemError)
}
