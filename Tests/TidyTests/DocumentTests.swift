// Markdown documents: one title each, and links that lead somewhere.

import BatonPlatform
import Testing

@Suite("Documents", .timeLimit(.minutes(10)))
struct DocumentTests {
    let files: [TextFile]
    let documents: [TextFile]

    init() throws {
        files = try SourceTree.project.get().files
        documents = files.filter { $0.path.hasSuffix(".md") }
    }

    /// The lines outside of code fences and of front matter, with their numbers.
    private static func prose(_ file: TextFile) -> [(number: Int, line: Substring)] {
        var isFenced = false
        var isFront = file.lines.first == "---"
        return file.lines.enumerated().compactMap { offset, line in
            if isFront {
                if offset > 0, line == "---" { isFront = false }
                return nil
            }
            if line.drop(while: { $0 == " " }).hasPrefix("```") {
                isFenced.toggle()
                return nil
            }
            return isFenced ? nil : (offset + 1, line)
        }
    }

    @Test("a document has one title, and it comes first")
    func titles() {
        let found = documents.compactMap { file -> TidyFinding? in
            let headings = Self.prose(file).filter { $0.line.hasPrefix("#") }
            let titles = headings.filter { $0.line.hasPrefix("# ") }
            guard titles.count != 1 || headings.first?.number != titles.first?.number else {
                return nil
            }
            return TidyFinding(
                path: file.path, line: titles.last?.number ?? 1, what: "",
                message: "has \(titles.count) titles")
        }

        #expect(documents.count > 10)
        #expect(found.remaining() == [])
    }

    @Test("a suite that the guarantees name is one that can be run")
    func suites() throws {
        let guarantees = try #require(documents.first { $0.path == "Protocols/guarantees.md" })
        let tests = files.filter { $0.isTest && $0.isSwift }
        let named = Set(
            guarantees.text.split(separator: "`").filter {
                $0.hasSuffix("Tests") && $0.allSatisfy(\.isLetter)
            })
        let missing = named.filter { name in
            !tests.contains { $0.text.contains("struct \(name)") || $0.target == String(name) }
        }

        #expect(named.count > 15)
        #expect(missing.sorted() == [])
    }

    @Test("a relative link leads to a file, and to a heading of it")
    func links() {
        let paths = Set(files.map(\.path))
        let folders = Set(files.map { Files.parent(of: $0.path) })
        let found = documents.flatMap { file in
            Self.prose(file).flatMap { number, line in
                Self.targets(line).compactMap { target -> TidyFinding? in
                    let pieces = target.split(
                        separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                    let path =
                        pieces[0].isEmpty
                        ? file.path : Self.resolved(pieces[0], from: file.path)
                    guard paths.contains(path) || folders.contains(path) else {
                        return TidyFinding(
                            path: file.path, line: number, what: String(target),
                            message: "links to \(target), which is not there")
                    }
                    guard pieces.count == 2, let document = files.first(where: { $0.path == path })
                    else { return nil }
                    let anchors = Self.prose(document).map(\.line).filter { $0.hasPrefix("#") }
                        .map(Self.anchor)
                    return anchors.contains(String(pieces[1]))
                        ? nil
                        : TidyFinding(
                            path: file.path, line: number, what: String(target),
                            message: "links to \(target), a heading that is not there")
                }
            }
        }

        #expect(found.remaining() == [])
    }

    @Test("files that prose names in code style are there")
    func named() {
        let roots = ["Sources/", "Tests/", "Protocols/", "Agents/", "deploy/"]
        let paths = files.map(\.path)
        let found = documents.flatMap { file in
            Self.prose(file).flatMap { number, line in
                line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                    .filter { $0.offset % 2 == 1 }.map(\.element)
                    .filter { name in roots.contains { name.hasPrefix($0) } && !name.contains(" ") }
                    .filter { name in !paths.contains { $0.hasPrefix(name.drop { $0 == "/" }) } }
                    .map {
                        TidyFinding(
                            path: file.path, line: number, what: String($0),
                            message: "names \($0), which is not there")
                    }
            }
        }

        #expect(found.remaining() == [])
    }

    @Test("the program holds the cards and the worker as they are")
    func embedded() throws {
        let program = try #require(
            files.first { $0.path == "Sources/baton/Starting/EmbeddedFiles.swift" }
        ).text
        let cards = documents.filter { file in
            file.path.hasPrefix("Agents/") && file.name != "README.md"
                && !["Agents/briefs/", "Agents/examples/", "Agents/playbooks/"].contains {
                    file.path.hasPrefix($0)
                }
        }
        let worker = try #require(files.first { $0.path == "Tests/interop/worker.py" })

        let stale = (cards + [worker]).filter { !program.contains("\n\($0.text)\n\"\"\"##") }

        #expect(cards.count == 4)
        #expect(stale.map(\.path) == [], "deploy/embed writes the file again")
    }

    @Test("every folder below Sources and Tests stands in the map of the tree")
    func map() throws {
        let readme = try #require(files.first { $0.path == "README.md" }).text
        let targets = Set(
            files.filter { $0.isSwift && !$0.isTest }.compactMap(\.target)
        ).sorted()

        #expect(targets.filter { !readme.contains("`\($0)`") && !readme.contains("/\($0)`") } == [])
    }

    /// The relative targets of a line's links.
    private static func targets(_ line: Substring) -> [Substring] {
        line.split(separator: "](", omittingEmptySubsequences: false).dropFirst().compactMap {
            guard let end = $0.firstIndex(of: ")") else { return nil }
            let target = $0[..<end]
            return target.contains("://") || target.hasPrefix("mailto:") ? nil : target
        }
    }

    private static func resolved(_ target: Substring, from path: String) -> String {
        var steps = path.split(separator: "/").dropLast()
        for step in target.split(separator: "/") where step != "." {
            if step == ".." { _ = steps.popLast() } else { steps.append(step) }
        }
        return steps.joined(separator: "/")
    }

    /// How readers of Markdown name a heading.
    private static func anchor(_ heading: Substring) -> String {
        let text = heading.drop { $0 == "#" }.drop { $0 == " " }
        return String(
            text.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
                .map { $0 == " " ? "-" : $0 })
    }
}
