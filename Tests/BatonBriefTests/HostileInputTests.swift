// Claims about texts that were made to hurt: they are refused, in time and without a crash.

import BatonBrief
import JSON
import Markdown
import Testing
import YAML

@Suite(.timeLimit(.minutes(10))) struct HostileInputTests {
    @Test("an alias bomb is refused by its expanded size")
    func aliasBomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let alias = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(alias)]\n"
        }

        #expect(throws: YAMLError.self) { try YAMLDocument(parsing: text) }
    }

    @Test("aliases cannot nest deeper than the limit")
    func aliasDepth() {
        let open = String(repeating: "[", count: 20)
        let close = String(repeating: "]", count: 20)
        let text = "a: &a \(open)x\(close)\nb: &b \(open)*a\(close)\n"

        #expect(throws: YAMLError.self) { try YAMLDocument(parsing: text) }
    }

    @Test("a cycle of anchors is refused")
    func cycle() {
        #expect(throws: YAMLError.self) { try YAMLDocument(parsing: "a: &a [*a]") }
    }

    @Test("deep nesting is refused", arguments: ["[", "{a: ", "- "])
    func depth(opening: String) {
        let text = String(repeating: opening, count: 5000)

        #expect(throws: YAMLError.self) { try YAMLDocument(parsing: text) }
        _ = BriefParser.parse(Array("---\n\(text)\n---\n".utf8))
    }

    @Test("errors have a line and a column")
    func places() throws {
        do {
            _ = try YAMLDocument(parsing: "a: 1\nb: [1, 2\nc: 3\n")
            Issue.record("accepted")
        } catch {
            #expect(error.line >= 2)
            #expect(error.column >= 1)
        }
    }

    @Test("a duplicate key is reported with both lines")
    func duplicates() throws {
        let document = try YAMLDocument(parsing: "a: 1\nb: 2\na: 3\n")

        #expect(document.duplicates.map(\.key) == ["a"])
        #expect(document.duplicates.map(\.line) == [3])
        #expect(document.duplicates.map(\.firstLine) == [1])
    }

    @Test("a million bytes of junk are refused at once")
    func junk() {
        let bytes = [UInt8](repeating: 0x5B, count: 1 << 20)

        #expect(BriefParser.parse(bytes).document == nil)
        #expect(CardParser.parse(bytes, path: "x.md").card == nil)
        #expect(throws: YAMLError.self) { try YAMLDocument(parsing: bytes) }
    }

    @Test(
        "Markdown that nests without end is read in time",
        arguments: [">", "- ", "*", "[", "`", "|a|\n", "![", "_a ", "<a ", "\\"])
    func markdown(piece: String) {
        let text = String(repeating: piece, count: 60_000 / piece.utf8.count)

        #expect(MarkdownDocument(parsing: text) != nil)
        _ = BriefParser.parse(Array(("# Objective\n\n" + text).utf8))
    }

    @Test(
        "Markdown that would keep the parser busy for minutes is refused, with limit and value",
        arguments: [
            "[a]: b\n**a *a ", "**a *a <?", "***a [a] ", "| a | b ", "a<!",
        ])
    func costlyMarkdown(piece: String) {
        let text = String(repeating: piece, count: 500_000 / piece.utf8.count)
        let table = String(repeating: "|-", count: 4_000) + "|\n"
        let wide = table + table + String(repeating: "|1\n", count: 8_000)

        for text in [text, wide] {
            #expect(MarkdownDocument(parsing: text) == nil)
            #expect(MarkdownDocument.problem(with: text)?.contains("markupStepsMax") == true)
            let brief = BriefParser.parse(Array("# Objective\n\n\(text.prefix(200_000))".utf8))
            #expect(brief.document == nil)
            #expect(brief.diagnostics.contains { $0.message.contains("markupStepsMax") })
            let card = CardParser.parse(Array(text.utf8.prefix(200_000)), path: "x.md")
            #expect(card.diagnostics.contains { $0.message.contains("markupStepsMax") })
        }
    }

    @Test("a long list of links, and a long table, are read")
    func plainMarkdown() {
        let list = String(repeating: "- see [the **docs**](x) and *this*\n", count: 10_000)
        let table = "| a | b |\n|---|---|\n" + String(repeating: "| 1 | 2 |\n", count: 20_000)

        #expect(MarkdownDocument(parsing: list) != nil)
        #expect(MarkdownDocument(parsing: table) != nil)
    }

    @Test("what is reported of one text is bounded, in number and in length")
    func boundedReports() {
        let key = String(repeating: "k", count: 10_000)
        let keys = (0..<9_000).map { "k\($0): 1\n" }.joined()
        let long = BriefParser.parse(Array("---\n\(key): 1\n---\n".utf8))
        let many = BriefParser.parse(Array("---\n\(keys)---\n".utf8))
        let list = Array(("[" + String(repeating: "0,", count: 30_000) + "0]").utf8)
        let card = Array("{\"tags\":".utf8) + list + Array("}".utf8)
        let refusal = #expect(throws: DocumentRefusal.self) { try DocumentKind.card.parse(card) }

        #expect(long.diagnostics.allSatisfy { $0.message.utf8.count <= Diagnostic.textBytesMax })
        #expect(many.diagnostics.count == Diagnostic.diagnosticsMax + 1)
        #expect(many.diagnostics.last?.message.hasPrefix("and ") == true)
        #expect(many.diagnostics.hasErrors)
        #expect(refusal?.findings.count == DocumentRefusal.findingsMax + 1)
    }

    @Test("a fault in YAML quotes a name of any length in few bytes")
    func longAlias() {
        let text = "a: *" + String(repeating: "n", count: 20_000)

        let fault = #expect(throws: YAMLError.self) { try YAMLDocument(parsing: text) }

        #expect((fault?.message.utf8.count ?? .max) <= 1_024)
    }

    @Test("random bytes never crash", arguments: 0..<8 as Range<UInt64>)
    func random(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        let alphabet = Array("---\n# :[]{}&*!|>'\"%@`,?abc019 \n\t\u{e9}".utf8)
        for round in 0..<150 {
            let count = Int(next() % 400)
            var bytes: [UInt8] = []
            for _ in 0..<count {
                bytes.append(
                    round % 2 == 0
                        ? UInt8(truncatingIfNeeded: next())
                        : alphabet[Int(next() % UInt64(alphabet.count))])
            }
            let framed = Array("---\n".utf8) + bytes + Array("\n---\n# Objective\nx\n".utf8)
            for input in [bytes, framed, Array("{".utf8) + bytes] {
                let reading = BriefParser.parse(input)
                if let document = reading.document {
                    #expect(DocumentKind.brief.findings(in: document.json).isEmpty)
                }
                if let card = CardParser.parse(input, path: "a/b.md").card {
                    #expect(DocumentKind.card.findings(in: card.json).isEmpty)
                }
                _ = try? Units.duration(String(decoding: input, as: UTF8.self))
            }
        }
    }
}
