// What Markdown may cost. libcmark-gfm looks at every mark of emphasis before a link again for each
// link of the same paragraph, and at the rest of the paragraph for each `<?` and `<!` without an
// end; and it fills every row of a table up to the width of the widest. A few hundred kilobytes of
// these would keep it busy for minutes, or take all memory.

extension MarkdownDocument {
    /// Largest text, in bytes.
    package static let markdownBytesMax = 1_048_576
    /// Steps of inline parsing at worst, summed over the paragraphs. At the bound they take about a
    /// second; a page full of links takes a thousandth of it.
    package static let markupStepsMax = 256 << 20

    /// Why a text is not parsed, with limit and value; nil if it is.
    package static func problem(with text: String) -> String? {
        let bytes = text.utf8.count
        guard bytes <= markdownBytesMax else {
            return "Markdown of \(bytes) bytes exceeds markdownBytesMax \(markdownBytesMax)"
        }
        var cost = MarkupCost()
        for byte in text.utf8 { cost.count(byte) }
        guard cost.steps <= markupStepsMax else {
            return "links, open tags or table columns need \(cost.steps) steps, more than "
                + "markupStepsMax \(markupStepsMax)"
        }
        return nil
    }
}

/// The steps of the paragraphs so far. Paragraphs end at blank lines, and where a bullet begins an
/// item; other ends are not looked for, so that the sum is rather too large than too small.
private struct MarkupCost {
    private var ended = 0
    private var bytes = 0
    private var marks = 0
    private var brackets = 0
    private var openTags = 0
    private var isBehindLess = false
    private var pipes = 0
    private var widest = 0
    private var rows = 1
    private var line = LineStart()

    /// A mark looked at costs about as much as eight bytes, a cell as much as a thousand.
    var steps: Int {
        ended + 8 * marks * brackets + openTags * bytes + Self.cell * max(widest, pipes) * rows
            + 4 * pipes * pipes
    }

    private static let cell = 1_024

    mutating func count(_ byte: UInt8) {
        bytes += 1
        switch byte {
        case UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "~"): marks += 1
        case UInt8(ascii: "["), UInt8(ascii: "]"): brackets += 1
        case UInt8(ascii: "?"), UInt8(ascii: "!"): openTags += isBehindLess ? 1 : 0
        case UInt8(ascii: "|"): pipes += 1
        case 0x0A:
            ended += 4 * pipes * pipes
            widest = max(widest, pipes)
            rows += 1
            pipes = 0
        default: break
        }
        isBehindLess = byte == UInt8(ascii: "<")
        guard line.endsParagraph(byte) else { return }
        ended = steps
        (bytes, marks, brackets, openTags) = (0, 0, 0, 0)
        (pipes, widest, rows) = (0, 0, 1)
    }
}

/// Follows the beginnings of lines as far as they end paragraphs.
private struct LineStart {
    private enum Place {
        /// Nothing but so many spaces.
        case indent(Int)
        /// A bullet that may begin an item, if a space follows.
        case bullet
        case text
    }

    private var place = Place.indent(0)

    /// True at the end of a blank line, and behind a bullet with its space.
    mutating func endsParagraph(_ byte: UInt8) -> Bool {
        switch (place, byte) {
        case (.indent, 0x0A), (.indent, 0x0D):
            place = .indent(0)
            return true
        case (_, 0x0A), (_, 0x0D):
            place = .indent(0)
            return false
        case (.indent(let count), 0x20) where count < 3:
            place = .indent(count + 1)
            return false
        case (.indent, UInt8(ascii: "-")), (.indent, UInt8(ascii: "*")),
            (.indent, UInt8(ascii: "+")):
            place = .bullet
            return false
        case (.bullet, 0x20):
            place = .text
            return true
        default:
            place = .text
            return false
        }
    }
}
