// Reads a playbook's front matter; its body is for people. Every mistake is told, with its line.

import YAML

package enum PlaybookParser {
    /// Chapters of a closing handoff that the orchestrator knows how to write.
    package static let chapters = ["contract", "rollout", "validation", "risks", "confidence"]

    /// Reads a playbook and reports everything that is wrong with it.
    package static func parse(_ bytes: [UInt8]) -> PlaybookReading {
        var reader = PlaybookReader()
        let playbook = reader.read(bytes)
        return PlaybookReading(
            playbook: reader.diagnostics.hasErrors ? nil : playbook,
            diagnostics: reader.diagnostics.inOrder)
    }
}

/// One playbook while it is read.
private struct PlaybookReader {
    private(set) var diagnostics: [Diagnostic] = []
    private var offset = 0

    private mutating func note(_ line: Int?, _ message: String, _ suggestion: String) {
        diagnostics.append(
            Diagnostic(.error, line: line.map { $0 + offset }, message, suggestion: suggestion))
    }

    mutating func read(_ bytes: [UInt8]) -> Playbook? {
        guard bytes.count <= Playbook.bytesMax else {
            note(
                nil, "the playbook of \(bytes.count) bytes exceeds bytesMax \(Playbook.bytesMax)",
                "shorten it")
            return nil
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            note(nil, "the playbook is not UTF-8 text", "save it as UTF-8 text")
            return nil
        }
        let front = FrontMatter(splitting: text)
        offset = front.yamlLineOffset
        guard let yaml = front.yaml, !front.isUnclosed else {
            note(nil, "the playbook has no front matter", "begin it with --- and end that with ---")
            return nil
        }
        do {
            guard let root = try YAMLDocument(parsing: yaml).root, root.members != nil else {
                note(1, "the front matter is no map of keys", "write id, name, phases and tasks")
                return nil
            }
            return read(root)
        } catch {
            note(error.line, "the front matter is not YAML: \(error.message)", "mend it")
            return nil
        }
    }

    private mutating func read(_ root: YAMLNode) -> Playbook {
        check(
            root, "a playbook", ["id", "name", "roles", "phases", "tasks", "gates", "closing"])
        let closing = entries(root["closing"], "closing").compactMap { node -> String? in
            guard let name = node.text, PlaybookParser.chapters.contains(name) else {
                note(
                    node.line, "\(node.text ?? "this") is no chapter of a closing handoff",
                    "use \(PlaybookParser.chapters.joined(separator: ", "))")
                return nil
            }
            return name
        }
        let gates = unique(root["gates"], "gate", ["id", "title"]).map { node in
            PlanDocument.Gate(id: id(node), title: text("title", of: node))
        }
        let roles = unique(root["roles"], "role", ["id", "title", "agents"])
            .map { node in role(node) }
        let phases = unique(root["phases"], "phase", ["id", "title", "deliver"])
            .map { node in phase(node) }
        checkItems(root["phases"])
        let nodes = unique(root["tasks"], "task", ["id", "title", "by", "phases", "after"])
        let tasks = nodes.map { node in task(node) }
        for (node, task) in zip(nodes, tasks) {
            checkReferences(task, node, roles: roles, phases: phases, tasks: tasks)
        }
        checkOrder(tasks, root["tasks"])
        checkPhases(phases, tasks, root)
        return Playbook(
            id: id(root), name: text("name", of: root), roles: roles, phases: phases,
            tasks: tasks, gates: gates, closing: closing)
    }

    private mutating func role(_ node: YAMLNode) -> Playbook.Role {
        let name = id(node)
        if [Playbook.specialists, Playbook.orchestrator].contains(name) {
            note(node.line, "\(name) is a role by itself", "name this one otherwise")
        }
        let agents = texts(node["agents"], "agents")
        if agents.isEmpty {
            note(node.line, "the role \(name) names no agent", "add agents: [an.agent]")
        }
        for agent in agents where !TextPattern.agent.matches(agent) || agent.hasPrefix("core.") {
            note(
                node["agents"]?.line, "\(agent) cannot fill a role",
                "name an agent that is no core agent, such as backend.api_reliability")
        }
        return Playbook.Role(id: name, title: text("title", of: node), agents: agents)
    }

    private mutating func phase(_ node: YAMLNode) -> Playbook.Phase {
        let title = text("title", of: node)
        let nodes = maps(node["deliver"], "deliver", "an entry of deliver", ["id", "what", "in"])
        let items = nodes.map { item -> DeliveryItem in
            let document = item["in"]?.text
            if let document, !DeliveryItem.documents.contains(document) {
                note(
                    item.line, "\(document) is no document of a delivery",
                    "use \(DeliveryItem.documents.joined(separator: ", "))")
            }
            return DeliveryItem(
                id: id(item), phase: title, what: text("what", of: item), document: document)
        }
        return Playbook.Phase(id: id(node), title: title, deliver: items)
    }

    private mutating func task(_ node: YAMLNode) -> Playbook.Task {
        Playbook.Task(
            id: id(node), title: node["title"]?.text ?? "", by: text("by", of: node),
            phases: texts(node["phases"], "phases"), after: texts(node["after"], "after"))
    }

    // MARK: rules

    /// Each name of a task leads to something that there is.
    private mutating func checkReferences(
        _ task: Playbook.Task, _ node: YAMLNode, roles: [Playbook.Role], phases: [Playbook.Phase],
        tasks: [Playbook.Task]
    ) {
        let isReserved = Playbook.orchestratorTasks.contains(task.id)
        if task.by == Playbook.orchestrator {
            if !isReserved {
                note(
                    node.line, "the orchestrator has no task \(task.id): it plans and closes",
                    "give \(task.id) to specialists or a role")
            }
            if !task.after.isEmpty {
                note(
                    node.line, "\(task.id) waits for other tasks",
                    "leave after: out; the plan comes first and the close last")
            }
        } else {
            if isReserved {
                note(
                    node.line, "\(task.id) is the orchestrator's",
                    "write by: \(Playbook.orchestrator), or name the task otherwise")
            }
            if task.by != Playbook.specialists, !task.by.isEmpty,
                !roles.contains(where: { $0.id == task.by })
            {
                let known = [Playbook.orchestrator, Playbook.specialists] + roles.map(\.id)
                note(
                    node["by"]?.line ?? node.line, "\(task.by) is no role of this playbook",
                    "use \(known.joined(separator: ", ")), or add it to roles")
            }
        }
        for phase in task.phases where !phases.contains(where: { $0.id == phase }) {
            note(
                node["phases"]?.line ?? node.line, "\(phase) is no phase of this playbook",
                "use \(phases.map(\.id).joined(separator: ", "))")
        }
        let others = tasks.filter { $0.by != Playbook.orchestrator && $0.id != task.id }.map(\.id)
        for name in task.after where !others.contains(name) {
            note(
                node["after"]?.line ?? node.line, "\(name) is no other task of this playbook",
                others.isEmpty
                    ? "leave after: out" : "use \(others.joined(separator: ", "))")
        }
        let count = task.phases.flatMap { id in phases.first { $0.id == id }?.deliver ?? [] }.count
        if count > DeliveryItem.itemsPerTaskMax {
            note(
                node.line,
                "\(task.id) has to deliver \(count) things, more than itemsPerTaskMax"
                    + " \(DeliveryItem.itemsPerTaskMax)", "divide it into two tasks")
        }
    }

    /// Tasks that wait for each other would never start.
    private mutating func checkOrder(_ tasks: [Playbook.Task], _ node: YAMLNode?) {
        var done: Set<String> = []
        var left = tasks.filter { $0.by != Playbook.orchestrator }
        while let next = left.firstIndex(where: { task in
            task.after.allSatisfy { name in
                done.contains(name) || !tasks.contains { $0.id == name }
            }
        }) {
            done.insert(left.remove(at: next).id)
        }
        guard !left.isEmpty else { return }
        note(
            node?.line, "\(left.map(\.id).joined(separator: ", ")) wait for each other",
            "remove one of the dependencies between them")
    }

    /// Each phase is done once, and somebody works.
    private mutating func checkPhases(
        _ phases: [Playbook.Phase], _ tasks: [Playbook.Task], _ root: YAMLNode
    ) {
        for phase in phases {
            let doing = tasks.filter { $0.phases.contains(phase.id) }.map(\.id)
            guard doing.count != 1 else { continue }
            note(
                root["phases"]?.line,
                doing.isEmpty
                    ? "the phase \(phase.id) is done in no task"
                    : "the phase \(phase.id) is done in \(doing.joined(separator: ", "))",
                "name it in the phases: of one task")
        }
        if !tasks.contains(where: { $0.by != Playbook.orchestrator }) {
            note(
                root["tasks"]?.line ?? root.line, "the playbook gives nobody a task",
                "add a task, such as {id: work, by: specialists}")
        }
    }

    /// What has to be delivered is answered by id, whatever the phase.
    private mutating func checkItems(_ phases: YAMLNode?) {
        var seen: Set<String> = []
        for phase in phases?.elements ?? [] {
            for item in phase["deliver"]?.elements ?? [] {
                guard let id = item["id"]?.text, !seen.insert(id).inserted else { continue }
                note(item.line, "\(id) is to be delivered twice", "ask for each thing once")
            }
        }
    }

    // MARK: values

    /// Notes what is no key of `what`.
    private mutating func check(_ node: YAMLNode, _ what: String, _ known: [String]) {
        for member in node.members ?? [] where !known.contains(member.key) {
            note(
                member.line, "\(member.key) is no key of \(what)",
                "use \(known.joined(separator: ", "))")
        }
    }

    /// The entries of a list whose ids must differ.
    private mutating func unique(
        _ node: YAMLNode?, _ what: String, _ known: [String]
    ) -> [YAMLNode] {
        let nodes = maps(node, "\(what)s", "a \(what)", known)
        var seen: Set<String> = []
        for entry in nodes {
            guard let id = entry["id"]?.text, !seen.insert(id).inserted else { continue }
            note(entry.line, "the \(what) \(id) stands twice", "name each \(what) once")
        }
        return nodes
    }

    /// The entries of a list that are maps of keys. What is none is noted, and so is a wrong key.
    private mutating func maps(
        _ node: YAMLNode?, _ name: String, _ what: String, _ known: [String]
    ) -> [YAMLNode] {
        entries(node, name).filter { entry in
            guard entry.members != nil else {
                note(
                    entry.line, "\"\(entry.text ?? "this")\" is no map of keys, as \(what) is",
                    "write \(known.joined(separator: ", "))")
                return false
            }
            check(entry, what, known)
            return true
        }
    }

    private mutating func texts(_ node: YAMLNode?, _ name: String) -> [String] {
        entries(node, name).compactMap { entry in
            guard let text = entry.text else {
                note(entry.line, "an entry of \(name) is no text", "write one name an entry")
                return nil
            }
            return text
        }
    }

    private mutating func entries(_ node: YAMLNode?, _ name: String) -> [YAMLNode] {
        guard let node, !node.isNull else { return [] }
        guard let elements = node.elements else {
            note(node.line, "\(name) is no list", "write one entry a line, each beginning with -")
            return []
        }
        return elements
    }

    private mutating func text(_ key: String, of node: YAMLNode) -> String {
        guard let text = node[key]?.text, TextPattern.visible.matches(text) else {
            note(node.line, "\(key) is missing", "add \(key):")
            return ""
        }
        return text
    }

    private mutating func id(_ node: YAMLNode) -> String {
        let text = text("id", of: node)
        if !text.isEmpty, !TextPattern.identifier.matches(text) {
            note(node.line, "\"\(text)\" is no id", TextPattern.identifier.expectation)
        }
        return text
    }
}
