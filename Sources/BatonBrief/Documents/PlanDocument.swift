// plan.json: what a plan task delivers. The broker takes it whole or refuses it with every finding,
// so all rules that can be checked without the registry stand here.
package import JSON

/// A plan: the route with its reasons, the tasks, and what the close is asked.
package struct PlanDocument: Sendable, Hashable {
    /// One agent considered for the route.
    package struct RouteEntry: Sendable, Hashable {
        package var agent: String
        package var score: Double
        package var chosen: Bool
        package var reasons: [String]

        package init(agent: String, score: Double, chosen: Bool, reasons: [String]) {
            self.agent = agent
            self.score = score
            self.chosen = chosen
            self.reasons = reasons
        }
    }

    /// One task that the broker is asked to make.
    package struct PlannedTask: Sendable, Hashable {
        package var id: String
        package var agent: String
        package var title: String
        package var instructions: String
        package var dependsOn: [String] = []
        /// What the playbook asks of it beyond the five documents.
        package var deliver: [DeliveryItem] = []
        /// 0...9, 9 first.
        package var priority: Int = 0
        /// Seconds from the plan's acceptance.
        package var deadline: Double?
        /// UTC microseconds.
        package var notBefore: Int64?
        /// Seconds.
        package var attemptTimeout: Double?
        /// Seconds.
        package var silenceTimeout: Double?

        package init(
            id: String, agent: String, title: String, instructions: String,
            dependsOn: [String] = [], priority: Int = 0,
        ) {
            self.id = id
            self.agent = agent
            self.title = title
            self.instructions = instructions
            self.dependsOn = dependsOn
            self.priority = priority
        }
    }

    /// A gate before the close, passed by evidence that somebody adds.
    package struct Gate: Sendable, Hashable {
        /// Such as `validation.load`.
        package var id: String
        /// What evidence is wanted.
        package var title: String

        package init(id: String, title: String) {
            self.id = id
            self.title = title
        }
    }

    /// Limits on a plan. DESIGN: 64 tasks, a chain of 16.
    package struct Limits: Sendable {
        package var tasksMax: Int
        package var chainMax: Int

        package init(tasksMax: Int, chainMax: Int) {
            self.tasksMax = tasksMax
            self.chainMax = chainMax
        }

        package static let standard = Limits(tasksMax: 64, chainMax: 16)
    }

    package var playbook: String
    package var route: [RouteEntry]
    /// Requirement objects: id, text, kind, source.
    package var requirements: [JSONValue]
    /// Assumption objects; empty is written `none stated`.
    package var assumptions: [JSONValue]
    package var tasks: [PlannedTask]
    package var gates: [Gate]
    package var closeTitle: String
    package var closeInstructions: String
    /// What the playbook asks of the closing handoff.
    package var closeDeliver: [DeliveryItem]

    package init(
        playbook: String = "default", route: [RouteEntry], requirements: [JSONValue],
        assumptions: [JSONValue], tasks: [PlannedTask], gates: [Gate] = [], closeTitle: String,
        closeInstructions: String, closeDeliver: [DeliveryItem] = [],
    ) {
        self.playbook = playbook
        self.route = route
        self.requirements = requirements
        self.assumptions = assumptions
        self.tasks = tasks
        self.gates = gates
        self.closeTitle = closeTitle
        self.closeInstructions = closeInstructions
        self.closeDeliver = closeDeliver
    }

    /// Reads a plan.
    /// - Throws: every finding: the shape, ids, dependencies, cycles, limits, `core.*` agents.
    package init(_ document: JSONValue, limits: Limits = .standard) throws(DocumentRefusal) {
        var findings = DocumentKind.planShape.findings(in: document)
        if findings.isEmpty { findings = Self.ruleFindings(in: document, limits: limits) }
        guard findings.isEmpty else { throw DocumentRefusal(findings) }
        playbook = document["playbook"]?.stringValue ?? ""
        route = (document["route"]?.arrayValue ?? []).map { entry in
            RouteEntry(
                agent: entry["agent"]?.stringValue ?? "", score: entry["score"]?.doubleValue ?? 0,
                chosen: entry["chosen"]?.boolValue ?? false,
                reasons: entry["reasons"]?.texts ?? [])
        }
        requirements = document["requirements"]?.arrayValue ?? []
        assumptions = document["assumptions"]?.arrayValue ?? []
        tasks = (document["tasks"]?.arrayValue ?? []).map(PlannedTask.init)
        gates = (document["gates"]?.arrayValue ?? []).map { gate in
            Gate(id: gate["id"]?.stringValue ?? "", title: gate["title"]?.stringValue ?? "")
        }
        closeTitle = document["close"]?["title"]?.stringValue ?? ""
        closeInstructions = document["close"]?["instructions"]?.stringValue ?? ""
        closeDeliver = (document["close"]?["deliver"]?.arrayValue ?? []).map(DeliveryItem.init)
    }

    /// The document.
    package var json: JSONValue {
        var object = JSONObject([
            ("format", .string(DocumentKind.plan.format)),
            ("playbook", .string(playbook)),
            (
                "route",
                .array(
                    route.map { entry in
                        [
                            "agent": .string(entry.agent),
                            "score": JSONValue(canonical: entry.score),
                            "chosen": .bool(entry.chosen),
                            "reasons": JSONValue(texts: entry.reasons),
                        ]
                    })
            ),
            ("requirements", .array(requirements)),
            ("assumptions", assumptions.isEmpty ? .string(noneStated) : .array(assumptions)),
            ("tasks", .array(tasks.map(\.json))),
        ])
        if !gates.isEmpty {
            object["gates"] = .array(
                gates.map { ["id": .string($0.id), "title": .string($0.title)] })
        }
        var close: JSONValue = [
            "title": .string(closeTitle), "instructions": .string(closeInstructions),
        ]
        if !closeDeliver.isEmpty { close["deliver"] = .array(closeDeliver.map(\.json)) }
        object["close"] = close
        return .object(object)
    }
}

extension PlanDocument.PlannedTask {
    fileprivate init(_ value: JSONValue) {
        self.init(
            id: value["id"]?.stringValue ?? "", agent: value["agent"]?.stringValue ?? "",
            title: value["title"]?.stringValue ?? "",
            instructions: value["instructions"]?.stringValue ?? "",
            dependsOn: value["depends_on"]?.texts ?? [],
            priority: Int(value["priority"]?.integerValue ?? 0))
        deliver = (value["deliver"]?.arrayValue ?? []).map(DeliveryItem.init)
        deadline = value["deadline"]?.doubleValue
        notBefore = value["not_before"]?.integerValue
        attemptTimeout = value["attempt_timeout"]?.doubleValue
        silenceTimeout = value["silence_timeout"]?.doubleValue
    }

    /// The task's entry in the plan.
    package var json: JSONValue {
        var object = JSONObject([
            ("id", .string(id)), ("agent", .string(agent)), ("title", .string(title)),
            ("instructions", .string(instructions)), ("depends_on", JSONValue(texts: dependsOn)),
            ("priority", .integer(Int64(priority))),
        ])
        if !deliver.isEmpty { object["deliver"] = .array(deliver.map(\.json)) }
        object["deadline"] = deadline.map { JSONValue(canonical: $0) }
        object["not_before"] = notBefore.map { .integer($0) }
        object["attempt_timeout"] = attemptTimeout.map { JSONValue(canonical: $0) }
        object["silence_timeout"] = silenceTimeout.map { JSONValue(canonical: $0) }
        return .object(object)
    }
}

extension JSONValue {
    /// A list of texts.
    package init(texts: [String]) {
        self = .array(texts.map { .string($0) })
    }

    /// The texts of a list; other elements are skipped. Nil if this is no list.
    package var texts: [String]? {
        arrayValue.map { $0.compactMap(\.stringValue) }
    }
}
