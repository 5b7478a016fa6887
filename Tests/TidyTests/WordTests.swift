// Words that must stand nowhere: work not done, the machine a file was written on, and numbers of a
// list that the reader does not have.

import Testing

@Suite("Words", .timeLimit(.minutes(10)))
struct WordTests {
    let tree: SourceTree

    init() throws { tree = try SourceTree.project.get() }

    /// This file names what it looks for.
    private var files: [TextFile] {
        tree.files.filter { $0.path != "Tests/TidyTests/WordTests.swift" }
    }

    private func findings(_ words: [String], in files: [TextFile]) -> [TidyFinding] {
        files.flatMap { file -> [TidyFinding] in
            // One look at the whole file first: nearly all have none of them.
            let lower = file.text.lowercased()
            let present = words.filter { lower.contains($0.lowercased()) }
            guard !present.isEmpty else { return [] }
            return file.lines.enumerated().flatMap { number, line in
                present.filter { line.lowercased().contains($0.lowercased()) }.map {
                    TidyFinding(
                        path: file.path, line: number + 1, what: $0, message: "says “\($0)”")
                }
            }
        }
    }

    @Test("no comment and no document leaves work for later")
    func laterWork() {
        let marks: Set<Substring> = ["TODO", "FIXME", "XXX", "HACK"]
        func isMarked(_ text: Substring) -> Bool {
            text.split { !$0.isLetter }.contains { marks.contains($0) }
        }
        let comments = tree.sources.flatMap { source in
            source.swift.comments.filter { isMarked(Substring($0.text)) }.map {
                TidyFinding(
                    path: source.file.path, line: $0.line, what: "", message: $0.text)
            }
        }
        let others = files.filter { !$0.isSwift && !$0.path.hasPrefix("Protocols/vectors/") }
            .flatMap { file in
                file.lines.enumerated().filter { isMarked($0.element) }.map {
                    TidyFinding(
                        path: file.path, line: $0.offset + 1, what: "", message: String($0.element))
                }
            }

        #expect((comments + others).remaining() == [])
    }

    @Test("no file names a path of the machine it was written on")
    func paths() {
        let found = findings(
            ["/root/", "/home/runner", "/Users/"], in: files)

        #expect(found.remaining() == [])
    }

    @Test("no file refers to a numbered issue")
    func issues() {
        let found = files.filter { !$0.path.hasPrefix("Protocols/vectors/") }.flatMap { file in
            file.lines.enumerated().filter { Self.namesIssue($0.element) }.map {
                TidyFinding(
                    path: file.path, line: $0.offset + 1, what: "", message: String($0.element))
            }
        }

        #expect(found.remaining() == [])
    }

    /// `#12` or `issue 12` as words of their own.
    private static func namesIssue(_ line: Substring) -> Bool {
        let words = line.split { $0 == " " || $0 == "(" || $0 == ")" || $0 == "," || $0 == "." }
        return words.indices.contains { index in
            let word = words[index]
            if word.first == "#", word.count > 1, word.dropFirst().allSatisfy(\.isNumber) {
                return true
            }
            return word.lowercased() == "issue" && index + 1 < words.count
                && words[index + 1].allSatisfy { $0.isNumber || $0 == "#" }
        }
    }
}
