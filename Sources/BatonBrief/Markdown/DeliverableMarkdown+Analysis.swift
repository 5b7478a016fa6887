// The analysis for people: the summary, the plots, the reasoning, the figures, and as an appendix
// how each figure was derived.
package import JSON
import PlainText

extension DeliverableMarkdown {
    /// - Parameter ids: where the derivations stand elsewhere, the figures to list; nil lists all
    ///   and adds the derivations.
    static func analysis(
        _ document: JSONValue, _ writer: inout MarkdownWriter, context: DeliveryContext,
        only ids: Set<String>?,
    ) {
        writer.paragraph(document.shown("summary"))
        let plots = plots(of: document)
        if !plots.isEmpty { writer.heading(2, "Plots") }
        for plot in plots { writer.plot(plot, file: file(of: plot)) }
        for section in document["sections"]?.listed ?? [] {
            // What formulas say stands with each derivation.
            if Derivations.isFormulas(section), !context.quantities.isEmpty { continue }
            writer.heading(2, section.shown("title"))
            writer.paragraph(section["text"]?.stringValue ?? "")
            if let table = section["table"] {
                writer.table(
                    table["columns"]?.texts ?? [],
                    (table["rows"]?.listed ?? []).map { $0.texts ?? [] })
            }
        }
        numbers(context, &writer, only: ids)
        guard ids == nil, !context.quantities.isEmpty else { return }
        writer.heading(2, "Appendix: how each number was derived")
        Derivations(document, context).write(3, &writer)
    }

    private static func numbers(
        _ context: DeliveryContext, _ writer: inout MarkdownWriter, only ids: Set<String>?,
    ) {
        writer.heading(2, "Numbers")
        let rows = context.quantities.filter { ids?.contains($0.shown("id")) ?? true }
        let repeated = context.quantities.count - rows.count
        if repeated > 0 {
            writer.paragraph(
                "\(Counted.text(repeated, "number")) came out as the agents before derived them,"
                    + " and can be found there.")
        }
        guard !rows.isEmpty || repeated == 0 else { return }
        writer.table(
            ["Number", "Value", "Evidence", "Confidence"],
            rows.map { row -> [DocumentText] in
                [
                    DocumentText(row.shown("label")),
                    DocumentText(
                        row.shown("shown"), target: writer.figures?.target(of: row.shown("id"))),
                    DocumentText(row.shown("evidence")),
                    DocumentText(ConfidenceText(of: row)?.figures ?? row.shown("confidence")),
                ]
            })
    }

    /// The plots that can be drawn, each id once.
    package static func plots(of analysis: JSONValue) -> [Plot] {
        var ids: Set<String> = []
        return (analysis["plots"]?.listed ?? []).compactMap { Plot($0) }
            .filter { ids.insert($0.id).inserted }
    }

    /// Where the drawing of a plot lies, beside the analysis.
    package static func file(of plot: Plot) -> String { "plots/\(plot.id).svg" }
}
