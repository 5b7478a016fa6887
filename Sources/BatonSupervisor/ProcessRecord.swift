// `<home>/agents.json`: the processes in the supervisor's care, for `status`, `down`, `doctor` and
// the next `up`. Replaced as a whole whenever something changes.
package import BatonPlatform
package import JSON

/// What is on record about the processes of a home.
package struct ProcessRecord: Sendable {
    /// One process.
    package struct Entry: Sendable {
        /// `supervisor`, `broker`, or an agent's id.
        package var name: String
        /// From 1, for agents.
        package var instance: Int
        /// Nil while it does not run.
        package var process: RecordedProcess?
        /// Wall clock, microseconds.
        package var startedMicroseconds: Int64?
        package var state: String
        package var restarts: Int
        package var lastEnd: String?
        /// When it is started again, wall clock, microseconds; while it waits for that.
        package var retryMicroseconds: Int64?
        package var log: String

        package init(
            name: String, instance: Int = 1, process: RecordedProcess?,
            startedMicroseconds: Int64?, state: String, restarts: Int = 0, lastEnd: String? = nil,
            retryMicroseconds: Int64? = nil, log: String
        ) {
            self.name = name
            self.instance = instance
            self.process = process
            self.startedMicroseconds = startedMicroseconds
            self.state = state
            self.restarts = restarts
            self.lastEnd = lastEnd
            self.retryMicroseconds = retryMicroseconds
            self.log = log
        }

        /// True when the recorded process is still there.
        package var isAlive: Bool { process?.isRunning ?? false }

        /// True when the last process ended because somebody wanted it started anew.
        package var hasEndedForRestart: Bool {
            lastEnd?.hasSuffix(SupervisedChild.restartMark) ?? false
        }
    }

    package var supervisor: Entry
    package var broker: Entry
    package var agents: [Entry]
    /// What keeps the processes together.
    package var containment: Containment.Kind
    /// Orphans of the agents, as far as the supervisor has seen any: where there is no cgroup, and
    /// a process has shed its mark, this is how it is found.
    package var adopted: [RecordedProcess] = []
    /// What did not end when asked to, or was left behind, and had to be killed since the
    /// supervisor was asked to stop; in words.
    package var killed: [String]
    /// The settings in force.
    package var settings: JSONValue

    package init(
        supervisor: Entry, broker: Entry, agents: [Entry],
        containment: Containment.Kind = .marks(""), killed: [String] = [],
        settings: JSONValue = [:]
    ) {
        self.supervisor = supervisor
        self.broker = broker
        self.agents = agents
        self.containment = containment
        self.killed = killed
        self.settings = settings
    }

    /// All of them, the supervisor first.
    package var all: [Entry] { [supervisor, broker] + agents }

    package var json: JSONValue {
        [
            "format": "baton.processes/1", "boot": .string(Host.bootID()),
            "supervisor": supervisor.json, "broker": broker.json,
            "agents": .array(agents.map(\.json)), "containment": containment.json,
            "adopted": .array(
                adopted.map {
                    [
                        "pid": .integer(Int64($0.processID)),
                        "start_ticks": .integer(Int64($0.startTicks)),
                    ]
                }),
            "killed": .array(killed.map { .string($0) }), "settings": settings,
        ]
    }

    /// Reads the record of a home; nil when there is none, or when it is not one of ours.
    package static func read(_ home: Home) -> ProcessRecord? {
        // A home where nothing was supervised yet has none, which is no fault; neither is a file
        // of another version one that this program could mend.
        guard let bytes = try? Files.read(home.processesFile, bytesMax: 1 << 20),
            let document = try? JSONValue(parsing: bytes),
            let supervisor = document["supervisor"].flatMap(Entry.init(json:)),
            let broker = document["broker"].flatMap(Entry.init(json:))
        else { return nil }
        let agents = (document["agents"]?.arrayValue ?? []).compactMap(Entry.init(json:))
        var record = ProcessRecord(
            supervisor: supervisor, broker: broker, agents: agents,
            containment: Containment.Kind(json: document["containment"]),
            killed: (document["killed"]?.arrayValue ?? []).compactMap(\.stringValue),
            settings: document["settings"] ?? [:])
        record.adopted = (document["adopted"]?.arrayValue ?? [])
            .compactMap(RecordedProcess.init(json:))
        if let boot = document["boot"]?.stringValue, boot != Host.bootID() {
            record.forgetProcesses()
        }
        return record
    }

    /// Since the machine was started anew, the numbers mean nothing: at each start the same
    /// program may even get the same number at the same tick.
    private mutating func forgetProcesses() {
        supervisor.process = nil
        broker.process = nil
        for index in agents.indices { agents[index].process = nil }
        adopted = []
    }

    /// Replaces the record of a home.
    package func write(to home: Home) throws(SystemError) {
        try Files.writeAtomically(
            [UInt8](json.prettyPrinted().utf8), to: home.processesFile, mode: 0o600)
    }
}

extension ProcessRecord.Entry {
    var json: JSONValue {
        var object = JSONObject([
            ("name", .string(name)), ("instance", .integer(Int64(instance))),
            ("state", .string(state)),
        ])
        if let process {
            object["pid"] = .integer(Int64(process.processID))
            object["start_ticks"] = .integer(Int64(process.startTicks))
        }
        object["started_us"] = startedMicroseconds.map { .integer($0) }
        object["restarts"] = .integer(Int64(restarts))
        object["last_end"] = lastEnd.map { .string($0) }
        object["retry_us"] = retryMicroseconds.map { .integer($0) }
        object["log"] = .string(log)
        return .object(object)
    }

    init?(json: JSONValue) {
        guard let name = json["name"]?.stringValue, let state = json["state"]?.stringValue else {
            return nil
        }
        let process = RecordedProcess(json: json)
        self.init(
            name: name, instance: Int(json["instance"]?.integerValue ?? 1), process: process,
            startedMicroseconds: json["started_us"]?.integerValue, state: state,
            restarts: Int(json["restarts"]?.integerValue ?? 0),
            lastEnd: json["last_end"]?.stringValue,
            retryMicroseconds: json["retry_us"]?.integerValue, log: json["log"]?.stringValue ?? "")
    }
}

extension RecordedProcess {
    /// Nil where none is named. 0 and below would mean whole groups to the kernel.
    fileprivate init?(json: JSONValue) {
        guard let id = json["pid"]?.integerValue.flatMap({ Int32(exactly: $0) }), id > 0,
            let ticks = json["start_ticks"]?.integerValue.flatMap({ UInt64(exactly: $0) })
        else { return nil }
        self.init(processID: id, startTicks: ticks)
    }
}
