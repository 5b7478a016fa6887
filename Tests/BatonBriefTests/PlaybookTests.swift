// What a playbook says, and what is refused of it, with lines.

import BatonBrief
import Testing

@Suite struct PlaybookTests {
    private func read(_ text: String) -> PlaybookReading { PlaybookParser.parse(Array(text.utf8)) }

    @Test("phases, gates and chapters are read in their order")
    func whole() throws {
        let reading = read(
            """
            ---
            id: api
            name: API
            phases:
              - {id: design, title: Design, by: specialists, deliver: [a contract, decisions]}
              - {id: close, title: Close, by: core.orchestrator}
            gates:
              - {id: validation.load, title: The load test passes}
            closing: [contract, confidence]
            ---
            # For people
            """)

        let playbook = try #require(reading.playbook, "\(reading.diagnostics)")
        #expect(playbook.phases.map(\.id) == ["design", "close"])
        #expect(playbook.phases[0].deliver == ["a contract", "decisions"])
        #expect(playbook.gates.map(\.id) == ["validation.load"])
        #expect(playbook.gates[0].title == "The load test passes")
        #expect(playbook.closing == ["contract", "confidence"])
    }

    @Test("everything that is wrong is told at once, with its line")
    func problems() {
        let reading = read(
            """
            ---
            id: a b
            name: API
            steps: []
            gates:
              - {id: load, title: One}
              - {id: load, title: Two}
              - {id: x}
            closing: [everything]
            ---
            """)

        #expect(reading.playbook == nil)
        let said = reading.diagnostics.map { "\($0.line ?? 0) \($0.message)" }
        #expect(said.contains { $0.hasPrefix("4 steps is no key") }, "\(said)")
        #expect(said.contains { $0.contains("\"a b\" is no id") })
        #expect(said.contains { $0.contains("the gate load stands twice") })
        #expect(said.contains { $0.hasPrefix("8 title is missing") })
        #expect(said.contains { $0.contains("everything is no chapter") })
    }

    @Test("what must be a list and is none is not passed over")
    func lists() {
        let reading = read(
            """
            ---
            id: api
            name: API
            phases:
              - {id: build, title: Build, by: specialists, deliver: a contract}
            closing: contract
            ---
            """)

        #expect(
            reading.diagnostics.map { "\($0.line ?? 0) \($0.message)" } == [
                "5 deliver is no list", "6 closing is no list",
            ])
    }

    @Test("what is no playbook at all is refused", arguments: ["", "# Text", "---\nid: x\n"])
    func none(text: String) {
        #expect(read(text).playbook == nil)
        #expect(!read(text).diagnostics.isEmpty)
    }
}
