// An agent's card as data. CardParser reads it from Markdown; this file turns it into card.json,
// which is what the broker registers, and back.
package import JSON

/// An agent's card.
package struct Card: Sendable, Hashable {
    /// The engine that does an agent's thinking.
    package enum Brain: String, Sendable {
        case builtin, command
    }

    /// An input without which the agent cannot work.
    package struct RequiredInput: Sendable, Hashable {
        /// `/inputs/slo/availability`, a pointer into packet.json; `*` stands for any list element.
        package var pointer: String
        package var why: String
        /// What `assume: conservative` would assume, in base units; nil if it must not be assumed.
        package var assumable: JSONValue?
        /// The field as a person writes it: `slo.availability`.
        package var field: String

        package init(pointer: String, why: String, assumable: JSONValue? = nil, field: String) {
            self.pointer = pointer
            self.why = why
            self.assumable = assumable
            self.field = field
        }
    }

    /// What makes the orchestrator choose the agent.
    package struct Activation: Sendable, Hashable {
        package var tags: [String] = []
        package var phrases: [String] = []
        /// Pointers into packet.json.
        package var inputs: [String] = []

        package init(tags: [String] = [], phrases: [String] = [], inputs: [String] = []) {
            self.tags = tags
            self.phrases = phrases
            self.inputs = inputs
        }
    }

    /// `30/m`: at most so many in any stretch of so many seconds.
    package struct Rate: Sendable, Hashable {
        package var count: Int
        package var seconds: Double

        package init(count: Int, seconds: Double) {
            self.count = count
            self.seconds = seconds
        }
    }

    package var id: String
    package var name: String
    package var description: String = ""
    package var tags: [String] = []
    package var hosts: [String] = []
    /// Ids of agents that must be registered.
    package var dependencies: [String] = []
    package var brain: Brain?
    package var command: [String]?
    /// `claude` or `codex`.
    package var preset: String?
    package var worker: [String]?
    /// Programs that are run before the brain begins, for what they print.
    package var context: [[String]] = []
    /// Names of environment variables passed through.
    package var env: [String] = []
    package var isReviewed: Bool = false
    /// Seconds; nil leaves the broker's default.
    package var attemptTimeout: Double?
    /// Seconds; nil leaves the broker's default.
    package var silenceTimeout: Double?
    /// At most so many tasks are handed out in any such time; nil leaves the broker's default.
    package var rate: Rate?
    /// Processes that `up` starts.
    package var instances: Int = 1
    /// Tasks at once in one instance.
    package var concurrency: Int = 1
    package var activation = Activation()
    package var requiredInputs: [RequiredInput] = []
    package var deliverables: [String] = []
    /// Text of each section by its heading in lower case.
    package var sections = JSONObject()
    package var body: String = ""
    /// Unknown and `x-*` keys.
    package var extra = JSONObject()
    /// The path below the agents folder.
    package var source: String?

    package init(id: String, name: String) {
        self.id = id
        self.name = name
    }

    /// Whether `up` can make a process of it without knowing a built-in engine.
    package var hasEngine: Bool { brain != nil || worker != nil || command != nil || preset != nil }
}

extension Card {
    /// card.json.
    package var json: JSONValue {
        var object = JSONObject([
            ("format", .string(DocumentKind.card.format)), ("id", .string(id)),
            ("name", .string(name)), ("description", .string(description)),
            ("tags", JSONValue(texts: tags)), ("hosts", JSONValue(texts: hosts)),
            ("dependencies", JSONValue(texts: dependencies)),
        ])
        object["brain"] = brain.map { .string($0.rawValue) }
        object["command"] = command.map { JSONValue(texts: $0) }
        object["preset"] = preset.map { .string($0) }
        object["worker"] = worker.map { JSONValue(texts: $0) }
        if !context.isEmpty { object["context"] = .array(context.map { JSONValue(texts: $0) }) }
        object["env"] = JSONValue(texts: env)
        object["review"] = .string(isReviewed ? "required" : "none")
        object["attempt_timeout"] = attemptTimeout.map { JSONValue(canonical: $0) }
        object["silence_timeout"] = silenceTimeout.map { JSONValue(canonical: $0) }
        object["rate"] = rate.map {
            ["count": .integer(Int64($0.count)), "per": JSONValue(canonical: $0.seconds)]
        }
        object["instances"] = .integer(Int64(instances))
        object["concurrency"] = .integer(Int64(concurrency))
        object["activation"] = [
            "tags": JSONValue(texts: activation.tags),
            "phrases": JSONValue(texts: activation.phrases),
            "inputs": JSONValue(texts: activation.inputs),
        ]
        object["required_inputs"] = .array(
            requiredInputs.map { input in
                var entry = JSONObject([
                    ("pointer", .string(input.pointer)), ("why", .string(input.why)),
                ])
                entry["assumable"] = input.assumable
                entry["field"] = .string(input.field)
                return .object(entry)
            })
        object["deliverables"] = JSONValue(texts: deliverables)
        object["sections"] = .object(sections)
        object["body"] = .string(body)
        object["extra"] = .object(extra)
        object["source"] = source.map { .string($0) }
        return .object(object)
    }

    /// Reads card.json.
    /// - Throws: every finding.
    package init(_ document: JSONValue) throws(DocumentRefusal) {
        let findings = DocumentKind.card.findings(in: document)
        guard findings.isEmpty else { throw DocumentRefusal(findings) }
        self.init(
            id: document["id"]?.stringValue ?? "", name: document["name"]?.stringValue ?? "")
        description = document["description"]?.stringValue ?? ""
        tags = document["tags"]?.texts ?? []
        hosts = document["hosts"]?.texts ?? []
        dependencies = document["dependencies"]?.texts ?? []
        brain = document["brain"]?.stringValue.flatMap { Brain(rawValue: $0) }
        command = document["command"]?.texts
        preset = document["preset"]?.stringValue
        worker = document["worker"]?.texts
        context = (document["context"]?.arrayValue ?? []).compactMap(\.texts)
        env = document["env"]?.texts ?? []
        isReviewed = document["review"]?.stringValue == "required"
        attemptTimeout = document["attempt_timeout"]?.doubleValue
        silenceTimeout = document["silence_timeout"]?.doubleValue
        if let count = document["rate"]?["count"]?.integerValue,
            let seconds = document["rate"]?["per"]?.doubleValue
        {
            rate = Rate(count: Int(count), seconds: seconds)
        }
        instances = Int(document["instances"]?.integerValue ?? 1)
        concurrency = Int(document["concurrency"]?.integerValue ?? 1)
        activation = Activation(
            tags: document["activation"]?["tags"]?.texts ?? [],
            phrases: document["activation"]?["phrases"]?.texts ?? [],
            inputs: document["activation"]?["inputs"]?.texts ?? [])
        requiredInputs = (document["required_inputs"]?.arrayValue ?? []).map { entry in
            RequiredInput(
                pointer: entry["pointer"]?.stringValue ?? "",
                why: entry["why"]?.stringValue ?? "", assumable: entry["assumable"],
                field: entry["field"]?.stringValue ?? "")
        }
        deliverables = document["deliverables"]?.texts ?? []
        sections = document["sections"]?.objectValue ?? JSONObject()
        body = document["body"]?.stringValue ?? ""
        extra = document["extra"]?.objectValue ?? JSONObject()
        source = document["source"]?.stringValue
    }
}
