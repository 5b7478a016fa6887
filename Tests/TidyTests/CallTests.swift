// Words that code must not say: questions to the world outside the one target that may ask, and
// what hides faults.

import Testing

@Suite("Calls", .timeLimit(.minutes(10)))
struct CallTests {
    /// Time, chance and surroundings, as C and Swift call them.
    static let world: Set = [
        "clock_gettime", "gettimeofday", "localtime", "localtime_r", "gmtime", "gmtime_r",
        "getenv", "secure_getenv", "setenv", "unsetenv", "environ", "getrandom", "getentropy",
        "arc4random", "drand48", "srand", "random", "randomElement", "shuffled", "shuffle",
        "SystemRandomNumberGenerator", "ContinuousClock", "SuspendingClock", "UUID", "ProcessInfo",
        "CommandLine", "usleep", "nanosleep", "getpid", "gethostname",
    ]

    let sources: [SourceFile]

    init() throws { sources = try SourceTree.project.get().sources }

    private func findings(
        in files: [SourceFile], _ message: String, _ isWrong: (Word) -> Bool
    ) -> [TidyFinding] {
        files.flatMap { source in
            source.swift.words.filter(isWrong).map {
                TidyFinding(
                    path: source.file.path, line: $0.line, what: $0.text,
                    message: "\($0.text): \(message)")
            }
        }
    }

    /// Everything but tests and what `isLeftOut` names.
    private func sources(except isLeftOut: (String) -> Bool = { _ in false }) -> [SourceFile] {
        sources.filter { source in
            guard let target = source.file.target else { return false }
            return !source.file.isTest && !isLeftOut(target)
        }
    }

    @Test("a search finds words in code, and none in comments and texts")
    func canary() {
        let text = SwiftText(
            """
            // hashValue in a comment /* getenv */
            let a = "getenv \\(b.hashValue) \\"random\\""
            let c = #"\\(getenv)"#  /* nested /* random */ random */
            """)

        #expect(text.words.map(\.text) == ["let", "a", "b", "hashValue", "let", "c"])
        #expect(text.words[3].line == 2)
        #expect(text.comments.count == 2)
        #expect(SwiftText("a\n\"\"\"\nb\n\"\"\"\nc").textLines == [3, 4])
    }

    @Test("only BatonPlatform asks the host for time, chance and surroundings")
    func world() {
        // A constructor or a call; `random` may be the name of what a command carries.
        let found = findings(
            in: sources { $0 == "BatonPlatform" }, "only BatonPlatform asks the world"
        ) {
            Self.world.contains($0.text) && ($0.text != "random" || $0.after == UInt8(ascii: "("))
        }
        let dates = findings(in: sources(), "time is an Instant") {
            $0.text == "Date" && $0.after == UInt8(ascii: "(")
        }

        #expect(
            (found + dates).remaining(allowing: [
                Allowance(
                    "Sources/baton/main.swift", "CommandLine",
                    because: "the program's own arguments, handed on from here"),
                Allowance(
                    "Sources/baton-crash/main.swift", "CommandLine",
                    because: "the program's own arguments, handed on from here"),
                Allowance(
                    "Sources/baton-sim/main.swift", "CommandLine",
                    because: "the program's own arguments, handed on from here"),
                Allowance(
                    "Sources/baton-fuzz/main.swift", "CommandLine",
                    because: "the program's own arguments, handed on from here"),
            ]) == [])
    }

    @Test("identity is an id or a digest, never a hash of this process")
    func hashes() {
        let found = findings(in: sources(), "differs from process to process") {
            // `hash(into:)` is how a type becomes hashable; a hasher of one's own gives values.
            $0.text == "hashValue" || ($0.text == "Hasher" && $0.after == UInt8(ascii: "("))
        }

        #expect(found.remaining() == [])
    }

    @Test("only the program prints")
    func printing() {
        let found = findings(in: sources { $0 == "baton" }, "say it to the caller") {
            ["print", "debugPrint", "dump"].contains($0.text) && $0.after == UInt8(ascii: "(")
                && $0.before != UInt8(ascii: ".")
        }

        #expect(found.remaining() == [])
    }

    @Test("no error and no nothing is forced away outside tests")
    func force() {
        let found = sources().flatMap { source in
            Self.forced(source.swift).map { line, what in
                TidyFinding(
                    path: source.file.path, line: line, what: what,
                    message: "\(what) traps without a reason")
            }
        }

        #expect(found.remaining() == [])
    }

    @Test("a forced unwrap is told from a negation and an inequality")
    func forceCanary() {
        let text = SwiftText(
            """
            let a = b!.c + d(1)! + e[0]!
            if !f, g != h, "x!" != i { try! j() as! K }
            """)

        #expect(Self.forced(text).map(\.what) == ["!", "!", "!", "try!", "as!"])
    }

    /// Exclamation marks that stand right behind a value or behind `try` and `as`.
    private static func forced(_ text: SwiftText) -> [(line: Int, what: String)] {
        var found: [(Int, String)] = []
        var line = 1
        let code = text.code
        for index in code.indices {
            if code[index] == UInt8(ascii: "\n") { line += 1 }
            guard code[index] == UInt8(ascii: "!"), index > 0 else { continue }
            let before = code[index - 1]
            let isInequality = index + 1 < code.count && code[index + 1] == UInt8(ascii: "=")
            let closes = [UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}")].contains(before)
            guard !isInequality, before.isLetter || before.isDigit || closes else { continue }
            let word = code[..<index].suffix(4)
            if word.elementsEqual(Array(" try".utf8)) || word.elementsEqual(Array("\ntry".utf8)) {
                found.append((line, "try!"))
            } else if word.suffix(3).elementsEqual(Array(" as".utf8)) {
                found.append((line, "as!"))
            } else {
                found.append((line, "!"))
            }
        }
        return found
    }
}
