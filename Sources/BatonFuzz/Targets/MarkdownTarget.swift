// Markdown as such, with the constructs that are known to cost parsers much.

import Markdown

struct MarkdownTarget: FuzzTarget {
    static let name = "markdown"

    private static let costly = [
        ">", "- ", "*", "[", "`", "|a|\n", "![", "_a ", "<a ", "\\", "**a *a ", "[a](", "&amp",
        "<!--", "* * ",
        "[a]: b\n", "[a][", "~", "1. ", "\t", "a\n|-|\n", "]", "](", "***a", "<", "<?", "```\n",
        "# ", "www.a",
    ]
    private let mutator = Mutator(words: costly + TextGenerator.markdownWords)

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        if random.once(in: 6) {
            let piece = random.pick(Self.costly) + random.pick(Self.costly + [""])
            let text = String(repeating: piece, count: 1 + random.length(upTo: 12_000))
            return Array(text.utf8)
        }
        let text = Array(TextGenerator.markdown(&random).utf8)
        return random.once(in: 5) ? text : mutator.mutate(text, &random, with: text)
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let text = String(decoding: input, as: UTF8.self)
        guard let document = MarkdownDocument(parsing: text) else { return .refused("too large") }
        let end = document.firstLine + document.lines.count
        for section in document.sections {
            try require((1...end).contains(section.line), "a section in line \(section.line)")
            _ = document.source(section.sourceLines)
        }
        return .accepted(document.sections.isEmpty ? "flat" : "sections")
    }
}
