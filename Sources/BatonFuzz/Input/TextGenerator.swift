// Texts as people write them: YAML, briefs, cards, deliverables, what commands print.

import BatonBrief
import JSON

enum TextGenerator {
    static let yamlWords = [
        "&a ", "*a", "*a, ", "&a [*a]", "<<: *a", "- ", "? ", ": ", "[", "]", "{", "}", "|\n",
        ">-\n", "!!str ",
        "!<x> ", "%YAML 1.1\n", "%TAG ! x\n", "---\n", "...\n", "# ", "'", "\"", "\\x41", "\n  ",
        "~", "yes", ", ",
    ]

    // MARK: YAML

    static func yaml(_ random: inout FuzzRandom) -> String {
        switch random.below(8) {
        case 0: aliases(&random)
        case 1: directives(&random)
        case 2: String(repeating: random.pick(yamlWords), count: random.length(upTo: 4_000))
        default: frontMatter(&random)
        }
    }

    /// Each line names the one before it several times.
    private static func aliases(_ random: inout FuzzRandom) -> String {
        var text = "a0: &a0 [x, x]\n"
        let width = 1 + random.below(9)
        for level in 1...(1 + random.below(40)) {
            let alias = Array(repeating: "*a\(level - 1)", count: width).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(alias)]\n"
        }
        return text
    }

    private static func directives(_ random: inout FuzzRandom) -> String {
        let lines = (0..<random.length(upTo: 3_000)).map { "%TAG !\($0)! x\($0)\n" }
        return lines.joined() + "---\na: 1\n"
    }

    /// Keys of a brief with values that fit them, or those of another key.
    static func frontMatter(_ random: inout FuzzRandom) -> String {
        (0..<random.length(upTo: 16)).map { _ in key(random.pick(FieldCatalog.tree), 0, &random) }
            .joined()
    }

    private static func key(_ node: FieldNode, _ depth: Int, _ random: inout FuzzRandom) -> String {
        let indent = String(repeating: "  ", count: depth)
        let name = indent + node.entry.key + ":"
        if node.children.isEmpty || random.once(in: 6) {
            return "\(name) \(scalar(node.entry, &random))\n"
        }
        var children = (0..<1 + random.below(4)).map { _ in
            key(random.pick(node.children), depth + 1, &random)
        }.joined()
        if case .list(let identity) = node.entry.kind {
            let element = "\(indent)  \(identity): n\(random.below(5))\n" + children
            children = "\(indent)- " + element.dropFirst(depth * 2 + 2)
        }
        return "\(name)\n\(children)"
    }

    private static func scalar(_ entry: FieldEntry, _ random: inout FuzzRandom) -> String {
        let units = [
            "", "%", "ms", "s", "d", "/s", "/min", " MiB", " TiB", " EUR", " for 2h", " every 7d",
            "e9",
        ]
        let figures = [
            "0", "1", "99.95", "1e15", "-1", "1e-15", "999999999999999999999999", "0.0000000000001",
            "1e-9223372036854775808", "1e9223372036854775807", "1_000", "1.", ".5",
            "2026-12-01T08:00Z",
            "9999-12-31T23:59:59.999999Z", "1970-01-01T00:00:00+23:59", "{value: 1, from: sla}",
            "[a, b]",
        ]
        switch random.below(4) {
        case 0: return random.pick(figures) + random.pick(units)
        case 1: return random.pick(FieldCatalog.entries).example
        default: return entry.example.isEmpty ? "x" : entry.example
        }
    }

    // MARK: Markdown

    private static let headings = [
        "Objective", "Goals", "Success criteria", "Acceptance criteria", "Constraints", "Security",
        "Deliverables", "Definition of done", "Context", "Activation signals", "Required inputs",
        "Mission",
        "Objective snapshot", "Execution plan", "Risk register", "Validation checklist",
        "Handoff packet",
    ]

    private static let lines = [
        "- S1: do it; owner: team.writer; done when: green",
        "- K1: It breaks; severity: high; likelihood: low; impact: delay; mitigation: care; "
            + "owner: a; trigger: b",
        "- C1: p99 <= 800 ms; unit: ms; method: test; when: at handoff; owner: a; traces: AC1",
        "Availability 99.95% over 30 days, p99 latency 800 ms, 40/s.", "- Security: no secrets",
        "- [x] done", "1. one", "> quoted", "| a | b |\n|---|---|\n| 1 | 2 |",
        "```json\n{\"a\":1}\n```",
        "Hosts: one, two", "Tags: a, b", "Depends-On: core.quality", "Summary: fine.", "tags: a, b",
        "slo.availability: why", "<b>html</b>", "![a](b)", "***", "\\", "text\u{301}\u{301}", "",
    ]

    static let markdownWords =
        headings.map { "# \($0)\n" } + lines + ["---\n", "; ", ": ", "- ", "## "]

    static func markdown(_ random: inout FuzzRandom) -> String {
        (0..<random.length(upTo: 30)).map { _ in
            let marks = String(repeating: "#", count: 1 + random.below(3))
            let section = "\(marks) \(random.pick(headings))\n\n"
            return section
                + (0..<random.below(5)).map { _ in random.pick(lines) + "\n" }.joined() + "\n"
        }.joined()
    }

    /// All five headings in their order, mostly with what belongs there.
    static func deliverables(_ random: inout FuzzRandom) -> String {
        let contents = ["It works.", lines[0], lines[1], lines[2], "Summary: It is done."]
        var text = ""
        for (item, content) in zip(MarkdownDeliverables.headings, contents)
        where !random.once(in: 20) {
            text += "## \(item.heading)\n"
            if !random.once(in: 12) { text += content + "\n" }
            if random.once(in: 6) { text += random.pick(lines) + "\n" }
        }
        return text
    }

    static func source(_ random: inout FuzzRandom) -> String {
        let body = markdown(&random)
        return random.once(in: 4) ? body : "---\n\(yaml(&random))---\n\(body)"
    }

    // MARK: Commands

    static func commandOutput(_ random: inout FuzzRandom) -> String {
        var shapes = ShapeGenerator(budget: 800)
        let kind = random.pick([DocumentKind.plan, .verdict, .escalation])
        let document = shapes.value(kind.shape, &random)
        var generator = JSONGenerator(budget: 10)
        let object: JSONValue
        switch random.below(5) {
        case 0: object = document
        case 1: object = [kind.rawValue: document]
        case 2:
            object = [
                "fail": [
                    "message": .string(generator.text(&random)),
                    "retryable": .bool(random.once(in: 2)),
                    "code": .string(generator.text(&random)),
                    "retry_after": .number(random.pick(JSONGenerator.numbers)),
                ]
            ]
        case 3:
            object = ["deliverables": generator.value(&random), "usage": generator.value(&random)]
        default: return deliverables(&random)
        }
        let text = object.encodedText
        return random.pick(["", "thinking…\n```json\n", "so: "]) + text
            + random.pick(["", "\n```\n", " done {}"])
    }
}
