// Commented briefs to start from, and the table of keys for the documentation. Both come from the
// catalogue, so they cannot name a key that the parser does not know.

/// What `baton brief new` writes.
package enum BriefTemplate: String, Sendable, CaseIterable {
    /// An API with its dependencies.
    case api
    /// A queue with its workers.
    case queue

    /// The text of the brief. It parses without an error.
    package var text: String {
        """
        ---
        # Every key is optional. Numbers carry their unit: 99.95%, 800ms, 40/s, 30d, 2 KiB.
        # Attempts always include the first try. A number may say where it comes from:
        # {value: 99.99%, from: sla}.
        \(frontMatter.joined(separator: "\n"))
        ---
        # \(title)

        ## Objective

        \(objective)

        ## Success criteria

        - No request is lost while a dependency is down for 15 minutes.

        ## Acceptance criteria

        - The drill of an outage shows the recovery time of the objective.

        ## Constraints

        - Security: no personal data in logs
        - Timeline: 6 weeks

        ## Definition of done

        - The plan is reviewed by the owners.

        ## Context

        What the agents should know and cannot compute.

        """
    }

    private var title: String {
        switch self {
        case .api: "Payment capture"
        case .queue: "Capture queue"
        }
    }

    private var objective: String {
        switch self {
        case .api: "Payment capture survives provider outages."
        case .queue: "Captures are worked off within a second at peak."
        }
    }

    private var roots: [String] {
        switch self {
        case .api:
            [
                "owners", "slo", "own_availability", "traffic", "callers", "layers",
                "dependencies", "operations",
            ]
        case .queue: ["owners", "slo", "dependencies", "queues"]
        }
    }

    private var frontMatter: [String] {
        var lines: [String] = []
        for root in roots {
            guard let node = FieldCatalog.tree.first(where: { $0.entry.key == root }) else {
                continue
            }
            lines += Self.lines(of: node, indent: "")
        }
        return lines + [
            "tags: [\(rawValue)]",
            "assume: never                           # or conservative: what is missing is assumed"
                + " in the open",
            "# budget: {attempts: 40, cost: 5 USD}   # Baton asks before more is used",
        ]
    }

    /// Keys that need others which this template leaves out, and the rarer percentiles.
    private static let leftOut = [
        "slo.latency_p50", "slo.latency_p90", "slo.latency_p95", "queues[].service_time.p50",
        "queues[].service_time.p90", "queues[].service_time.p95", "queues[].max_wait.p50",
        "queues[].max_wait.p90", "queues[].max_wait.p95", "queues[].max_wait.p99",
        "dependencies[].limit", "dependencies[].maintenance",
        "dependencies[].group", "dependencies[].need", "dependencies[].shares",
        "dependencies[].stale_ok", "operations[].calls", "operations[].publishes",
        "operations[].key_retention",
        "queues[].pool",
    ]

    private static func lines(of node: FieldNode, indent: String) -> [String] {
        let key = node.entry.key
        if leftOut.contains(node.entry.path) { return [] }
        switch node.entry.kind {
        case .list:
            var lines = [
                "\(indent)\(key):\(comment(node.entry, after: key.count + indent.count + 1))"
            ]
            var opening = "\(indent)  - "
            for child in node.children {
                let inner = self.lines(of: child, indent: "\(indent)    ")
                for line in inner {
                    lines.append(opening + line.dropFirst(indent.count + 4))
                    opening = "\(indent)    "
                }
            }
            return lines
        case .map where !node.children.isEmpty:
            return ["\(indent)\(key):\(comment(node.entry, after: key.count + indent.count + 1))"]
                + node.children.flatMap { lines(of: $0, indent: indent + "  ") }
        default:
            var example = node.entry.example
            if node.entry.path == "queues[].calls" { example = "[ledger]" }
            // The examples of the other keys need 13; untouched, the template must not block.
            if node.entry.path == "queues[].workers.max" { example = "16" }
            let text = "\(indent)\(key): \(example)"
            return [text + comment(node.entry, after: text.count)]
        }
    }

    private static func comment(_ entry: FieldEntry, after width: Int) -> String {
        String(repeating: " ", count: max(1, 40 - width)) + "# \(entry.doc)"
    }
}

extension FieldCatalog {
    /// The table in Protocols/brief.md.
    package static var documentationTable: String {
        var rows = ["| Key | Value | Example | Meaning |", "|---|---|---|---|"]
        for entry in entries {
            let example = entry.example.isEmpty ? "" : "`\(entry.example)`"
            let needs =
                entry.companions.isEmpty
                ? "" : " Needs " + entry.companions.joined(separator: ", ") + "."
            rows.append(
                "| `\(entry.path)` | \(entry.kind.documented) | \(example) | \(entry.doc)\(needs) |"
            )
        }
        return rows.joined(separator: "\n") + "\n"
    }
}
