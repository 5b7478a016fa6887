// The rules of a plan that a schema cannot say: ids, dependencies, cycles, limits, addressees.
package import JSON

extension PlanDocument {
    /// Findings in a document whose shape is already known to be right.
    package static func ruleFindings(in document: JSONValue, limits: Limits) -> [DocumentFinding] {
        let tasks = document["tasks"]?.arrayValue ?? []
        guard tasks.count <= limits.tasksMax else {
            return [
                DocumentFinding(
                    pointer: "/tasks",
                    message: "\(tasks.count) tasks exceed tasksPerPlanMax \(limits.tasksMax)",
                    satisfy: "plan at most \(limits.tasksMax) tasks")
            ]
        }
        var findings: [DocumentFinding] = []
        var indexOfID: [String: Int] = [:]
        for (index, task) in tasks.enumerated() {
            let id = task["id"]?.stringValue ?? ""
            if let first = indexOfID[id] {
                findings.append(
                    DocumentFinding(
                        pointer: "/tasks/\(index)/id",
                        message: "\"\(id)\" is already the id of /tasks/\(first)",
                        satisfy: "give each task an id of its own"))
            } else {
                indexOfID[id] = index
            }
            let agent = task["agent"]?.stringValue ?? ""
            if agent == "core" || agent.hasPrefix("core.") {
                findings.append(
                    DocumentFinding(
                        pointer: "/tasks/\(index)/agent", message: "\(agent) is a core agent",
                        satisfy: "name a specialist; the broker makes plan, review and close tasks")
                )
            }
        }
        for (index, task) in tasks.enumerated() {
            findings += itemFindings(task, "/tasks/\(index)")
        }
        if let close = document["close"] { findings += itemFindings(close, "/close") }
        findings += dependencyFindings(tasks, indexOfID: indexOfID)
        guard findings.isEmpty else { return findings }
        return chainFindings(tasks, indexOfID: indexOfID, limits: limits)
    }

    /// An item that stands twice could not be answered once.
    private static func itemFindings(_ task: JSONValue, _ pointer: String) -> [DocumentFinding] {
        var seen: Set<String> = []
        return (task["deliver"]?.arrayValue ?? []).enumerated().compactMap { place, item in
            let id = item["id"]?.stringValue ?? ""
            guard !seen.insert(id).inserted else { return nil }
            return DocumentFinding(
                pointer: "\(pointer)/deliver/\(place)/id", message: "\"\(id)\" stands twice",
                satisfy: "ask for each thing once")
        }
    }

    private static func dependencyFindings(
        _ tasks: [JSONValue], indexOfID: [String: Int],
    ) -> [DocumentFinding] {
        var findings: [DocumentFinding] = []
        for (index, task) in tasks.enumerated() {
            var seen: Set<String> = []
            for (place, name) in (task["depends_on"]?.texts ?? []).enumerated() {
                let pointer = "/tasks/\(index)/depends_on/\(place)"
                if indexOfID[name] == nil {
                    findings.append(
                        DocumentFinding(
                            pointer: pointer, message: "\"\(name)\" is no task of this plan",
                            satisfy: "name the id of another task"))
                } else if indexOfID[name] == index {
                    findings.append(
                        DocumentFinding(
                            pointer: pointer, message: "\"\(name)\" depends on itself",
                            satisfy: "leave it out"))
                } else if !seen.insert(name).inserted {
                    findings.append(
                        DocumentFinding(
                            pointer: pointer, message: "\"\(name)\" stands twice",
                            satisfy: "name each dependency once"))
                }
            }
        }
        return findings
    }

    /// Peels tasks off in layers: what is left when no layer remains lies on or behind a cycle, and
    /// the number of layers is the longest chain.
    private static func chainFindings(
        _ tasks: [JSONValue], indexOfID: [String: Int], limits: Limits,
    ) -> [DocumentFinding] {
        let needs = tasks.map { task in
            (task["depends_on"]?.texts ?? []).compactMap { indexOfID[$0] }
        }
        var done = Set<Int>()
        var layers = 0
        while done.count < tasks.count {
            let layer = tasks.indices.filter { index in
                !done.contains(index) && needs[index].allSatisfy(done.contains)
            }
            if layer.isEmpty {
                let names = tasks.indices.filter { !done.contains($0) }
                    .compactMap { tasks[$0]["id"]?.stringValue }
                return [
                    DocumentFinding(
                        pointer: "/tasks",
                        message: "a cycle holds back " + names.joined(separator: ", "),
                        satisfy: "remove one of the dependencies between them")
                ]
            }
            done.formUnion(layer)
            layers += 1
        }
        guard layers > limits.chainMax else { return [] }
        return [
            DocumentFinding(
                pointer: "/tasks",
                message: "a chain of \(layers) tasks exceeds dependencyChainMax \(limits.chainMax)",
                satisfy: "plan chains of at most \(limits.chainMax) tasks")
        ]
    }
}
