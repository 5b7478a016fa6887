// The shape of files: headers, lengths of lines, functions and files, names that say nothing.

import Testing

@Suite("Shape of files", .timeLimit(.minutes(10)))
struct ShapeTests {
    static let columnsMax = 100
    static let functionLinesMax = 70
    static let fileLinesMax = 500
    static let headerLinesMax = 12

    let tree: SourceTree

    init() throws { tree = try SourceTree.project.get() }

    @Test("every Swift file begins with a header that says what it is for")
    func headers() {
        let found = tree.sources.compactMap { source -> TidyFinding? in
            let header = source.file.lines.prefix { $0.hasPrefix("//") }
            guard header.isEmpty || header.count > Self.headerLinesMax else { return nil }
            return TidyFinding(
                path: source.file.path, line: 1, what: "",
                message: "has a header of \(header.count) lines")
        }

        #expect(found.remaining() == [])
    }

    @Test("no file is empty but for its header")
    func placeholders() {
        let found = tree.sources.filter { $0.swift.words.isEmpty }.map {
            TidyFinding(path: $0.file.path, line: 1, what: "", message: "holds no code")
        }

        #expect(found.remaining() == [])
    }

    @Test("a line of Swift has 100 columns at most")
    func columns() {
        let found = tree.sources.flatMap { source in
            let code = source.swift.lines
            return source.file.lines.enumerated().filter {
                $0.element.count > Self.columnsMax
                    && !source.swift.textLines.contains($0.offset + 1)
                    && !(source.file.isTest && Self.overhangs($0.element, code[$0.offset]))
            }.map {
                TidyFinding(
                    path: source.file.path, line: $0.offset + 1, what: "",
                    message: "has \($0.element.count) columns")
            }
        }

        #expect(found.remaining() == [])
    }

    /// Whether only a text stands beyond the last column: it is broken where it is read,
    /// not where a line ends. Good enough for tests, whose texts are what they are.
    private static func overhangs(_ line: Substring, _ code: String) -> Bool {
        let isComment = line.drop { $0 == " " }.hasPrefix("//")
        return !isComment && code.dropFirst(columnsMax).allSatisfy { " \"#,)]".contains($0) }
    }

    @Test("no line ends in a space, and every text file ends in one line feed")
    func lineEnds() {
        let found = tree.files.filter { !$0.path.hasPrefix("Protocols/vectors/") }.flatMap { file in
            var found = file.lines.enumerated().filter { $0.element.last == " " }.map {
                TidyFinding(
                    path: file.path, line: $0.offset + 1, what: "", message: "ends in a space")
            }
            if file.lines.last != "" || file.lines.dropLast().last == "" {
                found.append(
                    TidyFinding(
                        path: file.path, line: file.lines.count, what: "",
                        message: "does not end in one line feed"))
            }
            return found
        }

        #expect(found.remaining() == [])
    }

    @Test("a function has 70 lines at most, unless it is a table of cases")
    func functions() {
        let found = tree.sources.flatMap { source in
            Function.all(in: source.swift)
                .filter { $0.length > Self.functionLinesMax && !$0.isTable }
                .map {
                    TidyFinding(
                        path: source.file.path, line: $0.line, what: $0.name,
                        message: "\($0.name) has \($0.length) lines")
                }
        }

        #expect(found.remaining() == [])
    }

    @Test("functions are found with their lengths")
    func functionCanary() {
        let text = SwiftText(
            """
            protocol P { func a() -> Int; init(b: Int) }
            struct S: P {
                var stored = { 1 }()
                var c: Int {
                    1
                }
                init(
                    b: Int = { 2 }()
                ) { self.stored = b }
                func a()
                    -> Int
                {
                    if case .some(var d) = e { d.init() }
                }
            }
            """)

        let functions = Function.all(in: text)

        #expect(functions.map(\.name) == ["c", "init", "a"])
        #expect(functions.map(\.length) == [3, 3, 5])
    }

    @Test("a file has 500 lines at most, unless its header says why it stays whole")
    func fileLengths() {
        let found = tree.sources.compactMap { source -> TidyFinding? in
            let count = source.file.lines.count - 1
            let header = source.file.lines.prefix { $0.hasPrefix("//") }.joined(separator: " ")
            guard count > Self.fileLinesMax, !header.contains("whole") else { return nil }
            return TidyFinding(
                path: source.file.path, line: 1, what: "", message: "has \(count) lines")
        }

        #expect(found.remaining() == [])
    }

    @Test(
        "no name says Utils, Helpers, Common, Manager or Base, and no type is named like a target")
    func names() throws {
        let empty = ["Utils", "Util", "Helpers", "Helper", "Common", "Manager", "Base"]
        let kinds: Set = ["struct", "class", "enum", "actor", "protocol", "typealias"]
        let targets = Set(tree.sources.compactMap(\.file.target))
        let found = tree.sources.flatMap { source -> [TidyFinding] in
            let words = source.swift.words
            return words.indices.dropLast().compactMap { index in
                let name = words[index + 1].text
                guard kinds.contains(words[index].text), words[index].after.isLetter,
                    empty.contains(where: { name.hasSuffix($0) }) || targets.contains(name)
                else { return nil }
                return TidyFinding(
                    path: source.file.path, line: words[index].line, what: name,
                    message: "a type is called \(name)")
            }
        }

        #expect(found.remaining() == [])
    }
}
