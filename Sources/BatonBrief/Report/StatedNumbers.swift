// The numbers that a brief states, so that each in a text leads to the field that states it. Like
// figures they are linked only where one field alone can be meant.
import JSON

/// The inputs of a delivery that are numbers with a unit, and where they stand in the page.
struct StatedNumbers: Sendable {
    private struct Number: Sendable {
        /// In lower case, as labels are compared.
        let pointer: String
        /// Where it stands in the page.
        let anchor: String
        /// As texts write it: with and without a space before a per cent sign.
        let shown: [[UInt8]]
        /// The words of its names and keys, in lower case.
        let words: Set<String>
        /// Whether the number alone says which field it is: it has so many digits that no rule's
        /// constant is likely to be the same.
        let isTelling: Bool
    }

    /// Every number's place in the page, in the order of the inputs.
    let places: [(anchor: String, pointer: String)]
    private let byDigits: [String: [Number]]

    /// Digits with which a number is telling.
    private static let digitsTelling = 3

    /// - Parameters:
    ///   - inputs: of the packet.
    ///   - constants: what rules take by themselves: such a value alone says nothing of a field.
    init(_ inputs: JSONValue?, constants: Set<Double>) {
        var found: [Number] = []
        var pointers: [String] = []
        var open: [(pointer: String, value: JSONValue)] = [("/inputs", inputs ?? .null)]
        while let (pointer, value) = open.popLast() {
            // With what is said of it, or with a currency, a number is an object.
            let written = value["value"] ?? value["amount"] ?? value
            if let plain = written.doubleValue {
                let anchor = "in-\(pointers.count + 1)"
                guard
                    let number = Self.number(
                        at: pointer, inputs ?? .null, anchor: anchor,
                        isConstant: constants.contains(plain))
                else { continue }
                found.append(number)
                pointers.append(pointer)
                continue
            }
            let below =
                value.arrayValue?.enumerated().map { ("\($0)", $1) }
                ?? value.objectValue?.members.map { ($0.key, $0.value) } ?? []
            open += below.reversed().map { ("\(pointer)/\(JSONPointer.escaped($0))", $1) }
        }
        places = found.indices.map { (found[$0].anchor, pointers[$0]) }
        byDigits = Dictionary(grouping: found) { number in
            String(decoding: FigureLinks.digits(number.shown[0], from: 0), as: UTF8.self)
        }
    }

    private static func number(
        at pointer: String, _ inputs: JSONValue, anchor: String, isConstant: Bool
    ) -> Number? {
        guard let place = InputPlace(pointer, inputs: inputs), let shown = place.shown else {
            return nil
        }
        // `99.98% (measured 90d)` is written without what is said of it.
        let bare = shown.split(separator: " (").first.map(String.init) ?? shown
        let digits = FigureLinks.digits(Array(bare.utf8), from: 0)
        guard !digits.isEmpty, digits.count < bare.utf8.count else { return nil }
        let spaced = bare.replacing(" %", with: "%").replacing("%", with: " %")
        let words = place.field.lowercased().split { !$0.isLetter && !$0.isNumber }
        return Number(
            pointer: pointer.lowercased(), anchor: anchor,
            shown: [bare, spaced].map { Array($0.utf8) },
            words: Set(words.map(String.init).filter { $0.count >= 4 }),
            isTelling: !isConstant && digits.count(where: FigureLinks.isDigit) >= digitsTelling)
    }

    /// A number that is meant in a text.
    struct Found {
        let target: String
        /// Bytes of the text that show it.
        let count: Int
    }

    /// The stated number whose field the row itself names, as a requirement names its source.
    func source(
        in bytes: [UInt8], at place: Int, digits: ArraySlice<UInt8>, _ cell: FigureLinks.Cell
    ) -> Found? {
        meant(in: bytes, at: place, digits: digits)
            .first { cell.labels.contains($0.number.pointer) }?.found
    }

    /// The stated number that can alone be meant by the digits at `place` of a text; nil for none.
    func found(
        in bytes: [UInt8], at place: Int, digits: ArraySlice<UInt8>, _ cell: FigureLinks.Cell?
    ) -> Found? {
        let meant = meant(in: bytes, at: place, digits: digits)
        if meant.count == 1, meant[0].number.isTelling { return meant[0].found }
        let near = FigureLinks.wordsBefore(place, in: bytes) + (cell?.column.map(String.init) ?? [])
        let counts = meant.map { entry in
            Set(near).count { word in
                entry.number.words.contains { $0.hasPrefix(word.prefix(5)) && word.count >= 4 }
            }
        }
        guard let most = counts.max(), most >= 2, counts.count(where: { $0 == most }) == 1
        else { return nil }
        return zip(meant, counts).first { $0.1 == most }?.0.found
    }

    /// The stated numbers that are shown at `place`.
    private func meant(
        in bytes: [UInt8], at place: Int, digits: ArraySlice<UInt8>
    ) -> [(number: Number, found: Found)] {
        (byDigits[String(decoding: digits, as: UTF8.self)] ?? []).compactMap { number in
            number.shown.first {
                bytes[place...].starts(with: $0) && FigureLinks.isEnd(bytes, place + $0.count)
            }.map { (number, Found(target: "#" + number.anchor, count: $0.count)) }
        }
    }
}
