// Claims about texts that were made to hurt: they are refused, in time and without a crash.

import BatonBrief
import JSON
import Markdown
import Testing
import YAML

@Suite(.timeLimit(.minutes(2))) struct HostileInputTests {
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
