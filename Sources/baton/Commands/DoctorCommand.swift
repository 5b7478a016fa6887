// `baton doctor`: what is wrong with a home, and how to mend it. It only looks, and proposes
// nothing that could destroy anything.
import BatonBrief
import BatonClient
import BatonJournal
import BatonJournalSQLite
import BatonPlatform
import BatonSupervisor
import CommandTree
import JSON

extension CommandLineTree {
    static let doctorCommand = Command(
        "doctor", "what is wrong with this home, and how to mend it",
        notes: ["It only looks. Nothing that it proposes deletes anything."],
        options: [Option("agents", "DIR", "the folder with the cards", kind: .directory)],
        examples: [Example("baton doctor", "home, broker, processes, disk, cards")],
        exits: [
            ExitNote(.done, "nothing is wrong"),
            ExitNote(.failed, "something is; each with its remedy"),
        ],
        alsoCalled: ["diagnose", "health"],
        action: { (invocation) throws(CommandFailure) in
            let console = Console(invocation)
            let home = try Broker.home(invocation)
            let examination = Examination(home, agents: invocation.option("agents"))
            console.result(examination.json) { examination.text(console) }
            return examination.isHealthy ? .done : .failed
        })
}

/// A look at everything that a home needs.
struct Examination {
    /// One thing looked at.
    struct Finding {
        enum Grade: String { case good, remark, bad }
        let grade: Grade
        let subject: String
        let message: String
        /// What mends it: a command, or a sentence.
        let remedy: String?
    }

    private let home: Home
    private(set) var findings: [Finding] = []

    var isHealthy: Bool { !findings.contains { $0.grade == .bad } }

    init(_ home: Home, agents: String?) {
        self.home = home
        note(.good, "program", "baton \(BatonProgram.version)")
        guard examineFolder() else { return }
        examineDisk()
        examineJournal()
        let record = ProcessRecord.read(home)
        examineProcesses(record)
        examineBroker(record)
        examineCards(agents)
    }

    private mutating func note(
        _ grade: Finding.Grade, _ subject: String, _ message: String, remedy: String? = nil
    ) {
        findings.append(Finding(grade: grade, subject: subject, message: message, remedy: remedy))
    }

    /// False when there is nothing more to look at.
    private mutating func examineFolder() -> Bool {
        let chosen =
            switch home.origin {
            case .option: "given by --home"
            case .environment: "from BATON_HOME"
            case .found: "the nearest .baton"
            case .missing: "not made yet"
            }
        // Not being able to look is itself what there is to say.
        guard let status = try? Files.status(of: home.path) else {
            note(
                .remark, "home", "\(home.path) does not exist (\(chosen))",
                remedy: Broker.upLine(home))
            return false
        }
        guard status.kind == .directory else {
            note(.bad, "home", "\(home.path) is no folder", remedy: "name another: --home DIR")
            return false
        }
        if status.userID != Host.userID {
            note(
                .bad, "home",
                "\(home.path) belongs to \(Host.userName(of: status.userID)); you are "
                    + Host.userName(),
                remedy: "act as \(Host.userName(of: status.userID)), or use a home of your own")
        } else if status.permissions & 0o077 != 0 {
            note(
                .bad, "home",
                "\(home.path) is open to other users (mode \(octal(status.permissions)))",
                remedy: "chmod 700 \(ShellWord.quoted(home.path))")
        } else {
            note(.good, "home", "\(home.path) (\(chosen)), for you alone")
        }
        return true
    }

    private mutating func examineDisk() {
        guard let free = try? Files.freePercent(at: home.path) else { return }
        let text = "\(Int(free)) % free"
        if free < 5 {
            note(
                .bad, "disk", "\(text); below 5 % new briefs are refused",
                remedy:
                    "free space on the disk of \(home.path): df -h \(ShellWord.quoted(home.path))")
        } else if free < 25 {
            note(
                .remark, "disk", "\(text); below 5 % new briefs will be refused",
                remedy: "df -h \(ShellWord.quoted(home.path))")
        } else {
            note(.good, "disk", text)
        }
    }

    /// A journal that is gone with its id still there, or the other way round.
    private mutating func examineJournal() {
        let journal = JournalFiles.database(in: home.path)
        let identity = JournalIdentity.path(in: home.path)
        // Not being able to look is what the broker will say.
        guard let hasJournal = try? Files.exists(journal),
            let hasIdentity = try? Files.exists(identity), hasJournal != hasIdentity
        else { return }
        let (missing, there) = hasJournal ? (identity, journal) : (journal, identity)
        note(
            .bad, "journal", "\(missing) is missing, though \(there) is there",
            remedy: "restore it from a backup, with its log (-wal); no new one is made")
    }

    private mutating func examineProcesses(_ record: ProcessRecord?) {
        guard let record else {
            note(.remark, "supervisor", "`baton up` never ran here", remedy: Broker.upLine(home))
            return
        }
        if record.supervisor.isAlive {
            let number = record.supervisor.process.map { String($0.processID) } ?? "?"
            if record.supervisor.process.flatMap({ ProcessFacts.read($0.processID) })?.isStopped
                == true
            {
                note(
                    .bad, "supervisor", "process \(number) was stopped by a signal",
                    remedy: "kill -CONT \(number)")
            } else {
                note(.good, "supervisor", "runs as process \(number)")
            }
            note(.good, "containment", record.containment.text)
            for entry in record.agents where entry.state == "quarantined" && !entry.isAlive {
                note(
                    .bad, entry.name,
                    "crash-loops; it last ended with \(entry.lastEnd ?? "an unknown status")",
                    remedy: "baton agent logs \(entry.name); once it is mended, "
                        + "baton agent restart \(entry.name)")
            }
            return
        }
        let left = Leftovers(home, record, limits: Supervision.Limits()).find()
        if left.isEmpty {
            note(.remark, "supervisor", "does not run", remedy: Broker.upLine(home))
        } else {
            let names = left.map(\.description)
            note(
                .bad, "supervisor",
                "does not run, but what it started does: \(names.joined(separator: ", "))",
                remedy: "baton down")
        }
    }

    private mutating func examineBroker(_ record: ProcessRecord?) {
        guard let endpoint = (try? home.endpoint()) ?? nil else {
            note(.remark, "broker", "no broker has run here yet", remedy: Broker.upLine(home))
            return
        }
        do throws(ClientError) {
            let client = try Client(endpoint: endpoint, name: "baton doctor")
            defer { client.close() }
            let status = try client.status(timeout: .seconds(5)).json()
            let version = status.value(at: "/broker/version")?.stringValue ?? "?"
            note(.good, "broker", "answers at \(endpoint), version \(version)")
            if let served = status.value(at: "/broker/home")?.stringValue, served != home.path {
                note(
                    .bad, "home", "the broker that answers serves \(served), not \(home.path)",
                    remedy: Broker.upLine(home))
            }
            if version != BatonProgram.version {
                note(
                    .remark, "version",
                    "the broker is baton \(version), this program \(BatonProgram.version)",
                    remedy: "baton down && baton up --detach")
            }
            examine(status)
        } catch {
            note(
                .bad, "broker", "\(error)",
                remedy: record?.supervisor.isAlive == true
                    ? "baton agent logs broker" : Broker.upLine(home))
        }
    }

    private mutating func examine(_ status: JSONValue) {
        let agents = status["agents"]?.arrayValue ?? []
        for row in agents where (row["connected"]?.integerValue ?? 0) == 0 {
            let name = BrokerRows.text(row, "agent")
            guard row["registered"]?.boolValue != false else {
                examineWithdrawn(name, row)
                continue
            }
            note(
                .bad, name, "is registered but not connected: its tasks wait",
                remedy: "baton agent logs \(name)")
        }
        if let dead = status.value(at: "/tasks/dead")?.integerValue, dead > 0 {
            note(
                .remark, "tasks", "\(dead) \(dead == 1 ? "is" : "are") dead",
                remedy: "baton dead list")
        }
        let open = status["escalations"]?.arrayValue?.count ?? 0
        if open > 0 {
            note(
                .remark, "escalations", "\(open) \(open == 1 ? "waits" : "wait") for a decision",
                remedy: "baton escalation list")
        }
    }

    /// An agent whose card is gone matters only while tasks wait for it.
    private mutating func examineWithdrawn(_ name: String, _ row: JSONValue) {
        let waiting = (row["ready"]?.integerValue ?? 0) + (row["leased"]?.integerValue ?? 0)
        guard waiting > 0 else { return }
        note(
            .bad, name,
            "was withdrawn (its card is gone), and \(waiting) of its tasks "
                + (waiting == 1 ? "waits" : "wait"),
            remedy: "baton task list --agent \(name)")
    }

    private mutating func examineCards(_ option: String?) {
        do throws(CommandFailure) {
            let folder = try CardFolder.choose(option: option, home: home)
            let bad = folder.set.reports.filter { $0.diagnostics.hasErrors }
            if bad.isEmpty {
                note(
                    .good, "cards",
                    "\(folder.set.cards.count) in \(folder.path) (\(folder.origin))")
            }
            for report in bad {
                note(
                    .bad, "cards", "\(folder.path)/\(report.path) cannot be used",
                    remedy: "baton agent check \(ShellWord.quoted("\(folder.path)/\(report.path)"))"
                )
            }
        } catch {
            note(.bad, "cards", error.message)
        }
    }

    private func octal(_ permissions: UInt32) -> String { String(permissions, radix: 8) }

    var json: JSONValue {
        [
            "home": .string(home.path), "healthy": .bool(isHealthy),
            "findings": .array(
                findings.map { finding in
                    var entry = JSONObject([
                        ("grade", .string(finding.grade.rawValue)),
                        ("subject", .string(finding.subject)),
                        ("message", .string(finding.message)),
                    ])
                    entry["remedy"] = finding.remedy.map { .string($0) }
                    return .object(entry)
                }),
        ]
    }

    func text(_ console: Console) -> String {
        let paint = console.paint
        var lines = findings.map { finding -> String in
            let mark =
                switch finding.grade {
                case .good: paint.green("good   ")
                case .remark: paint.yellow("remark ")
                case .bad: paint.red("wrong  ")
                }
            var line = "\(mark) \(paint.bold(finding.subject)): \(Prose.harmless(finding.message))"
            if let remedy = finding.remedy { line += "\n          \(paint.cyan(remedy))" }
            return line
        }
        lines.append("")
        lines.append(
            isHealthy ? paint.green("Nothing is wrong.") : paint.red("Something is wrong."))
        return lines.joined(separator: "\n")
    }
}
