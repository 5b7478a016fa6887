// Finds the figures of an analysis in the texts around it, so that each leads to its derivation.
//
// Texts do not say which figure a number is, so only what can be meant in one way is linked: the
// number exactly as it is shown, of one figure only; or of the one whose label stands beside it, or
// whose words come just before; or of the one that is computed from the others; or of the one of
// like figures whose subject is named last. A number that the brief or an assumption states too
// needs the label: a link to the wrong derivation is worse than none. What no figure shows may be
// stated by the brief (StatedNumbers).
package import JSON

/// The figures of one delivery and where their derivations stand.
package struct FigureLinks: Sendable {
    private struct Figure: Sendable {
        let id: String
        let label: String
        let shown: [UInt8]
        /// The figures that it is computed from.
        let inputs: [String]
        /// Whether the number alone says which figure it is.
        let isTelling: Bool
    }

    /// By the digits that the shown text begins with.
    private let figures: [String: [Figure]]
    private let targets: [String: String]
    /// Where what the brief states is shown; nil where it is not.
    private let stated: StatedNumbers?

    /// - Parameters:
    ///   - inputs: the packet's inputs, whose numbers are stated and not derived.
    ///   - showsInputs: whether the page shows them, so that stated numbers can lead there.
    ///   - target: where the derivation of a figure stands; nil for none.
    package init(
        _ quantities: [JSONValue], inputs: JSONValue?, showsInputs: Bool = false,
        target: (String) -> String?
    ) {
        var figures: [String: [Figure]] = [:]
        var targets: [String: String] = [:]
        let assumed = quantities.flatMap { $0["inputs"]?.listed ?? [] }.compactMap { $0["value"] }
        let constants = Self.numbers(in: .array(assumed))
        let stated = constants.union(Self.numbers(in: inputs ?? .null))
        for row in quantities {
            guard let id = row["id"]?.stringValue, let shown = row["shown"]?.stringValue,
                let target = target(id)
            else { continue }
            targets[id] = target
            let bytes = Array(shown.utf8)
            let digits = Self.digits(bytes, from: 0)
            guard !digits.isEmpty else { continue }
            let canBeStated = Self.statedUnits.contains(row.shown("unit"))
            let isStated =
                canBeStated && (row["value"]?.doubleValue.map(stated.contains) ?? true)
            figures[String(decoding: digits, as: UTF8.self), default: []].append(
                Figure(
                    id: id, label: row.shown("label").lowercased(), shown: bytes,
                    inputs: (row["inputs"]?.listed ?? []).compactMap {
                        $0["quantity"]?.stringValue
                    },
                    isTelling: !isStated && digits.count < bytes.count))
        }
        self.figures = figures.filter { $0.value.count <= Self.likeMax }
        self.targets = targets
        self.stated = showsInputs ? StatedNumbers(inputs, constants: constants) : nil
    }

    /// The places of what the brief states, for the page to show.
    var statedPlaces: [(anchor: String, pointer: String)] { stated?.places ?? [] }

    /// Units in which briefs and assumptions state numbers, too.
    private static let statedUnits: Set<String> = ["ratio", "s", "1/s", "bytes", "workers"]

    /// Where the derivation of a figure stands.
    func target(of id: String) -> String? { targets[id] }

    /// What stands around a cell of a table.
    struct Cell {
        /// Cells of its row that can be labels, in lower case.
        private(set) var labels: [String]
        /// The words of its column's title.
        var column: [Substring] = []

        init(row: [String]) {
            labels = row.filter { $0.utf8.count <= FigureLinks.contextBytes }
                .map { $0.lowercased() }
        }

        /// The cell below a title of these words.
        func below(_ words: [Substring]) -> Cell {
            var cell = self
            cell.column = words
            return cell
        }

        /// The words of a column's title.
        static func words(of title: String) -> [Substring] {
            title.prefix(FigureLinks.contextBytes).lowercased().split { !$0.isLetter }
        }
    }

    /// The text with its figures linked.
    /// - Parameter cell: for a cell of a table, its row and the title of its column.
    func linked(_ text: String, in cell: Cell? = nil) -> DocumentText {
        guard !figures.isEmpty || stated != nil else { return DocumentText(text) }
        let bytes = Array(text.utf8)
        var runs: [DocumentText.Run] = []
        var start = 0
        var at = 0
        func take(_ range: Range<Int>, _ target: String?) {
            guard !range.isEmpty else { return }
            runs.append(
                .init(text: String(decoding: bytes[range], as: UTF8.self), target: target))
        }
        while at < bytes.count {
            let digits = Self.digits(bytes, from: at)
            guard !digits.isEmpty else {
                at += 1
                continue
            }
            guard Self.isStart(bytes, at),
                let found = link(in: bytes, at: at, digits: digits, cell)
            else {
                at += digits.count
                continue
            }
            take(start..<at, nil)
            start = at + found.count
            take(at..<start, found.target)
            at = start
        }
        take(start..<bytes.count, nil)
        return DocumentText(runs: runs)
    }

    /// Where the number at `place` leads, and how many bytes show it; nil for nowhere.
    private func link(
        in bytes: [UInt8], at place: Int, digits: ArraySlice<UInt8>, _ cell: Cell?,
    ) -> (target: String?, count: Int)? {
        if let cell, let source = stated?.source(in: bytes, at: place, digits: digits, cell) {
            return (source.target, source.count)
        }
        let candidates = (figures[String(decoding: digits, as: UTF8.self)] ?? []).filter {
            bytes[place...].starts(with: $0.shown) && Self.isEnd(bytes, place + $0.shown.count)
        }
        guard !candidates.isEmpty else {
            return stated?.found(in: bytes, at: place, digits: digits, cell)
                .map { ($0.target, $0.count) }
        }
        return figure(of: candidates, in: bytes, at: place, cell)
            .map { (targets[$0.id], $0.shown.count) }
    }

    private func figure(
        of candidates: [Figure], in bytes: [UInt8], at place: Int, _ cell: Cell?,
    ) -> Figure? {
        // `12 min` is no `12 m`, and of two figures the longer text is meant.
        let longest = candidates.map(\.shown.count).max() ?? 0
        let meant = candidates.filter { $0.shown.count == longest }
        if meant.count == 1, meant[0].isTelling { return meant[0] }
        let before = Self.before(place, in: bytes)
        let labelled = meant.filter { figure in
            before.hasSuffix(figure.label + ": ")
                || cell.map { Self.isNamed(figure, by: $0) } ?? false
        }
        if !labelled.isEmpty { return labelled.count == 1 ? labelled[0] : nil }
        guard meant.count > 1, meant.allSatisfy(\.isTelling) else { return nil }
        return Self.sibling(before, meant) ?? Self.named(by: before, among: meant)
            ?? Self.outcome(of: meant)
            ?? Self.general(before, meant)
    }

    /// Figures that begin with the same digits, at most: of more none is linked.
    private static let likeMax = 64

    /// Bytes before a number in which its label or the words of it are looked for, and of cells and
    /// titles that can name it.
    private static let contextBytes = 160

    /// Whether a cell of the row is the label; or the label names what the row is about and what
    /// the column shows, as “Downtime of ledger” does in the row of ledger below “Downtime”.
    private static func isNamed(_ figure: Figure, by cell: Cell) -> Bool {
        if cell.labels.contains(figure.label) { return true }
        guard let subject = cell.labels.first, !subject.isEmpty else { return false }
        let words = figure.label.split { $0 == " " || $0 == "," }.map(String.init)
        return words.contains(subject)
            && cell.column.contains { $0.count >= 4 && words.contains(String($0)) }
    }

    /// The figure of whose label at least two words come just before, more than of any other's.
    private static func named(by text: String, among figures: [Figure]) -> Figure? {
        let words = Set(text.suffix(60).split { !$0.isLetter })
        let counts = figures.map { figure in
            figure.label.split { !$0.isLetter }.count { $0.count >= 4 && words.contains($0) }
        }
        guard let most = counts.max(), most >= 2, counts.count(where: { $0 == most }) == 1
        else { return nil }
        return zip(figures, counts).first { $0.1 == most }?.0
    }

    /// Of the same figure of several things, such as “Window of scans” and “Window of labels”, that
    /// of the thing that is named last before the number.
    private static func sibling(_ text: String, _ figures: [Figure]) -> Figure? {
        let labels = figures.map { $0.label.split(separator: " ") }
        let count = labels[0].count
        guard labels.allSatisfy({ $0.count == count }) else { return nil }
        let differing = (0..<count).filter { at in
            labels.contains { $0[at] != labels[0][at] }
        }
        guard differing.count == 1, let at = differing.first else { return nil }
        let names = labels.map { $0[at] }
        let words = text.split { $0 == " " || ",;:.()“”".contains($0) }
        guard Set(names).count == names.count,
            let last = words.last(where: { names.contains($0) })
        else { return nil }
        return zip(figures, names).first { $0.1 == last }?.0
    }

    /// The figure that is computed from all the others, as the largest of them is.
    private static func outcome(of figures: [Figure]) -> Figure? {
        figures.first { figure in
            figures.allSatisfy { $0.id == figure.id || figure.inputs.contains($0.id) }
        }
    }

    /// The figure whose label is part of all the others, where a word of it comes just before: of
    /// “Workers of captures” and “Workers of captures at peak” the first.
    private static func general(_ text: String, _ figures: [Figure]) -> Figure? {
        let words = Set(text.suffix(60).split { !$0.isLetter })
        let labels = figures.map { Set($0.label.split { !$0.isLetter }) }
        return zip(figures, labels).first { _, label in
            labels.allSatisfy { label.isSubset(of: $0) }
                && label.contains { $0.count >= 4 && words.contains($0) }
        }?.0
    }

    private static func before(_ place: Int, in bytes: [UInt8]) -> String {
        String(decoding: bytes[max(0, place - contextBytes)..<place], as: UTF8.self).lowercased()
    }

    /// The words that come just before a number, in lower case.
    static func wordsBefore(_ place: Int, in bytes: [UInt8]) -> [String] {
        before(place, in: bytes).suffix(60).split { !$0.isLetter }.map(String.init)
    }

    /// The digits, commas and dots of the number that begins here.
    static func digits(_ bytes: [UInt8], from start: Int) -> ArraySlice<UInt8> {
        guard start < bytes.count, isDigit(bytes[start]) else { return [] }
        var end = start
        while end < bytes.count, isDigit(bytes[end]) || bytes[end] == 0x2E || bytes[end] == 0x2C {
            end += 1
        }
        while !isDigit(bytes[end - 1]) { end -= 1 }
        return bytes[start..<end]
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == 0x5F
    }

    private static func isStart(_ bytes: [UInt8], _ at: Int) -> Bool {
        guard at > 0 else { return true }
        let before = bytes[at - 1]
        return !isWord(before) && before != 0x2E && before != 0x2D
    }

    static func isEnd(_ bytes: [UInt8], _ at: Int) -> Bool {
        at >= bytes.count || !isWord(bytes[at])
    }

    /// Every number in the inputs.
    private static func numbers(in value: JSONValue) -> Set<Double> {
        var found: Set<Double> = []
        var open = [value]
        while let next = open.popLast() {
            if let number = next.doubleValue { found.insert(number) }
            open += next.arrayValue ?? next.objectValue?.members.map(\.value) ?? []
        }
        return found
    }
}
