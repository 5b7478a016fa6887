// Claims about report.html and about figures that are linked: nothing an agent writes is more than
// text, every link leads somewhere in the page, and a number leads to its own derivation or to
// none.

import BatonBrief
import JSON
import Testing

/// A page as far as these claims need it: its tags, ids and links.
struct HTMLPage {
    let text: String
    /// Names of elements, in order.
    let tags: [String]
    let ids: [String]
    let targets: [String]

    init(_ text: String) {
        self.text = text
        tags = text.split(separator: "<").dropFirst().map { piece in
            String(piece.prefix { $0.isLetter || $0.isNumber || "/!?".contains($0) })
        }
        ids = Self.values(of: " id", in: text)
        targets = Self.values(of: " href", in: text)
    }

    private static func values(of name: String, in text: String) -> [String] {
        text.split(separator: "\(name)=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }

    /// Links that lead nowhere in the page.
    var broken: [String] {
        let known = Set(ids)
        return targets.filter { !$0.hasPrefix("#") || !known.contains(String($0.dropFirst())) }
    }
}

@Suite struct ReportTests {
    private static let hostile =
        "</td></p><script>alert(1)</script><img src=x onerror=alert(2)>\" onclick=\"x' &amp;"
        + " [a](javascript:alert(3)) `<b>` \u{202E}\u{7}"

    /// Every text of a document replaced, but for those that say what it is.
    private static func poisoned(_ value: JSONValue, key: String = "") -> JSONValue {
        switch value {
        case .string(let text):
            let kept = [
                "id", "format", "severity", "evidence", "comparator", "quantity", "pointer",
            ]
            // A requirement's source is a pointer, and its number leads where that points.
            let isPointer = key == "source" && text.hasPrefix("/inputs/")
            return kept.contains(key) || isPointer ? value : .string(text + hostile)
        case .array(let elements): return .array(elements.map { poisoned($0, key: key) })
        case .object(let object):
            return .object(
                JSONObject(object.members.map { ($0.key, poisoned($0.value, key: $0.key)) }))
        case .null, .bool, .integer, .number: return value
        }
    }

    private static func documents(
        _ change: (JSONValue) -> JSONValue = { $0 },
    ) throws -> [String: JSONValue] {
        var documents: [String: JSONValue] = [:]
        for kind in Deliverables.five + [.analysis, .plan, .verdict] {
            let document = try JSONValue(
                parsing: try Repository.read("Protocols/vectors/\(kind.schemaName)/valid/full.json")
            )
            documents["\(kind.rawValue).json"] = change(document)
        }
        // No number of the brief: its unit is an agent's text, and changes what is shown.
        let checklist = try #require(documents["validation_checklist.json"])
        var check = try #require(checklist.value(at: "/checks/0"))
        check["threshold"] = 0.75
        documents["validation_checklist.json"]?["checks"] = [check]
        var analysis = try #require(documents[Deliverables.analysisName])
        analysis["plots"] = [PlotDrawingTests.plot(label: "at the mean rate").json]
        documents[Deliverables.analysisName] = analysis
        return documents
    }

    private static func entry(
        _ task: String, _ kind: TaskKindName, _ documents: [String: JSONValue],
        title: String = "Work",
    ) -> DeliverableMarkdown.IndexEntry {
        .init(
            task: task, kind: kind, agent: "a.b", title: title, state: "accepted", files: [],
            documents: documents)
    }

    private func page(
        _ entries: [DeliverableMarkdown.IndexEntry], brief: JSONValue = ["title": "Capture"],
        questions: [DeliverableMarkdown.OpenQuestion] = [],
        failures: [DeliverableMarkdown.Failure] = [],
    ) -> HTMLPage {
        HTMLPage(
            BriefReport.html(
                .init(
                    briefID: "b-1", state: "done", brief: brief, entries: entries,
                    questions: questions, failures: failures)))
    }

    @Test("no text of an agent or of a brief becomes markup")
    func hostile() throws {
        let clean = try Self.documents()
        let dirty = try Self.documents { Self.poisoned($0) }
        func brief(_ text: String) -> JSONValue {
            [
                "title": .string("Capture" + text), "objective": .string("Survive" + text),
                "decisions": [
                    [
                        "decision": .string("d" + text), "why": .string("w" + text), "by": "me",
                        "time": "2026-11-28T10:49:12.000001Z", "evidence": [.string("e" + text)],
                        "alternatives": [["option": .string("o" + text), "why_not": "n"]],
                    ]
                ],
                "gates": [
                    [
                        "gate": .string("validation.load" + text), "title": .string("t" + text),
                        "state": "passed",
                        "evidence": [["by": .string("b" + text), "note": .string("n" + text)]],
                    ]
                ],
            ]
        }
        func page(_ documents: [String: JSONValue], _ text: String) throws -> HTMLPage {
            let escalation: JSONValue = [
                "owner": .string("ann" + text), "blocker": .string("b" + text),
                "needs": .string("n" + text), "recommended": "a",
                "options": [
                    [
                        "id": "a", "label": .string("l" + text), "tradeoffs": .string("t" + text),
                        "effect": ["kind": "revise", "instructions": .string("i" + text)],
                    ]
                ],
            ]
            return self.page(
                [
                    Self.entry("t-5", .work, documents, title: "Work" + text),
                    Self.entry("t-6", .review, documents), Self.entry("t-7", .close, documents),
                ], brief: brief(text), questions: [.init(escalation: "e-1", document: escalation)],
                failures: [.init(task: "t-9", agent: "c.d" + text, reason: "r" + text)])
        }

        let good = try page(clean, "")
        let bad = try page(dirty, Self.hostile)

        // Code between backticks is the one mark that is shown.
        let isMark = { (tag: String) in tag == "code" || tag == "/code" }
        let isSameMarkup = bad.tags.filter { !isMark($0) } == good.tags.filter { !isMark($0) }
        #expect(isSameMarkup, "\(bad.tags.count) tags, \(good.tags.count) without hostile texts")
        #expect(bad.targets == good.targets)
        #expect(bad.ids == good.ids)
        #expect(!bad.text.contains("<script") && !bad.text.contains("<img"))
        #expect(!bad.text.contains("\" onclick=\""))
        #expect(bad.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(!bad.text.unicodeScalars.contains("\u{202E}"))
    }

    @Test("the page needs nothing from elsewhere, and says that nothing may be fetched")
    func selfContained() throws {
        let page = page([Self.entry("t-5", .close, try Self.documents())])

        #expect(
            page.text.contains(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"))
        for name in ["script", "link", "img", "iframe", "object", "form"] {
            #expect(!page.tags.contains(name), "\(name)")
        }
        #expect(!page.text.contains("url(") && !page.text.contains("@import"))
        let addresses = page.text.replacing("http://www.w3.org/2000/svg", with: "")
        #expect(!addresses.contains("http://") && !addresses.contains("https://"))
    }

    @Test("every link leads to one place in the page, and every number to its derivation")
    func links() throws {
        let documents = try Self.documents()
        let page = page([
            Self.entry("t-5", .work, documents), Self.entry("t-7", .close, documents),
        ])

        #expect(page.broken == [])
        #expect(Set(page.ids).count == page.ids.count)
        let number = "<a href=\"#t-5.q-error_budget.minutes\">86.4 min</a>"
        #expect(page.text.contains("<td data-column=\"Value\">\(number)</td>"))
        #expect(page.ids.contains("t-5.q-error_budget.minutes"))
        #expect(
            !page.ids.contains("t-7.q-error_budget.minutes"), "derived again, explained once")
        #expect(page.text.contains("<svg ") && page.ids.contains("t-5.plot-backlog-title"))
    }

    @Test("a brief without any delivery has a page that says so")
    func empty() {
        let page = page([])

        #expect(page.text.contains("No task has been accepted yet."))
        #expect(page.broken == [])
    }

    @Test("the same brief is the same page")
    func deterministic() throws {
        let documents = try Self.documents()
        let entries = [Self.entry("t-5", .work, documents), Self.entry("t-7", .close, documents)]

        #expect(page(entries).text == page(entries).text)
    }

    // MARK: Figures

    /// Two figures of one value, one of them computed from the other; one that the brief states.
    private static let quantities: [JSONValue] = [
        [
            "id": "peak", "label": "Workers at peak", "value": 11.5, "shown": "11.5 workers",
            "unit": "workers", "inputs": [],
        ],
        [
            "id": "planned", "label": "Workers", "value": 11.5, "shown": "11.5 workers",
            "unit": "workers", "inputs": [["name": "workers", "quantity": "peak"]],
        ],
        [
            "id": "budget", "label": "Error budget", "value": 43.2, "shown": "43.2 min",
            "unit": "min", "inputs": [],
        ],
        [
            "id": "downtime", "label": "Downtime of the ledger", "value": 43.2,
            "shown": "43.2 min", "unit": "min", "inputs": [],
        ],
        [
            "id": "slots.peak", "label": "Slots of orders at peak", "value": 7, "shown": "7 slots",
            "unit": "slots", "inputs": [],
        ],
        [
            "id": "slots", "label": "Slots of orders", "value": 7, "shown": "7 slots",
            "unit": "slots", "inputs": [],
        ],
        [
            "id": "window.scans", "label": "Window of scans", "value": 1_646_784,
            "shown": "19.06 d", "unit": "s", "inputs": [],
        ],
        [
            "id": "window.labels", "label": "Window of labels", "value": 1_646_785,
            "shown": "19.06 d", "unit": "s", "inputs": [],
        ],
        [
            "id": "given", "label": "Availability", "value": 0.999, "shown": "99.9 %",
            "unit": "ratio", "inputs": [],
        ],
        [
            "id": "busy", "label": "Utilisation", "value": 0.4453, "shown": "44.53 %",
            "unit": "ratio",
            "inputs": [["name": "service_time", "value": 0.25, "assumption": "A1"]],
        ],
    ]

    @Test(
        "a number is linked where one figure only can be meant, and else it is not",
        arguments: [
            ("busy 44.53 % of the time", "busy [44.53 %](a.md#q-busy) of the time"),
            ("144.53 % and 44.53 %x", "144.53 % and 44.53 %x"),
            ("needs 11.5 workers", "needs [11.5 workers](a.md#q-planned)"),
            ("Workers at peak: 11.5 workers", "Workers at peak: [11.5 workers](a.md#q-peak)"),
            (
                "leaves an error budget of 43.2 min",
                "leaves an error budget of [43.2 min](a.md#q-budget)"
            ),
            ("after 43.2 min", "after 43.2 min"),
            ("the queue orders needs 7 slots", "the queue orders needs [7 slots](a.md#q-slots)"),
            ("it needs 7 slots", "it needs 7 slots"),
            (
                "scans: 19.06 d; labels: 19.06 d.",
                "scans: [19.06 d](a.md#q-window.scans); labels: [19.06 d](a.md#q-window.labels)."
            ),
            ("keep them for 19.06 d", "keep them for 19.06 d"),
            ("the promise of 99.9 %", "the promise of 99.9 %"),
            ("Availability: 99.9 %", "Availability: [99.9 %](a.md#q-given)"),
        ])
    func figures(_ text: String, _ expected: String) {
        let analysis: JSONValue = ["quantities": .array(Self.quantities)]
        let context = DeliveryContext(documents: [
            "analysis.json": analysis,
            "handoff_packet.json": ["inputs": ["slo": ["availability": 0.999]]],
        ])

        let risks = DeliverableMarkdown.render(
            ["risks": [["id": "K1", "risk": .string(text), "severity": "low"]]],
            kind: .riskRegister, context: context)

        #expect(
            risks.contains("| K1 | \(expected.replacing("a.md", with: "analysis.md")) | low |"),
            "\(risks)")
    }

    @Test(
        "a number of the brief leads to the field that states it, where one alone can be meant",
        arguments: [
            ("within 800 ms", "within <a href=\"#in-2\">800 ms</a>"),
            ("at least 99.95% of them", "at least <a href=\"#in-1\">99.95%</a> of them"),
            ("at least 99.95 %", "at least <a href=\"#in-1\">99.95 %</a>"),
            // Few digits say nothing alone: a rule may have the same.
            ("for 30 s", "for 30 s"),
            (
                "the visibility of scans is 30 s",
                "the visibility of scans is <a href=\"#in-3\">30 s</a>"
            ),
            // Two fields, and the one whose words stand there.
            ("after 120 ms", "after 120 ms"),
            (
                "service time of scans, 120 ms",
                "service time of scans, <a href=\"#in-4\">120 ms</a>"
            ),
            ("at 0.12 EUR an hour", "at <a href=\"#in-5\">0.12 EUR</a> an hour"),
            // An assumption takes the same.
            ("at most 250 ms", "at most 250 ms"),
            // A figure that shows the same.
            ("busy 44.53 % of the time", "busy <a href=\"#t-5.q-busy\">44.53 %</a> of the time"),
        ])
    func statedNumbers(_ text: String, _ expected: String) {
        let inputs: JSONValue = [
            "slo": ["availability": 0.9995, "latency_p99": 0.8],
            "queues": [
                [
                    "name": "scans", "now": ["visibility_timeout": 30],
                    "service_time": ["mean": 0.12],
                    "workers": ["cost_per_hour": ["amount": 0.12, "currency": "EUR"]],
                ]
            ],
            "dependencies": [["name": "ledger", "timeout": 0.12, "latency_p99": 0.25]],
        ]
        let page = page([
            Self.entry(
                "t-5", .work,
                [
                    "analysis.json": [
                        "summary": .string(text), "quantities": .array(Self.quantities),
                        "sections": [],
                    ],
                    "handoff_packet.json": ["summary": "x", "inputs": inputs],
                ])
        ])

        #expect(page.text.contains("<p>\(expected)</p>"), "\(page.text)")
        #expect(page.text.contains("<span id=\"in-2\"></span>slo.latency_p99 = 800 ms"))
    }

    @Test("a requirement leads to its source, also where a figure shows the same")
    func sources() {
        let requirement: JSONValue = [
            "id": "R1", "text": "At least 99.9 % availability", "kind": "hard",
            "source": "/inputs/slo/availability",
        ]
        let page = page([
            Self.entry(
                "t-5", .work,
                [
                    "analysis.json": [
                        "summary": "x", "quantities": .array(Self.quantities), "sections": [],
                    ],
                    "objective_snapshot.json": ["requirements": [requirement]],
                    "handoff_packet.json": [
                        "summary": "x", "inputs": ["slo": ["availability": 0.999]],
                    ],
                ])
        ])

        #expect(page.text.contains(">At least <a href=\"#in-1\">99.9 %</a> availability<"))
    }

    @Test(
        "tags in a text are shown in Markdown, and do not open",
        arguments: [
            ("GET /captures/<id> <!-- x --> a < b", "GET /captures/&lt;id> &lt;!-- x --> a < b"),
            // A backslash is shown too, and takes the sense of nothing.
            (#"\<img src=x>"#, "&#92;&lt;img src=x>"), (#"\\<img>"#, #"\\&lt;img>"#),
            // One character with what stands before it.
            ("\u{600}<img src=x>", "\u{600}&lt;img src=x>"),
            ("`logs <pod>` of <pod>", "`logs <pod>` of &lt;pod>"),
            ("`` a`<b> ``", "``a`<b>``"),
            // No code: it begins with a backslash or in another line, or ends nowhere.
            (#"\`<img>`"#, "&#92;`<img>`"), ("a ` b\n`<img>` <i>", "a &#96; b\n`<img>` &lt;i>"),
            ("`\n\n<img>`", "&#96;\n\n&lt;img>&#96;"), ("`<img>", "&#96;&lt;img>"),
        ])
    func tags(text: String, shown: String) {
        let markdown = DeliverableMarkdown.render(["summary": .string(text)], kind: .handoffPacket)

        #expect(markdown.contains("\n\n\(shown)\n\n"), "\(markdown)")
    }

    @Test("a command is shown as it is to be typed, whatever it is made of")
    func commands() {
        let command = "kubectl logs <pod> `date` | head"
        let handoff: JSONValue = [
            "summary": "x",
            "recommended_commands": [["command": .string(command), "why": "y", "by": "z"]],
        ]
        let markdown = DeliverableMarkdown.render(handoff, kind: .handoffPacket)
        let page = page([Self.entry("t-5", .close, ["handoff_packet.json": handoff])])

        #expect(markdown.contains(#"| ``kubectl logs <pod> `date` \| head`` | y | z |"#))
        #expect(
            page.text.contains(
                "<code>kubectl logs &lt;pod&gt; `date` | head</code>"))
    }
}
