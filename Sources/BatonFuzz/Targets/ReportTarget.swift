// What agents deliver, made into the files that people read: whatever the documents hold, the page
// has the report's own elements only, and every link in it leads to one place.

import BatonBrief
import JSON

struct ReportTarget: FuzzTarget {
    static let name = "report"

    private static let kinds: [DocumentKind] = Deliverables.five + [.analysis, .plan, .verdict]

    private static let documentBytesMax = 8_192

    /// All that the report's own markup is made of.
    private static let elements: Set<String> = [
        "!doctype", "html", "head", "meta", "title", "style", "body", "a", "header", "nav", "main",
        "section", "h1", "h2", "h3", "h4", "h5", "h6", "p", "span", "ul", "li", "div", "table",
        "thead", "tbody", "tr", "th", "td", "pre", "code", "figure", "figcaption", "svg", "desc",
        "rect", "line", "polyline", "text",
    ]

    /// An object with some documents by part name.
    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        var documents: [(String, JSONValue)] = []
        for kind in Self.kinds where random.once(in: 2) || kind == .analysis {
            var generator = ShapeGenerator(budget: random.length(upTo: 4_000))
            var value = generator.value(kind.shape, &random)
            if random.once(in: 2) { value = ValueMutator.mutate(value, &random) }
            if random.once(in: 3) { value = Self.hostile(value, &random) }
            // Pages are a multiple of their documents, and each is made and looked at twice.
            guard value.encoded().count <= Self.documentBytesMax else { continue }
            documents.append(("\(kind.rawValue).json", value))
        }
        return JSONValue.object(JSONObject(documents)).encoded()
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let members: [(key: String, value: JSONValue)]
        do {
            members = try JSONValue(parsing: input).objectValue?.members ?? []
        } catch {
            return .refused("\(error)")
        }
        let documents = Dictionary(
            members.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
        let context = DeliveryContext(documents: documents)
        for (name, document) in members {
            guard let kind = Deliverables.kind(ofPart: name) else { continue }
            let text = DeliverableMarkdown.render(document, kind: kind, context: context)
            try require(text.hasPrefix("# "), "\(name) has no heading")
            for plot in DeliverableMarkdown.plots(of: document) {
                try Self.checkMarkup(PlotDrawing(plot).file.replacing("<?xml", with: "<!doctype"))
            }
        }
        let entries = ([("t-1", .work), ("t-2", .close)] as [(String, TaskKindName)]).map {
            DeliverableMarkdown.IndexEntry(
                task: $0, kind: $1, agent: "a.b", title: "work", state: "accepted", files: [],
                documents: documents)
        }
        let page = BriefReport.html(
            .init(briefID: "b-1", state: "done", brief: ["title": "t"], entries: entries))
        try Self.checkMarkup(page)
        try Self.checkLinks(page)
        return .accepted()
    }

    private static func checkMarkup(_ text: String) throws(FuzzViolation) {
        let slash = UInt8(ascii: "/")
        for piece in text.utf8.split(separator: UInt8(ascii: "<")).dropFirst() {
            let name = piece.drop { $0 == slash }.prefix {
                $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: ">") && $0 != slash
            }
            let element = String(decoding: name, as: UTF8.self)
            try require(elements.contains(element), "the page has an element <\(element)")
        }
        let isClean = text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A || $0 == 0x09 }
        try require(isClean, "the page has a control character")
    }

    private static func checkLinks(_ page: String) throws(FuzzViolation) {
        let ids = values(of: " id", in: page)
        let known = Set(ids)
        try require(known.count == ids.count, "two places of the page have one id")
        for target in values(of: " href", in: page) {
            let isThere = target.hasPrefix("#") && known.contains(String(target.dropFirst()))
            try require(isThere, "\(target) leads nowhere")
        }
    }

    /// Attributes of that name; escaped text holds no quotation mark.
    private static func values(of name: String, in page: String) -> [String] {
        let pieces = page.utf8.split(
            separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        return zip(pieces, pieces.dropFirst()).compactMap { before, value in
            before.suffix(name.utf8.count + 1).elementsEqual((name + "=").utf8)
                ? String(decoding: value, as: UTF8.self) : nil
        }
    }

    /// One text in a document replaced by what would be markup.
    private static func hostile(_ value: JSONValue, _ random: inout FuzzRandom) -> JSONValue {
        switch value {
        case .object(var object) where !object.isEmpty:
            let key = random.pick(object.keys)
            object[key] = object[key].map { hostile($0, &random) }
            return .object(object)
        case .array(var elements) where !elements.isEmpty:
            let place = random.below(elements.count)
            elements[place] = hostile(elements[place], &random)
            return .array(elements)
        default:
            return .string(
                random.pick([
                    "</p><script>x</script>", "\" onclick=\"x", "<svg/onload=x>", "`<b>`",
                    "[a](javascript:x)", "</style><img>", "\u{0}\u{1b}\u{202e}", " id=\"outcome\"",
                ]))
        }
    }
}
