// A playbook is worked through: its roles are filled, its tasks come in its order, each says where
// what was asked for stands, and the closing shows what nobody has delivered.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("A playbook at work")
struct PlaybookRunTests {
    private static let api = "backend.api_reliability"
    private static let queue = "backend.queue_worker_planner"

    private static func playbook() throws -> Playbook {
        let reading = PlaybookParser.parse(
            try Repository.bytes("Agents/playbooks/api-development.md"))
        #expect(reading.diagnostics == [])
        return try #require(reading.playbook)
    }

    private static func desk(_ name: String = "payment-capture.md") throws -> Desk {
        var brief = try Repository.brief(name)
        brief["playbook"] = "api-development"
        var desk = try Desk(brief)
        desk.playbooks = [try playbook(), .plain]
        return desk
    }

    /// Plans, and remembers the plan's entries under the tasks t-5, t-6, …; the close is t-9.
    private static func planned(_ desk: inout Desk) throws -> [JSONValue] {
        let plan = try #require(try desk.plan().part("plan.json"))
        _ = try PlanDocument(plan)
        desk.route = plan["route"]
        let tasks = plan["tasks"]?.arrayValue ?? []
        for (index, task) in tasks.enumerated() { desk.entries["t-\(5 + index)"] = task }
        desk.entries["t-9"] = plan["close"]
        desk.gates = (plan["gates"]?.arrayValue ?? []).map { gate in
            ["gate": gate["id"] ?? "", "title": gate["title"] ?? "", "state": "open"]
        }
        return tasks
    }

    /// The deliveries of all tasks of the plan, in its order.
    private static func worked(_ desk: inout Desk) throws -> [Delivered] {
        let tasks = try planned(&desk)
        let ids = tasks.map { $0["id"]?.stringValue ?? "" }
        var done: [Delivered] = []
        for (index, task) in tasks.enumerated() {
            let needs = (task["depends_on"]?.texts ?? []).compactMap { ids.firstIndex(of: $0) }
            let agent = try #require(task["agent"]?.stringValue)
            done.append(
                try desk.delivered(agent, task: "t-\(5 + index)", after: needs.map { done[$0] }))
        }
        return done
    }

    private static func delivered(_ item: Delivered) throws -> [String: DeliveredItem.Answer] {
        let entries = try item.json("handoff_packet.json")["delivered"]?.arrayValue ?? []
        return Dictionary(
            uniqueKeysWithValues: entries.compactMap { DeliveredItem($0) }.map {
                ($0.id, $0.answer)
            })
    }

    private static func section(_ item: Delivered, _ title: String) throws -> [[String]] {
        let sections = try item.json("analysis.json")["sections"]?.arrayValue ?? []
        let section = try #require(sections.first { $0["title"]?.stringValue == title })
        return (section.value(at: "/table/rows")?.arrayValue ?? []).map { $0.texts ?? [] }
    }

    // MARK: plan

    @Test("tasks come in the playbook's order, and each knows what it must deliver")
    func tasks() throws {
        var desk = try Self.desk()
        let tasks = try Self.planned(&desk)

        #expect(
            tasks.map { $0["id"]?.stringValue } == [
                "api_reliability", "queue_worker_planner", "safety-nets",
            ])
        #expect(tasks[2]["agent"]?.stringValue == Self.api)
        #expect(tasks[2]["depends_on"]?.texts == ["api_reliability", "queue_worker_planner"])
        #expect(tasks[0]["depends_on"]?.texts == [])
        let items = tasks.map { ($0["deliver"]?.arrayValue ?? []).map(DeliveryItem.init) }
        #expect(items[0].map(\.id) == ["contract", "decisions", "steps"])
        #expect(
            items[2].map(\.id) == [
                "migrations", "flags", "canaries", "rollback", "check.contract", "check.load",
                "check.security", "check.rollback",
            ])
        #expect(items[2][0].phase == "Safety nets")
        #expect(
            (desk.entries["t-9"]?["deliver"]?.arrayValue ?? []).map { $0["id"]?.stringValue }
                == ["requirements", "plan", "register", "evidence", "next-owner"])
        let instructions = tasks[2]["instructions"]?.stringValue ?? ""
        #expect(
            instructions.contains(
                "Safety nets: flags (in execution_plan) - a flag for each operation that changes."))
    }

    @Test("an agent of one's own goes before the shipped one in a role")
    func ownAgent() throws {
        var desk = try Self.desk()
        desk.cards["delivery.rollout"] = [
            "format": "baton.card/1", "id": "delivery.rollout", "name": "Rollout",
            "description": "Ships things.",
        ]
        let tasks = try Self.planned(&desk)

        #expect(
            tasks.map { $0["agent"]?.stringValue } == [Self.api, Self.queue, "delivery.rollout"])
    }

    @Test("a role that nobody fills is asked about, and a person may leave it out or name somebody")
    func unfilled() throws {
        var desk = try Self.desk()
        desk.playbooks[0].roles[0].agents = ["delivery.rollout"]
        let question = try #require(try desk.plan().escalation)
        let blocker = question["blocker"]?.stringValue ?? ""

        #expect(blocker.contains("the role rollout"), "\(blocker)")
        #expect(blocker.contains("delivery.rollout"))

        desk.answer(question, option: "a")
        #expect(
            try Self.planned(&desk).map { $0["id"]?.stringValue } == [
                "api_reliability", "queue_worker_planner",
            ])

        desk.answers[0].answer = [
            "format": "baton.answer/1", "option": "revise", "reason": "it can do that",
            "instructions": "role rollout: backend.api_reliability",
        ]
        #expect(try Self.planned(&desk).last?["agent"]?.stringValue == Self.api)
    }

    // MARK: deliveries

    @Test(
        "everything asked for is delivered or does not apply, and the gate has nothing to say",
        arguments: ["payment-capture.md", "lab-results.md"])
    func accepted(brief: String) throws {
        var desk = try Self.desk(brief)
        desk.repeats = false
        for item in try Self.worked(&desk) {
            let verdict = try desk.review(item)
            #expect(verdict["findings"] == [], "\(item.task): \(verdict.prettyPrinted())")
            let asked = (desk.entries[item.task]?["deliver"]?.arrayValue ?? []).compactMap {
                $0["id"]?.stringValue
            }
            #expect(Set(try Self.delivered(item).keys) == Set(asked))
        }
    }

    @Test("a rollout has stages that a release has to earn, and says what each may cost")
    func rollout() throws {
        var desk = try Self.desk()
        let item = try #require(try Self.worked(&desk).last)
        let analysis = try item.json("analysis.json")
        // 99.9 % in 30 d: the first page is at 14.4 × 0.1 %; ln 0.05 / ln 0.9856 = 206.5.
        #expect(analysis.quantity("rollout.requests") == 207)
        // At 90/s, one in a hundred, and three tenths of them captures; the page looks at an hour.
        let seen = try #require(analysis.quantity("rollout.seen.one"))
        #expect((seen - 207 / (0.01 * 0.3 * 90)).magnitude < 1e-9)
        #expect(analysis.quantity("rollout.watch.one") == 3600)
        // Everything fails for as long as the recovery objective allows.
        let recovery = try #require(desk.brief.value(at: "/inputs/slo/recovery")?.doubleValue)
        let budget = 0.001 * 30 * 86400
        let whole = try #require(analysis.quantity("rollout.budget.all"))
        #expect((whole - recovery / budget).magnitude < 1e-9)
        let first = try #require(analysis.quantity("rollout.budget.one"))
        #expect((first * 100 - whole).magnitude < 1e-9)

        let answers = try Self.delivered(item)
        #expect(answers["canaries"] == .at(["Rollout stages", "S6", "S7", "S8", "S9"]))
        #expect(answers["migrations"] == .at(["Migrations", "S2", "S3"]))
        // Reading a status can do no harm that a flag would have to undo.
        #expect(try Self.section(item, "Flags").map { $0[1] } == ["capture"])
        let shared = try Self.section(item, "Migrations").map { $0[0] }
        #expect(shared == ["ledger", "captures", "settings of captures"])
        let steps = try item.json("execution_plan.json")["steps"]?.arrayValue ?? []
        #expect(
            steps[1]["title"]?.stringValue?.hasPrefix("Agree with the owners of ledger") ?? false)
        let checks = try item.json("validation_checklist.json")["checks"]?.arrayValue ?? []
        let drill = checks.first {
            $0["metric"]?.stringValue?.contains("failed request of") ?? false
        }
        #expect(drill?["threshold"]?.doubleValue == recovery)
        // The load test has to show what the brief promises, and that is one check.
        #expect(answers["check.load"] == .at(["C2"]))
        #expect(checks[1]["metric"] == "Failed requests ÷ valid requests")
    }

    @Test("the new version is paged on by itself, by rules that can be loaded")
    func pages() throws {
        var desk = try Self.desk()
        let item = try #require(try Self.worked(&desk).last)
        let rules = String(
            decoding: try #require(item.parts.first { $0.name == "release.rules.yaml" }?.bytes),
            as: UTF8.self)

        #expect(rules.contains("alert: \"ReleaseErrorBudgetPage1h\""), "\(rules)")
        #expect(rules.contains("version=\"new\""))
        #expect(rules.contains("runbooks/release.md"))
        #expect(item.parts.contains { $0.name == "runbooks/release.md" })
        try AlertRulesTests.accept(rules)
    }

    @Test("what the brief does not state is asked, and what depends on it does not apply")
    func unstated() throws {
        var desk = try Self.desk()
        var slo = try #require(desk.brief.value(at: "/inputs/slo"))
        for key in ["recovery", "latency_p99", "error_rate", "window"] { slo[key] = nil }
        desk.brief["inputs"]?["slo"] = slo
        desk.brief["inputs"]?["operations"] = nil
        desk.brief["inputs"]?["queues"] = nil
        desk.brief["route"] = ["backend.api_reliability"]
        let item = try #require(try Self.worked(&desk).last)
        let questions = try item.json("handoff_packet.json")["open_questions"]?.texts ?? []

        let answers = try Self.delivered(item)
        for id in ["check.load", "check.rollback", "migrations"] {
            guard case .notApplicable = answers[id] else {
                Issue.record("\(id) is \(String(describing: answers[id]))")
                continue
            }
        }
        #expect(questions.contains { $0.contains("slo.window") })
        #expect(questions.contains { $0.contains("what does the load test have to show") })
        #expect(try desk.review(item)["verdict"] == "accepted")
    }

    // MARK: the gate

    /// The rollout's delivery with its handoff changed, and what the gate says of `delivered`.
    private func findings(_ change: (inout [JSONValue]) -> Void) throws -> [String] {
        var desk = try Self.desk()
        desk.repeats = false
        var item = try #require(try Self.worked(&desk).last)
        var handoff = try item.json("handoff_packet.json")
        var entries = try #require(handoff["delivered"]?.arrayValue)
        change(&entries)
        handoff["delivered"] = .array(entries)
        item.parts = item.parts.map {
            $0.name == "handoff_packet.json" ? ($0.name, handoff.encoded()) : $0
        }
        return (try desk.review(item)["findings"]?.arrayValue ?? []).filter {
            $0["rule"] == "asked-delivered" && $0["severity"] == "high"
        }.compactMap { $0["message"]?.stringValue }
    }

    @Test("an item that is not answered is rejected")
    func silent() throws {
        let said = try findings { $0.removeAll { $0["id"] == "rollback" } }

        #expect(said.count == 1 && said[0].contains("nothing is said of rollback"), "\(said)")
    }

    @Test("a place that leads nowhere, and one in another document, are rejected")
    func elsewhere() throws {
        func flags(_ places: [String]) throws -> [String] {
            try findings { entries in
                entries.removeAll { $0["id"] == "flags" }
                entries.append(DeliveredItem(id: "flags", .at(places)).json)
            }
        }
        let nowhere = try flags(["Flags", "S1", "S99"])
        let other = try flags(["Flags"])

        #expect(nowhere.count == 1 && nowhere[0].contains("“S99”"), "\(nowhere)")
        #expect(other.count == 1 && other[0].contains("execution_plan"), "\(other)")
    }

    // MARK: closing

    private func closed(_ desk: inout Desk, _ change: (inout [Delivered]) -> Void = { _ in })
        throws -> Delivered
    {
        desk.repeats = false
        var done = try Self.worked(&desk)
        change(&done)
        let outcome = try desk.close(done)
        let item = try #require(outcome.delivered(task: "t-9", agent: "core.orchestrator"))
        let verdict = try desk.review(item)
        #expect(verdict["findings"] == [], "\(verdict.prettyPrinted())")
        return item
    }

    @Test("the closing shows phase by phase where each thing stands, and its stages wait for gates")
    func closing() throws {
        var desk = try Self.desk()
        let item = try closed(&desk)
        let rows = try Self.section(item, "Delivered by phase")

        #expect(rows.contains(["Safety nets", "flags", "\(Self.api), t-7", "Flags, S1"]))
        #expect(rows.contains(["Delivery", "plan", "core.orchestrator, here", "steps"]))
        #expect(
            try Self.section(item, "Rollout and rollback").map { $0[0] } == [
                "Migrations", "Flags", "Stages", "Rollback",
            ])
        #expect(rows.filter { $0[1] == "steps" }.count == 2)
        #expect(!rows.contains { $0[3] == "nowhere" })
        let steps = try item.json("execution_plan.json")["steps"]?.arrayValue ?? []
        func step(_ start: String) throws -> Int {
            try #require(
                steps.firstIndex { $0["title"]?.stringValue?.hasPrefix(start) ?? false }, "\(start)"
            )
        }
        let order = try [
            "Load test of everything", "Drill the rollback", "Pass the gate validation.load",
            "Rollout, stage 1", "Rollout, stage 4", "Remove the flags", "Accept the whole",
        ].map(step)
        #expect(order == order.sorted(), "\(order)")
        // Behind flags that are there, and never the other way about.
        #expect(try step("Put the change behind flags") < step("Make failures unambiguous"))
        let test = steps[try step("Load test of everything")]
        #expect(
            test["done_when"]?.stringValue
                == "Every check of \(Self.api) (t-5) and \(Self.queue) (t-6) has evidence")
        #expect(steps.filter { $0["title"]?.stringValue?.contains("stage 1") ?? false }.count == 1)
        let quantities = try item.json("analysis.json")["quantities"]?.arrayValue ?? []
        #expect(!quantities.contains { $0["id"]?.stringValue?.hasPrefix("u2.alert") ?? false })
        #expect(
            try Self.delivered(item)["evidence"]
                == .at(["Validation evidence"]))
    }

    @Test("what a left-out role would have delivered is an open question of the closing")
    func missing() throws {
        var desk = try Self.desk()
        desk.playbooks[0].roles[0].agents = ["delivery.rollout"]
        let question = try #require(try desk.plan().escalation)
        desk.answer(question, option: "a")
        let item = try closed(&desk)
        let questions = try item.json("handoff_packet.json")["open_questions"]?.texts ?? []

        #expect(
            questions.contains { $0.hasPrefix("Safety nets: nobody has delivered migrations") },
            "\(questions)")
        #expect(
            try Self.section(item, "Delivered by phase").contains([
                "Validation", "check.load", "nobody", "nowhere",
            ]))
        // Without anybody's stages the closing has plain ones.
        #expect(try Self.section(item, "Rollout and rollback").count == 4)
    }

    @Test("a plan goes on by the playbook that it was made of, whatever became of that one")
    func changedPlaybook() throws {
        var desk = try Self.desk()
        desk.repeats = false
        let done = try Self.worked(&desk)
        desk.playbooks = [.plain]
        let item = try #require(
            try desk.close(done).delivered(task: "t-9", agent: "core.orchestrator"))

        #expect(try Self.section(item, "Delivered by phase").count == 19)
        #expect(try !Self.section(item, "Intent and contract").isEmpty)
    }

    // MARK: other playbooks

    /// A desk by a playbook with this front matter.
    private static func desk(by front: String) throws -> Desk {
        let reading = PlaybookParser.parse(Array("---\nid: own\nname: Own\n\(front)\n---\n".utf8))
        var desk = try Self.desk()
        desk.brief["playbook"] = "own"
        desk.playbooks = [try #require(reading.playbook, "\(reading.diagnostics)"), .plain]
        desk.repeats = false
        return desk
    }

    @Test("what is asked for in a document where it is not is not applicable, and asked about")
    func otherDocument() throws {
        var desk = try Self.desk(
            by: """
                phases: [{id: d, title: Design, deliver: [{id: contract, what: it, in: risk_register}]}]
                tasks: [{id: work, by: specialists, phases: [d]}]
                """)
        let item = try closed(&desk)
        let questions = try item.json("handoff_packet.json")["open_questions"]?.texts ?? []

        #expect(
            questions.contains {
                $0.hasPrefix("Design: nobody has delivered contract")
                    && $0.contains("not in risk_register")
            }, "\(questions)")
    }

    @Test(
        "an agent with two tasks gives each step and chapter once, and its rollout repeats nothing")
    func twice() throws {
        var desk = try Self.desk(
            by: """
                roles: [{id: ops, title: Operations, agents: [backend.api_reliability]}]
                phases:
                  - {id: one, title: One, deliver: [{id: contract, what: it}]}
                  - {id: two, title: Two, deliver: [{id: steps, what: them}]}
                  - {id: out, title: Out, deliver: [{id: flags, what: them}, {id: cost, what: it}]}
                tasks:
                  - {id: first, by: specialists, phases: [one]}
                  - {id: second, by: specialists, phases: [two], after: [first]}
                  - {id: third, by: ops, phases: [out], after: [second]}
                closing: [rollout]
                """)
        let tasks = try Self.planned(&desk)
        #expect(
            tasks.map { $0["id"]?.stringValue } == [
                "first.api_reliability", "first.queue_worker_planner", "second.api_reliability",
                "second.queue_worker_planner", "third",
            ])
        // t-9 is the close of this desk, and the plan has a fifth task.
        desk.entries["t-9"] = tasks[4]
        var done: [Delivered] = []
        for (index, task) in tasks.enumerated() {
            let before = index < 2 ? [] : index < 4 ? Array(done[0...1]) : Array(done[2...3])
            let agent = try #require(task["agent"]?.stringValue)
            done.append(try desk.delivered(agent, task: "t-\(5 + index)", after: before))
        }
        let rollout = try Self.delivered(done[4])
        #expect(rollout["flags"] == .at(["Flags", "S1"]))
        #expect(
            rollout["cost"] == .notApplicable("backend.api_reliability makes nothing of the kind"))
        #expect(try done[4].json("execution_plan.json")["steps"]?.arrayValue?.count == 2)

        desk.entries["t-9"] = ["chapters": ["rollout"]]
        let item = try #require(
            try desk.close(done).delivered(task: "t-9", agent: "core.orchestrator"))
        for (document, list, key) in [
            ("execution_plan", "steps", "title"), ("analysis", "sections", "title"),
        ] {
            let names = (try item.json("\(document).json")[list]?.arrayValue ?? []).compactMap {
                $0[key]?.stringValue
            }
            #expect(Set(names).count == names.count, "\(names)")
        }
    }

    @Test(
        "each thing of a rollout can be asked for by itself",
        arguments: [
            "migrations", "flags", "canaries", "rollback", "check.contract", "check.load",
            "check.security", "check.rollback",
        ])
    func alone(item: String) throws {
        var desk = try Self.desk(
            by: """
                roles: [{id: ops, title: Operations, agents: [backend.api_reliability]}]
                phases: [{id: out, title: Out, deliver: [{id: \(item), what: it}]}]
                tasks:
                  - {id: work, by: specialists}
                  - {id: last, by: ops, phases: [out], after: [work]}
                """)
        let last = try #require(try Self.worked(&desk).last)
        let verdict = try desk.review(last)

        #expect(verdict["findings"] == [], "\(verdict.prettyPrinted())")
        #expect(try Self.delivered(last).keys.map { $0 } == [item])
    }

    @Test("a task after one that nobody does waits for what that one waited for")
    func order() throws {
        var desk = try Self.desk(
            by: """
                roles:
                  - {id: critic, title: Critic, agents: [nobody.here]}
                  - {id: ops, title: Operations, agents: [backend.api_reliability]}
                tasks:
                  - {id: design, by: specialists}
                  - {id: review, by: critic, after: [design]}
                  - {id: ship, by: ops, after: [review]}
                """)
        desk.answer(try #require(try desk.plan().escalation), option: "a")
        let ship = try #require(try Self.planned(&desk).last)

        #expect(ship["id"] == "ship")
        #expect(ship["depends_on"]?.texts == ["api_reliability", "queue_worker_planner"])
    }
}
