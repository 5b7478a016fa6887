// Durations, spelling, tables and what is made harmless.
import CommandTree
import Testing

@Suite struct TextTests {
    @Test(
        "a length of time is read with its units",
        arguments: [
            ("90s", 90_000), ("1h30m", 5_400_000), ("250ms", 250), ("2d", 172_800_000),
            ("1.5m", 90_000), ("0s", 0),
        ] as [(String, Int64)])
    func durations(text: String, milliseconds: Int64) {
        #expect(DurationText.milliseconds(text) == milliseconds)
    }

    @Test("what is no length of time is refused", arguments: ["", "90", "s", "5x", "-3s", "1h 3m"])
    func notDurations(text: String) {
        #expect(DurationText.milliseconds(text) == nil)
    }

    @Test(
        "a length of time is written short",
        arguments: [
            (350, "350 ms"), (4200, "4.2 s"), (12_000, "12 s"), (200_000, "3 m 20 s"),
            (7_500_000, "2 h 5 m"), (176_400_000, "2 d 1 h"), (180_000, "3 m"),
        ] as [(Int64, String)])
    func written(milliseconds: Int64, text: String) {
        #expect(DurationText.text(milliseconds: milliseconds) == text)
    }

    @Test("columns line up and the last one gives way")
    func table() {
        var table = Table(["ID", "N", "TITLE"], rightAligned: [1])
        table.add(["t-1", "5", "short"])
        table.add(["t-1234", "17", "a title that is rather long"])

        let text = table.text(paint: Paint(isColoured: false), width: 30)

        #expect(
            text == """
                ID       N  TITLE
                t-1      5  short
                t-1234  17  a title that is…
                """)
    }

    @Test("the widest columns give way first, names at their beginning; piped, none does")
    func narrowTable() {
        var table = Table(["ID", "AGENT", "TITLE"])
        table.add([
            "t-1", .init("backend.queue_worker_planner", .name), "a plan for the whole queue",
        ])

        let narrow = table.text(paint: Paint(isColoured: false), width: 54)
        let whole = table.text(paint: Paint(isColoured: false), width: nil)

        #expect(
            narrow == """
                ID   AGENT                    TITLE
                t-1  …queue_worker_planner    a plan for the whole…
                """)
        #expect(whole.hasSuffix("t-1  backend.queue_worker_planner  a plan for the whole queue"))
    }

    @Test("a last column that wraps goes on below itself")
    func wrappingTable() {
        var table = Table(["ID", "WHAT"], wrapsLast: true)
        table.add(["t-1", "failed: the style guide is missing"])

        #expect(
            table.text(paint: Paint(isColoured: false), width: 30) == """
                ID   WHAT
                t-1  failed: the style guide
                     is missing
                """)
    }

    @Test("text from elsewhere cannot drive the terminal")
    func harmless() {
        #expect(Prose.harmless("a\u{1B}[2Jb\nc\u{202E}d") == "a\u{FFFD}[2Jb c\u{FFFD}d")
        #expect(Prose.harmlessLines("one\ntwo\u{07}") == "one\ntwo\u{FFFD}")
    }

    @Test("words are quoted only when a shell needs it")
    func quoting() {
        #expect(ShellWord.quoted("slo.availability=99.8%") == "slo.availability=99.8%")
        #expect(ShellWord.quoted("it's") == "'it'\\''s'")
        #expect(ShellWord.quoted("") == "''")
    }

    @Test("completions name every command, and every script is complete")
    func completions() {
        let completions = Completions(root: SampleTree.root)

        for shell in Shell.allCases {
            let script = completions.script(for: shell)
            for word in ["submit", "task", "brief", "audit", "priority", "queue"] {
                #expect(script.contains(word), "\(shell) misses \(word)")
            }
        }
    }
}
