// What a playbook says, and what is refused of it, with lines.

import BatonBrief
import Testing

@Suite struct PlaybookTests {
    private func read(_ text: String) -> PlaybookReading { PlaybookParser.parse(Array(text.utf8)) }

    private func said(_ front: String) -> [String] {
        read("---\n\(front)\n---\n").diagnostics.map { "\($0.line ?? 0) \($0.message)" }
    }

    @Test("roles, phases, tasks, gates and chapters are read in their order")
    func whole() throws {
        let reading = read(
            """
            ---
            id: api
            name: API
            roles:
              - {id: ops, title: Operations, agents: [ops.rollout, backend.api_reliability]}
            phases:
              - id: design
                title: Design
                deliver:
                  - {id: contract, what: a contract}
                  - {id: decisions, what: decisions, in: execution_plan}
              - {id: ship, title: Ship}
              - {id: end, title: Close, deliver: [{id: plan, what: one plan}]}
            tasks:
              - {id: work, by: specialists, phases: [design]}
              - {id: shipping, title: Shipping, by: ops, phases: [ship], after: [work]}
              - {id: close, by: core.orchestrator, phases: [end]}
            gates:
              - {id: validation.load, title: The load test passes}
            closing: [contract, confidence]
            ---
            # For people
            """)

        let playbook = try #require(reading.playbook, "\(reading.diagnostics)")
        #expect(playbook.phases.map(\.id) == ["design", "ship", "end"])
        #expect(playbook.roles.map(\.agents) == [["ops.rollout", "backend.api_reliability"]])
        #expect(playbook.plannedTasks.map(\.id) == ["work", "shipping"])
        #expect(playbook.tasks[1].after == ["work"])
        #expect(
            playbook.items(of: playbook.tasks[0]) == [
                DeliveryItem(id: "contract", phase: "Design", what: "a contract"),
                DeliveryItem(
                    id: "decisions", phase: "Design", what: "decisions",
                    document: "execution_plan"),
            ])
        #expect(playbook.closingItems.map(\.id) == ["plan"])
        #expect(playbook.gates.map(\.id) == ["validation.load"])
        #expect(playbook.gates[0].title == "The load test passes")
        #expect(playbook.closing == ["contract", "confidence"])
    }

    @Test("everything that is wrong is told at once, with its line")
    func problems() {
        let said = said(
            """
            id: a b
            name: API
            steps: []
            tasks: [{id: work, by: specialists}]
            gates:
              - {id: load, title: One}
              - {id: load, title: Two}
              - {id: x}
            closing: [everything]
            """)

        #expect(said.contains { $0.hasPrefix("4 steps is no key") }, "\(said)")
        #expect(said.contains { $0.contains("\"a b\" is no id") })
        #expect(said.contains { $0.contains("the gate load stands twice") })
        #expect(said.contains { $0.hasPrefix("9 title is missing") })
        #expect(said.contains { $0.contains("everything is no chapter") })
    }

    @Test("names that lead nowhere, and tasks that could never start, are told")
    func references() {
        let said = said(
            """
            id: api
            name: API
            roles:
              - {id: ops, title: Operations, agents: [core.quality]}
              - {id: specialists, title: All, agents: [a.b]}
            phases:
              - {id: design, title: Design, deliver: [{id: x, what: y, in: letter}]}
              - {id: alone, title: Alone, deliver: [{id: x, what: y}, a contract]}
            tasks:
              - {id: one, by: ops, phases: [design, nothing], after: [two]}
              - {id: two, by: crew, phases: [design], after: [one, three]}
              - {id: close, by: specialists}
              - {id: check, by: core.orchestrator}
              - {id: plan, by: core.orchestrator, after: [one]}
            """)

        for wanted in [
            "5 core.quality cannot fill a role", "6 specialists is a role by itself",
            "8 letter is no document of a delivery", "9 x is to be delivered twice",
            "9 \"a contract\" is no map of keys, as an entry of deliver is",
            "11 nothing is no phase of this playbook",
            "12 crew is no role of this playbook", "12 three is no other task of this playbook",
            "13 close is the orchestrator's", "14 the orchestrator has no task check",
            "15 plan waits for other tasks", "one, two wait for each other",
            "the phase alone is done in no task", "the phase design is done in one, two",
        ] {
            #expect(said.contains { $0.contains(wanted) }, "\(wanted) is not in \(said)")
        }
    }

    @Test("a playbook that gives nobody a task is refused")
    func idle() {
        #expect(
            said("id: api\nname: API\ntasks: [{id: close, by: core.orchestrator}]") == [
                "4 the playbook gives nobody a task"
            ])
    }

    @Test("a task with more to deliver than somebody works through is refused")
    func tooMany() {
        let items = (1...65).map { "{id: i\($0), what: w}" }.joined(separator: ", ")
        let said = said(
            """
            id: api
            name: API
            phases: [{id: p, title: P, deliver: [\(items)]}]
            tasks: [{id: work, by: specialists, phases: [p]}]
            """)

        #expect(said == ["5 work has to deliver 65 things, more than itemsPerTaskMax 64"])
    }

    @Test("what must be a list and is none is not passed over")
    func lists() {
        #expect(
            said(
                """
                id: api
                name: API
                phases:
                  - {id: build, title: Build, deliver: a contract}
                tasks: [{id: work, by: specialists, phases: [build]}]
                closing: contract
                """) == ["5 deliver is no list", "7 closing is no list"])
    }

    @Test("what is no playbook at all is refused", arguments: ["", "# Text", "---\nid: x\n"])
    func none(text: String) {
        #expect(read(text).playbook == nil)
        #expect(!read(text).diagnostics.isEmpty)
    }
}
