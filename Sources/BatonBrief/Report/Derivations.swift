// The appendix: how each figure of an analysis was derived, from what, and how sure it is.
import JSON

/// The derivations of one delivery's figures.
struct Derivations {
    private let context: DeliveryContext
    private let positions: [String: Int]
    /// Statement and source of each formula, as far as the analysis tells them.
    private let formulas: [String: (statement: String, source: String)]

    /// The section of an analysis that says what its formulas are.
    static let formulaColumns = ["Formula", "Statement", "Source"]

    init(_ analysis: JSONValue, _ context: DeliveryContext) {
        self.context = context
        positions = Dictionary(
            context.quantities.enumerated().map { ($1.shown("id"), $0) },
            uniquingKeysWith: { first, _ in first })
        let rows = (analysis["sections"]?.listed ?? []).filter(Self.isFormulas)
            .flatMap { $0["table"]?["rows"]?.listed ?? [] }.compactMap(\.texts)
        formulas = Dictionary(
            rows.filter { $0.count == 3 }.map { ($0[0], ($0[1], $0[2])) },
            uniquingKeysWith: { first, _ in first })
    }

    static func isFormulas(_ section: JSONValue) -> Bool {
        section["table"]?["columns"]?.texts == formulaColumns
    }

    /// One heading a figure, with its anchor.
    /// - Parameter ids: the figures to show; nil for all.
    func write(_ level: Int, _ writer: inout MarkdownWriter, only ids: Set<String>? = nil) {
        var written: Set<String> = []
        for row in context.quantities {
            let id = row.shown("id")
            // A delivery that nobody reviewed may name two figures alike; links mean the first.
            guard ids?.contains(id) ?? true, written.insert(id).inserted else { continue }
            writer.heading(
                level, "\(row.shown("label")): \(row.shown("shown"))",
                anchor: DeliveryContext.anchor(id))
            writer.list(facts(row, writer))
        }
    }

    private func facts(_ row: JSONValue, _ writer: MarkdownWriter) -> [DocumentText] {
        let name = row.shown("formula")
        let formula = formulas[name]
        var facts = [DocumentText("Formula: \(name)\(formula.map { ": \($0.statement)" } ?? "")")]
        facts += (row["inputs"]?.listed ?? []).map { "Input: " + source($0, writer) }
        facts.append(
            DocumentText(
                "Unrounded: \(row["value"]?.encodedText ?? noneStated) \(row.shown("unit"))"))
        facts.append(DocumentText("Evidence: \(row.shown("evidence"))"))
        facts.append(DocumentText("Confidence: \(DeliverableMarkdown.confidence(of: row))"))
        if let formula { facts.append(DocumentText("Source of the formula: \(formula.source)")) }
        return facts
    }

    /// `availability = slo.availability = 99.9% (line 5 of the brief)`: the place by the names that
    /// the brief uses, and its value. Without the packet's inputs only the pointer is known.
    private func source(_ input: JSONValue, _ writer: MarkdownWriter) -> DocumentText {
        let name = input.shown("name")
        if let pointer = input["pointer"]?.stringValue {
            return DocumentText("\(name) = \(context.place(pointer))")
        }
        if let id = input["quantity"]?.stringValue {
            guard let row = quantity(id) else { return DocumentText("\(name) = \(id)") }
            return DocumentText("\(name) = ")
                + DocumentText(row.shown("shown"), target: writer.figures?.target(of: id))
                + DocumentText(" (\(row.shown("label")))")
        }
        let id = input["assumption"]?.stringValue
        let reason = assumption(id).map { ": \($0.shown("statement"))" } ?? ""
        return DocumentText(
            "\(name) = \(input.shown("value"))" + (id.map { " (assumption \($0)\(reason))" } ?? ""))
    }

    private func quantity(_ id: String) -> JSONValue? {
        positions[id].map { context.quantities[$0] }
    }

    private func assumption(_ id: String?) -> JSONValue? {
        id.flatMap { id in context.assumptions.first { $0["id"]?.stringValue == id } }
    }

    // MARK: Confidence

    /// The least sure of all figures; nil without figures.
    var weakest: JSONValue? {
        context.quantities.min {
            ($0["confidence"]?.doubleValue ?? 1) < ($1["confidence"]?.doubleValue ?? 1)
        }
    }
}
