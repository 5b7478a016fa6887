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
        facts.append(DocumentText("Confidence: \(confidence(of: row))"))
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

    /// `0.70 (ceiling: inference 0.70) - rationale`.
    func confidence(of row: JSONValue) -> String {
        let confidence = row["confidence"]?.doubleValue ?? 0
        let ceiling = row["ceiling"]?.doubleValue ?? 0
        return "\(Self.hundredths(confidence)) (ceiling: \(kind(of: row, steps: 0))"
            + " \(Self.hundredths(ceiling))) - \(rationale(row, confidence))"
    }

    /// Inputs of inputs that are looked at, at most; deeper chains have the kind of their last.
    private static let stepsMax = 64

    /// The kind of evidence that sets the ceiling: the figure's own, or that of the input which is
    /// the least sure.
    private func kind(of row: JSONValue, steps: Int) -> String {
        let own = row.shown("evidence")
        let ceiling = row["ceiling"]?.doubleValue ?? 0
        guard (DeliverableRules.ceiling(for: own) ?? 1) > ceiling + 1e-9, steps < Self.stepsMax
        else { return own }
        let inputs = row["inputs"]?.listed ?? []
        for input in inputs {
            if let earlier = input["quantity"]?.stringValue.flatMap(quantity),
                earlier["ceiling"]?.doubleValue ?? 1 <= ceiling + 1e-9
            {
                return kind(of: earlier, steps: steps + 1)
            }
            if let assumed = assumption(input["assumption"]?.stringValue),
                assumed["ceiling"]?.doubleValue ?? 1 <= ceiling + 1e-9
            {
                return assumed.shown("evidence")
            }
        }
        let stated = inputs.compactMap { $0["pointer"]?.stringValue }
            .compactMap(context.evidence(at:))
            .first { DeliverableRules.ceiling(for: $0) ?? 1 <= ceiling + 1e-9 }
        // A list such as the dependencies: its least sure member is a claim or better.
        return stated
            ?? DeliverableRules.ceilings.first { ($0.ceiling - ceiling).magnitude < 1e-9 }?.evidence
            ?? own
    }

    private func rationale(_ row: JSONValue, _ confidence: Double) -> String {
        for input in row["inputs"]?.listed ?? [] {
            if let earlier = input["quantity"]?.stringValue.flatMap(quantity),
                earlier["confidence"]?.doubleValue ?? 1 <= confidence + 1e-9
            {
                return "no surer than “\(earlier.shown("label"))”, which it is computed from"
            }
            if let assumed = assumption(input["assumption"]?.stringValue),
                assumed["confidence"]?.doubleValue ?? 1 <= confidence + 1e-9
            {
                return "no surer than the assumption \(assumed.shown("id")):"
                    + " \(assumed.shown("statement"))"
            }
        }
        let own = row.shown("evidence")
        if let ceiling = DeliverableRules.ceiling(for: own), confidence >= ceiling - 1e-9 {
            return own == "inference"
                ? "the formula is an approximation"
                : "nothing that it is computed from is less sure"
        }
        let fields = (row["inputs"]?.listed ?? []).compactMap { input -> String? in
            guard let pointer = input["pointer"]?.stringValue else { return nil }
            let kind = context.evidence(at: pointer)
            if let kind, DeliverableRules.ceiling(for: kind) ?? 1 > confidence + 1e-9 { return nil }
            let field = context.inputs.flatMap { InputPlace(pointer, inputs: $0)?.field }
            return field.map { kind == nil ? $0 : "\($0) (\(kind ?? ""))" }
        }
        return fields.isEmpty
            ? "no surer than what it is computed from"
            : "no surer than what the brief states: \(fields.joined(separator: ", "))"
    }

    /// Two decimals, cut: a confidence is never rounded up.
    static func hundredths(_ value: Double) -> String {
        let count = Int((min(max(value, 0), 1) * 100 + 1e-9).rounded(.down))
        return "\(count / 100).\(count % 100 < 10 ? "0" : "")\(count % 100)"
    }
}
