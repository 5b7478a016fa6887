// report.html: a whole brief on one page that needs nothing else: no script, no font, no picture
// from elsewhere. First what somebody who decides has to know, then what each agent delivered, the
// verdicts, decisions and evidence, and at the end how every number was derived.
package import JSON

/// Makes the report of a brief.
package enum BriefReport {
    /// The name of its file.
    package static let file = "report.html"

    /// What the report is made of.
    package struct Material: Sendable {
        /// `b-17`.
        package var briefID: String
        package var state: String
        /// SHOW brief.
        package var brief: JSONValue
        /// The brief as it was submitted, for lines; nil where it is not at hand.
        package var submitted: JSONValue?
        package var entries: [DeliverableMarkdown.IndexEntry]
        package var questions: [DeliverableMarkdown.OpenQuestion]
        package var failures: [DeliverableMarkdown.Failure]

        package init(
            briefID: String, state: String, brief: JSONValue, submitted: JSONValue? = nil,
            entries: [DeliverableMarkdown.IndexEntry],
            questions: [DeliverableMarkdown.OpenQuestion] = [],
            failures: [DeliverableMarkdown.Failure] = [],
        ) {
            self.briefID = briefID
            self.state = state
            self.brief = brief
            self.submitted = submitted
            self.entries = entries
            self.questions = questions
            self.failures = failures
        }
    }

    /// A part of the page with its place in the table of contents.
    private struct Chapter {
        let anchor: String
        let title: String
        let html: String
        var inner: [(anchor: String, title: String)] = []
    }

    package static func html(_ material: Material) -> String {
        let title = DeliverableMarkdown.title(material.briefID, material.brief)
        let deliveries = ReportDelivery.all(
            DeliverableMarkdown.readingOrder(material.entries), submitted: material.submitted)
        let outcome = outcome(material, deliveries)
        let chapters =
            [outcome] + deliveries.filter { !$0.isVerdict }.map { chapter($0, of: material) }
            + verdicts(deliveries) + records(material.brief, deliveries) + inputs(deliveries)
            + appendix(deliveries)
        let state = HTMLText.escaped(material.state)
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>\(HTMLText.escaped(title))</title>
            <style>
            \(ReportStyle.page)
            \(PlotDrawing.style)
            </style>
            </head>
            <body>
            <a class="skip" href="#outcome">To the outcome</a>
            <header>
            <p class="brief">Brief \(HTMLText.escaped(material.briefID))\
             <span class="state \(stateClass(material.state))">\(state)</span></p>
            <h1>\(HTMLText.escaped(title))</h1>
            </header>
            <nav aria-label="Contents">
            <h2>Contents</h2>
            \(contents(chapters))
            </nav>
            <main>
            \(chapters.map(section).joined(separator: "\n"))
            </main>
            </body>
            </html>

            """
    }

    /// Nothing is loaded, sent or run; styles stand in the page.
    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

    private static func stateClass(_ state: String) -> String {
        ["done", "blocked", "dead", "cancelled", "running"].contains(state) ? state : "other"
    }

    private static func section(_ chapter: Chapter) -> String {
        "<section id=\"\(HTMLText.escaped(chapter.anchor))\">\n"
            + "<h2>\(HTMLText.escaped(chapter.title))</h2>\n\(chapter.html)\n</section>"
    }

    private static func contents(_ chapters: [Chapter]) -> String {
        func link(_ anchor: String, _ title: String) -> String {
            "<a href=\"#\(HTMLText.escaped(anchor))\">\(HTMLText.escaped(title))</a>"
        }
        let items = chapters.map { chapter in
            let inner = chapter.inner.map { "<li>\(link($0.anchor, $0.title))</li>" }
            let list = inner.isEmpty ? "" : "\n<ul>\n\(inner.joined(separator: "\n"))\n</ul>"
            return "<li>\(link(chapter.anchor, chapter.title))\(list)</li>"
        }
        return "<ul>\n\(items.joined(separator: "\n"))\n</ul>"
    }

    // MARK: Chapters

    private static func outcome(
        _ material: Material, _ deliveries: [ReportDelivery],
    ) -> Chapter {
        let entries = deliveries.map(\.entry)
        var writer = MarkdownWriter(figures: DeliverableMarkdown.leading(entries)?.figures)
        DeliverableMarkdown.outcome(
            material.brief, entries, material.questions, material.failures,
            &writer)
        if entries.isEmpty { writer.paragraph("No task has been accepted yet.") }
        return Chapter(
            anchor: "outcome", title: "Outcome", html: HTMLPrinter(depth: 1).html(writer.blocks))
    }

    /// What was decided and shown about the brief itself.
    private static func records(
        _ brief: JSONValue, _ deliveries: [ReportDelivery],
    ) -> [Chapter] {
        var chapters: [Chapter] = []
        let decisions = brief["decisions"]?.listed ?? []
        if !decisions.isEmpty {
            let leading = DeliverableMarkdown.leading(deliveries.map(\.entry))
            var writer = MarkdownWriter(figures: leading?.figures)
            writer.table(
                ["When", "Decision", "Why", "Rejected", "By", "On what"],
                decisions.map { entry in
                    let others = (entry["alternatives"]?.listed ?? []).map {
                        "\($0.shown("option")): \($0.shown("why_not"))"
                    }
                    return [
                        minute(entry.shown("time")), entry.shown("decision"),
                        entry.shown("why"), others.joined(separator: "; "), entry.shown("by"),
                        entry.shown("evidence"),
                    ]
                })
            chapters.append(
                Chapter(
                    anchor: "decisions", title: "Decision log",
                    html: HTMLPrinter().html(writer.blocks)))
        }
        let gates = brief["gates"]?.listed ?? []
        if !gates.isEmpty {
            var writer = MarkdownWriter()
            writer.table(
                ["Gate", "State", "Shown by", "When", "Files", "Note"],
                gates.map { gate in
                    let newest = gate["evidence"]?.listed.last ?? .null
                    let files = (newest["files"]?.listed ?? []).map {
                        "\($0.shown("name")) (\($0.shown("digest").prefix(12)))"
                    }
                    return [
                        "\(gate.shown("gate")): \(gate.shown("title"))", gate.shown("state"),
                        newest["by"]?.stringValue ?? "nobody",
                        newest["time"]?.stringValue.map(minute) ?? "never",
                        files.joined(separator: ", "), newest["note"]?.stringValue ?? "",
                    ]
                })
            chapters.append(
                Chapter(
                    anchor: "gates", title: "Gates and evidence",
                    html: HTMLPrinter().html(writer.blocks)))
        }
        return chapters
    }

    /// `2026-11-28T10:49:12.000001Z` as `2026-11-28 10:49 UTC`.
    private static func minute(_ time: String) -> String {
        time.prefix(16).replacing("T", with: " ") + " UTC"
    }

    private static func chapter(_ delivery: ReportDelivery, of material: Material) -> Chapter {
        let entry = delivery.entry
        var inner: [(anchor: String, title: String)] = []
        let parts = delivery.documents.map { kind, document -> String in
            let anchor = "\(entry.task).\(kind.rawValue)"
            inner.append((anchor, kind.title.capitalizedFirst))
            return heading(anchor, kind.title.capitalizedFirst)
                + blocks(document, kind, of: delivery)
        }
        // Titles of planned tasks repeat the brief's.
        let title = DeliverableMarkdown.title(material.briefID, material.brief)
        let own =
            entry.title.hasSuffix(": " + title)
            ? String(entry.title.dropLast(title.count + 2)) : entry.title
        return Chapter(
            anchor: entry.task, title: "\(own.capitalizedFirst) (\(entry.task))",
            html: ([byline(entry)] + parts).joined(separator: "\n"),
            inner: inner.count > 1 ? inner : [])
    }

    private static func byline(_ entry: DeliverableMarkdown.IndexEntry) -> String {
        "<p class=\"soft\">\(HTMLText.escaped(entry.agent)), \(entry.kind.rawValue) task"
            + " \(HTMLText.escaped(entry.task)), \(HTMLText.escaped(entry.state)).</p>"
    }

    private static func heading(_ anchor: String, _ title: String) -> String {
        "<h3 id=\"\(HTMLText.escaped(anchor))\">\(HTMLText.escaped(title))</h3>\n"
    }

    /// A document below the heading that the page gives it.
    private static func blocks(
        _ document: JSONValue, _ kind: DocumentKind, of delivery: ReportDelivery,
    ) -> String {
        let writer = DeliverableMarkdown.writer(
            document, kind: kind, context: delivery.context, figures: delivery.figures,
            shownFigures: delivery.ownFigures)
        // Its title, and who made it.
        let opening = document["agent"] == nil ? 1 : 2
        return HTMLPrinter(prefix: "\(delivery.entry.task).", depth: 2)
            .html(Array(writer.blocks.dropFirst(opening)))
    }

    private static func verdicts(_ deliveries: [ReportDelivery]) -> [Chapter] {
        let reviews = deliveries.filter(\.isVerdict)
        guard !reviews.isEmpty else { return [] }
        let parts = reviews.map { delivery in
            heading(delivery.entry.task, delivery.entry.title) + byline(delivery.entry)
                + delivery.documents.map { blocks($1, $0, of: delivery) }.joined(separator: "\n")
        }
        return [
            Chapter(
                anchor: "verdicts", title: "Verdicts", html: parts.joined(separator: "\n"),
                inner: reviews.map { ($0.entry.task, $0.entry.title) })
        ]
    }

    /// What the brief states in numbers, each a place that texts lead to.
    private static func inputs(_ deliveries: [ReportDelivery]) -> [Chapter] {
        guard let delivery = deliveries.first(where: { !$0.figures.statedPlaces.isEmpty }) else {
            return []
        }
        var writer = MarkdownWriter()
        writer.list(
            delivery.figures.statedPlaces.map { place in
                DocumentText(delivery.context.place(place.pointer), anchor: place.anchor)
            })
        return [
            Chapter(
                anchor: "inputs", title: "Appendix: what the brief states in numbers",
                html: HTMLPrinter().html(writer.blocks))
        ]
    }

    private static func appendix(_ deliveries: [ReportDelivery]) -> [Chapter] {
        let own = deliveries.filter { !$0.ownFigures.isEmpty }
        let parts = own.map { delivery -> (anchor: String, title: String, html: String) in
            var writer = MarkdownWriter(figures: delivery.figures)
            Derivations(delivery.analysis ?? .null, delivery.context)
                .write(1, &writer, only: delivery.ownFigures)
            let task = delivery.entry.task
            let title = "\(delivery.entry.agent) (\(task))"
            let printer = HTMLPrinter(prefix: "\(task).", depth: 3)
            return (
                "\(task).derivations", title,
                heading("\(task).derivations", title) + printer.html(writer.blocks)
            )
        }
        guard !parts.isEmpty else { return [] }
        return [
            Chapter(
                anchor: "derivations", title: "Appendix: how each number was derived",
                html: parts.map(\.html).joined(separator: "\n"),
                inner: parts.map { ($0.anchor, $0.title) })
        ]
    }
}
