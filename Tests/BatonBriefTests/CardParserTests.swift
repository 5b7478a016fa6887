// Claims about reading cards of many styles.

import BatonBrief
import JSON
import Testing

@Suite struct CardParserTests {
    private func parse(_ text: String, _ path: String = "backend/api_reliability.md") -> CardReading
    {
        CardParser.parse(Array(text.utf8), path: path)
    }

    @Test("a card with everything comes out as card.json and back")
    func full() throws {
        let reading = parse(
            """
            ---
            name: API reliability
            description: |
              Error budgets and
              timeouts.
            tags: [api, payments]
            hosts: claude, codex
            dependencies:
              - core.quality
            brain: builtin
            review: required
            attempt_timeout: 30m
            silence_timeout: 10m
            concurrency: 2
            env: HOME, PATH
            activation: {tags: [api], phrases: [error budget], inputs: [slo, queues]}
            required_inputs:
              - {field: slo.availability, why: the budget, assumable: 99.9%}
              - queues.arrival_rate.mean
            deliverables: [analysis.json]
            x-team: payments
            model: opus
            ---
            # API reliability

            ## Mission

            Be right.
            """)
        let card = try #require(reading.card)

        #expect(reading.diagnostics == [])
        #expect(card.id == "backend.api_reliability")
        #expect(card.description == "Error budgets and\ntimeouts.")
        #expect(card.hosts == ["claude", "codex"])
        #expect(card.isReviewed)
        #expect(card.attemptTimeout == 1800)
        #expect(card.activation.inputs == ["/inputs/slo", "/inputs/queues"])
        #expect(
            card.requiredInputs.map(\.pointer) == [
                "/inputs/slo/availability", "/inputs/queues/*/arrival_rate/mean",
            ])
        #expect(card.requiredInputs[0].assumable?.doubleValue == 0.999)
        #expect(card.sections["mission"] == "Be right.")
        #expect(card.extra["x-team"] == "payments")
        #expect(card.extra["model"] == "opus")
        #expect(try Card(card.json) == card)
    }

    @Test(
        "a rate is a whole number in a time",
        arguments: [
            ("30/m", 30, 60), ("5/10s", 5, 10), ("1 / d", 1, 86_400), ("10000/h", 10_000, 3_600),
            ("2/s", 2, 1), ("7/min", 7, 60),
        ] as [(String, Int, Double)])
    func rate(text: String, count: Int, seconds: Double) throws {
        let card = try #require(parse("---\nname: X\nrate: \(text)\n---\n").card)

        #expect(card.rate == Card.Rate(count: count, seconds: seconds))
        #expect(try Card(card.json) == card)
    }

    @Test(
        "what is no rate is said with its line and how to write one",
        arguments: ["30", "0/m", "10001/m", "1/2d", "1/500ms", "2.5/m", "m/30", "30/m/h", "[1, 2]"])
    func noRate(text: String) throws {
        let reading = parse("---\nname: X\nrate: \(text)\n---\n")

        #expect(reading.card == nil)
        let finding = try #require(reading.diagnostics.first)
        #expect(finding.line == 3 && finding.field == "rate")
        #expect(finding.suggestion == "write 30/m or 5/10s")
    }

    @Test(
        "the id comes from the key, the path, or the name",
        arguments: [
            ("---\nid: a.b\nname: X\n---\n", "x/y.md", "a.b"),
            ("---\nname: X\n---\n", "backend/api_reliability.md", "backend.api_reliability"),
            ("---\nname: X\n---\n", "security.reviewer.md", "security.reviewer"),
            ("---\nname: X\n---\n", "pdf/SKILL.md", "pdf"),
            ("---\nname: X\n---\n", "Team One/Some Agent.txt", "team-one.some-agent"),
            ("---\nname: My Agent\n---\n", "", "my-agent"),
            ("# A title\n\nwords", "noextension", "noextension"),
        ])
    func ids(text: String, path: String, id: String) {
        #expect(parse(text, path).card?.id == id)
    }

    @Test("a subagent whose description is not quite YAML is taken, with a warning")
    func subagent() throws {
        let reading = parse(
            """
            ---
            name: code-reviewer
            description: Use this agent when: code was written. Examples: <example>user: "hi"</example>
            tools: Read, Grep, Bash
            model: inherit
            color: red
            ---

            You are a reviewer.
            """, "code-reviewer.md")
        let card = try #require(reading.card)

        #expect(card.name == "code-reviewer")
        #expect(card.description.hasPrefix("Use this agent when: code"))
        #expect(card.extra["tools"] == "Read, Grep, Bash")
        #expect(reading.diagnostics.map(\.severity) == [.warning])
        #expect(reading.diagnostics.first?.line == 3)
    }

    @Test("a number or a yes is not a list", arguments: ["3", "true", "0.5", "yes"])
    func noList(word: String) {
        let reading = parse("---\nname: X\ntags: \(word)\n---\n", "x.md")

        #expect(reading.card == nil)
        #expect(reading.diagnostics.first?.line == 3)
    }

    @Test("a skill is taken as it is")
    func skill() throws {
        let card = try #require(
            parse(
                "---\nname: pdf\ndescription: Reads PDFs\nlicense: MIT\nallowed-tools: [Read]\nmetadata: {version: 1.0}\n---\n# PDF\n",
                "skills/pdf/SKILL.md"
            ).card)

        #expect(card.id == "skills.pdf")
        #expect(card.extra["allowed-tools"] == ["Read"])
        #expect(card.extra["metadata"] == ["version": 1.0])
    }

    @Test("body lines that differ from the front matter are a warning with both lines")
    func bodyLines() throws {
        let reading = parse(
            "---\nname: x\ntags: [a, b]\n---\n# X\n\nTags: a, c\nHosts: **codex**\nDepends-On: core.quality\n"
        )
        let card = try #require(reading.card)

        #expect(reading.diagnostics.count == 1)
        #expect(reading.diagnostics.first?.line == 7)
        #expect(reading.diagnostics.first?.message.contains("line 3") == true)
        #expect(card.tags == ["a", "b"])
        #expect(card.hosts == ["codex"])
        #expect(card.dependencies == ["core.quality"])
    }

    @Test("lists below headings are data")
    func bodyLists() throws {
        let card = try #require(
            parse(
                """
                ---
                name: x
                ---
                ## Activation signals
                - tags: api, payments
                - phrase: error budget
                - input: slo
                ## Required inputs
                - slo.availability: the budget
                ## Deliverables
                - analysis.json
                """
            ).card)

        #expect(card.activation.tags == ["api", "payments"])
        #expect(card.activation.inputs == ["/inputs/slo"])
        #expect(card.requiredInputs.map(\.why) == ["the budget"])
        #expect(card.deliverables == ["analysis.json"])
    }

    @Test(
        "a bad card is refused with a line",
        arguments: [
            ("---\nid: Not An Id\nname: x\n---\n", 2), ("---\nname: x\nbrain: http\n---\n", 3),
            ("---\nname: x\nattempt_timeout: 30\n---\n", 3),
            ("---\nname: x\ninstances: many\n---\n", 3),
            ("---\nname: x\npreset: other\n---\n", 3), ("---\nname: x\nreview: maybe\n---\n", 3),
            ("---\nname: x\ntags: {a: b}\n---\n", 3), ("---\nname: x\n", 1), ("---\n- a\n---\n", 2),
            ("---\nname: x\ndependencies: [Bad Id]\n---\n", 3),
        ])
    func refused(text: String, line: Int) {
        let reading = parse(text)

        #expect(reading.card == nil)
        #expect(reading.diagnostics.filter { $0.severity == .error }.map(\.line).contains(line))
    }

    @Test("two cards of one id are both named and neither is used")
    func duplicates() {
        let one = Array("---\nid: a\nname: x\n---\n".utf8)
        let set = CardSet(files: [("x.md", one), ("y.md", one), ("z.md", Array("# Z\n".utf8))])

        #expect(set.cards.map(\.id) == ["z"])
        #expect(set.reports.filter { $0.diagnostics.hasErrors }.map(\.path) == ["x.md", "y.md"])
    }

    @Test("lint says what a card lacks and how to mend it")
    func lint() throws {
        let card = try #require(parse("---\nname: x\n---\n# X\n").card)
        let fields = card.lint.map(\.field)

        #expect(fields.contains("brain"))
        #expect(fields.contains("activation"))
        #expect(card.lint.allSatisfy { $0.suggestion != nil })
    }
}
