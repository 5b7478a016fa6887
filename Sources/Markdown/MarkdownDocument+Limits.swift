// What Markdown may cost. libcmark-gfm looks at every mark of emphasis before a link again for each
// link of the same paragraph: a few hundred kilobytes of both would keep it busy for minutes.

extension MarkdownDocument {
    /// Largest text, in bytes.
    package static let markdownBytesMax = 1_048_576
    /// Marks of emphasis times brackets, summed over the paragraphs: what inline parsing costs at
    /// worst. At the bound it takes half a second; a page full of links has a thousandth of it.
    package static let markupProductMax = 32 << 20

    /// Why a text is not parsed, with limit and value; nil if it is.
    package static func problem(with text: String) -> String? {
        let bytes = text.utf8.count
        guard bytes <= markdownBytesMax else {
            return "Markdown of \(bytes) bytes exceeds markdownBytesMax \(markdownBytesMax)"
        }
        let product = markupProduct(of: text)
        guard product <= markupProductMax else {
            return "emphasis times links of \(product) in paragraphs exceed markupProductMax "
                + "\(markupProductMax)"
        }
        return nil
    }

    /// Paragraphs end at blank lines, and where a bullet begins an item; other ends are not looked
    /// for, so that the sum is rather too large than too small.
    private static func markupProduct(of text: String) -> Int {
        var product = 0
        var marks = 0
        var brackets = 0
        var line = LineStart()
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "~"): marks += 1
            case UInt8(ascii: "["), UInt8(ascii: "]"): brackets += 1
            default: break
            }
            if line.endsParagraph(byte) {
                product += marks * brackets
                (marks, brackets) = (0, 0)
            }
        }
        return product + marks * brackets
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
        case (.indent, UInt8(ascii: "-")), (.indent, UInt8(ascii: "*")), (.indent, UInt8(ascii: "+")):
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
