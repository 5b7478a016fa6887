// The rules file and the runbooks of backend.api_reliability, judged by Prometheus' own tool.

import BatonAgents
import BatonBrief
import BatonPlatform
import JSON
import Testing

@Suite("Alert rules and runbooks", .timeLimit(.minutes(5)))
struct AlertRulesTests {
    private static let api = "backend.api_reliability"
    private static let promtool = Host.findExecutable("promtool")

    /// A service with everything that rules are made for.
    private func outcome(
        _ availability: Double, days: Double?, objective: String = "Payment capture",
        owner: String = "payments-team"
    ) throws -> EngineOutcome {
        var slo: JSONValue = ["availability": .number(availability), "latency_p99": 0.8]
        if let days { slo["window"] = .number(days * 86_400) }
        return try Desk([
            "format": "baton.brief/1", "objective": .string(objective),
            "owners": ["service": .string(owner)], "assume": "never",
            "success_criteria": ["It works"],
            "inputs": [
                "slo": slo, "traffic": ["mean": 90],
                "dependencies": [
                    [
                        "name": "led\"ger {{ x }}", "availability": 0.999_999_999_9,
                        "latency_p50": 0.012, "latency_p99": 0.06,
                    ]
                ],
                "operations": [
                    [
                        "id": "capture", "method": "POST", "idempotency": "key",
                        "calls": ["led\"ger {{ x }}"], "writes": ["led\"ger {{ x }}"],
                        "publishes": ["captures", "Ünlü \"q\""],
                    ]
                ],
                "queues": [["name": "captures", "max_wait": ["p95": 1]]],
            ],
        ]).work(Self.api)
    }

    /// Runs the tool on a file of `folder`; what it says is kept there too.
    private func run(
        _ arguments: [String], in folder: String
    ) throws -> (exit: ChildProcess.Exit, output: String) {
        let log = "\(folder)/output"
        let child = try ChildProcess.spawn(
            LaunchPlan(
                executable: try #require(Self.promtool), arguments: arguments,
                output: .append(path: log), errorOutput: .append(path: log)))
        let exit = child.waitForExit()
        return (exit, String(decoding: try Files.read(log, bytesMax: 1 << 20), as: UTF8.self))
    }

    /// Has the tool read rules, where there is one.
    static func accept(_ rules: String) throws {
        guard promtool != nil else { return }
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-rules")
        defer { try? Files.removeTree(folder) }
        let file = "\(folder)/read.rules.yaml"
        try Files.writeNew(Array(rules.utf8), to: file)
        let (exit, output) = try AlertRulesTests().run(["check", "rules", file], in: folder)
        #expect(exit == .code(0), "\(output)")
    }

    static let promises: [(availability: Double, days: Double?)] = [
        (0.5, 30), (0.93, 30), (0.99, 7), (0.999, 28), (0.9995, 30), (0.9999, 90),
        (0.999_999_999, 365), (0.999, 0.02), (0.999, nil),
    ]

    @Test(
        "promtool accepts the rules of every promise",
        .enabled(if: promtool != nil, "no promtool on this machine"), arguments: promises)
    func accepted(_ promise: (availability: Double, days: Double?)) throws {
        let outcome = try outcome(promise.availability, days: promise.days)
        let rules = try #require(outcome.file("alerts.rules.yaml"))

        let result = try checked(rules)

        #expect(result.exit.isSuccess, "\(result.output)\n\(rules)")
    }

    @Test(
        "names that mean something to YAML or to the templates do no harm",
        .enabled(if: promtool != nil, "no promtool on this machine"),
        arguments: [
            "a: b # c", "\"quoted\" \\ back", "{{ $labels.x }} {{{ .", "— ünï \u{2028} \u{7}",
        ])
    func hostileNames(_ name: String) throws {
        let outcome = try outcome(0.999, days: 30, objective: name, owner: name)
        let rules = try #require(outcome.file("alerts.rules.yaml"))

        let result = try checked(rules)

        #expect(result.exit.isSuccess, "\(result.output)\n\(rules)")
    }

    private func checked(_ rules: String) throws -> (exit: ChildProcess.Exit, output: String) {
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-rules")
        defer { try? Files.removeTree(folder) }
        try Files.writeNew(Array(rules.utf8), to: "\(folder)/alerts.rules.yaml")
        return try run(["check", "rules", "\(folder)/alerts.rules.yaml"], in: folder)
    }

    static let errors: [(share: Int, alerts: [String])] = [
        (20, ["ErrorBudgetPage1h", "ErrorBudgetPage6h"]), (10, ["ErrorBudgetPage6h"]), (5, []),
    ]

    @Test(
        "the pages of 99.9 % in 30 d fire at 2 %, one of them at 1 %, none at 0.5 %",
        .enabled(if: promtool != nil, "no promtool on this machine"), arguments: errors)
    func fires(_ row: (share: Int, alerts: [String])) throws {
        let outcome = try outcome(0.999, days: 30)
        let rules = try #require(outcome.file("alerts.rules.yaml"))
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-rules")
        defer { try? Files.removeTree(folder) }
        try Files.writeNew(Array(rules.utf8), to: "\(folder)/alerts.rules.yaml")
        // Seven hours of 1,000 requests a minute, of which so many fail.
        let expected = ["ErrorBudgetPage1h", "ErrorBudgetPage6h"].map { name in
            let firing = row.alerts.contains(name) ? Self.alert(name) : ""
            return """
                      - {eval_time: 7h, alertname: \(name), exp_alerts: [\(firing)]}
                """
        }.joined(separator: "\n")
        let test = """
            rule_files: [alerts.rules.yaml]
            evaluation_interval: 1m
            tests:
              - interval: 1m
                input_series:
                  - series: 'http_requests_total{service="payment-capture",code="200"}'
                    values: '0+\(1000 - row.share)x420'
                  - series: 'http_requests_total{service="payment-capture",code="503"}'
                    values: '0+\(row.share)x420'
                alert_rule_test:
            \(expected)

            """
        try Files.writeNew(Array(test.utf8), to: "\(folder)/test.yaml")

        let result = try run(["test", "rules", "\(folder)/test.yaml"], in: folder)

        #expect(result.exit.isSuccess, "\(result.output)\n\(rules)")
    }

    private static func alert(_ name: String) -> String {
        let isFast = name.hasSuffix("1h")
        let summary =
            "More than \(isFast ? "1.44" : "0.6") % of the requests fail: the error budget burns at"
            + " \(isFast ? "14.4" : "6")× the even rate."
        return "{exp_labels: {severity: page, service: payment-capture, owner: payments-team},"
            + " exp_annotations: {summary: '\(summary)',"
            + " runbook: runbooks/page_\(isFast ? "1h" : "6h").md}}"
    }

    @Test("each page names a runbook that is delivered, and redrive has one")
    func runbooks() throws {
        let outcome = try outcome(0.999, days: 30)
        let rules = try #require(outcome.file("alerts.rules.yaml"))
        let named = Set(
            rules.split(separator: "\n").filter { $0.contains("runbook:") }
                .compactMap { $0.split(separator: "\"").dropFirst().first.map(String.init) })

        #expect(
            named == ["runbooks/page_1h.md", "runbooks/page_6h.md", "runbooks/redrive.md"])
        for name in named.sorted() {
            let page = try #require(outcome.file(name))
            #expect(page.hasPrefix("# ") && page.hasSuffix("\n"))
            #expect(page.contains("1. "))
        }
        let page = try #require(outcome.file("runbooks/page_1h.md"))
        #expect(page.contains("1.44 %") && page.contains("43.2 min") && page.contains("capture:"))
    }

    /// The rules and runbooks of a queue's plan.
    private func plannedQueue() throws -> EngineOutcome {
        try Desk([
            "format": "baton.brief/1", "objective": "Mail goes out", "assume": "never",
            "success_criteria": ["It works"],
            "inputs": [
                "queues": [
                    [
                        "name": "Ünlü \"q\" {{ x }}", "arrival_rate": ["mean": 40],
                        "service_time": ["mean": 0.12, "cv": 1], "max_wait": ["p95": 1],
                        "fail": 0.02, "outage": 900,
                    ]
                ]
            ],
        ]).work("backend.queue_worker_planner")
    }

    @Test(
        "promtool accepts the rules of a queue",
        .enabled(if: promtool != nil, "no promtool on this machine"))
    func queueRules() throws {
        let rules = try #require(try plannedQueue().file("alerts.rules.yaml"))
        let result = try checked(rules)

        #expect(result.exit.isSuccess, "\(result.output)\n\(rules)")
    }

    @Test("a queue that nobody serves wakes somebody, who finds a runbook")
    func queueRunbooks() throws {
        let outcome = try plannedQueue()
        let rules = try #require(outcome.file("alerts.rules.yaml"))

        for name in ["QueueUnserved1", "WorkersMissing1", "Redeliveries1", "QueueTooOld1"] {
            #expect(rules.contains("alert: \"\(name)\""), "\(name)")
        }
        for name in ["runbooks/queue-unserved.md", "runbooks/redrive.md"] {
            #expect(rules.contains(name))
            #expect(try #require(outcome.file(name)).contains("1. "))
        }
    }

    @Test("rules and plan speak of the same signals")
    func signals() throws {
        let outcome = try outcome(0.999, days: 30)
        let rules = try #require(outcome.file("alerts.rules.yaml"))

        for name in [
            "ErrorBudgetPage1h", "ErrorBudgetTicket3d", "LatencyObjectiveMissed",
            "RetryBudgetSpent", "BreakerOpen", "OutboxStuck", "DeadLetters1",
        ] {
            #expect(rules.contains("alert: \"\(name)\""), "\(name)")
        }
        #expect(rules.contains("service:slo_errors_per_request:ratio_rate1h"))
    }

    @Test("a text of YAML is quoted whatever it holds")
    func quoting() {
        let text = YAMLText.map([
            .init("a", .text("x: \"y\" \\ \n\t\u{85}")),
            .init(
                "b", .list([.text("c"), .map([.init("d", .text("e")), .init("f", .list([]))])])),
            .init("g", .block("one\ntwo")),
        ]).document(comment: ["first\nline"])

        #expect(
            text == """
                # first line
                a: "x: \\"y\\" \\\\ \\n\\t\\u0085"
                b:
                  - "c"
                  - d: "e"
                    f: []
                g: |-
                  one
                  two

                """)
    }
}
