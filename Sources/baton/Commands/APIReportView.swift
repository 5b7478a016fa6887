// The findings on an API's description, for people: the worst first, with the places to go to.
import CommandTree
import OpenAPI
import PlainText

/// A report as text.
struct APIReportView {
    private let report: APIReport
    private let console: Console
    /// Places that are shown of one finding.
    private let placesMax: Int
    private var paint: Paint { console.paint }
    private var width: Int { min(console.width, 100) - 2 }

    init(_ report: APIReport, _ console: Console, isLong: Bool) {
        self.report = report
        self.console = console
        placesMax = isLong ? .max : 5
    }

    var text: String {
        ([heading] + report.findings.map(finding) + [conclusion]).joined(separator: "\n\n")
    }

    private var heading: String {
        paint.bold(Prose.harmless(report.name))
            + paint.dim(
                "  OpenAPI \(Prose.harmless(report.version)),"
                    + " \(Counted.text(report.operationCount, "operation"))")
    }

    private func finding(_ finding: APIFinding) -> String {
        var lines = [
            "\(mark(finding.severity))  \(paint.bold(finding.rule.what))"
                + "  \(paint.dim(finding.rule.id))",
            paragraph(Prose.harmless(finding.message)),
            paragraph("Why: " + finding.rule.why), paragraph("Mend: " + finding.rule.mend),
        ]
        for place in finding.places.prefix(placesMax) {
            let detail = place.detail.isEmpty ? "" : "  \(Prose.harmless(place.detail))"
            let label = place.isInBaseline ? "baseline line" : "line"
            let pointer = place.pointer.isEmpty ? "" : "  \(Prose.harmless(place.pointer))"
            lines.append(
                "  \(paint.dim("\(label) \(place.line)"))\(paint.cyan(pointer))\(detail)")
        }
        let rest = finding.count - min(placesMax, finding.places.count)
        if rest > 0 { lines.append(paint.dim("  and \(rest) more")) }
        return lines.joined(separator: "\n")
    }

    private func paragraph(_ text: String) -> String {
        Prose.indented(Prose.wrapped(text, width: width), by: 2)
    }

    private func mark(_ severity: APISeverity) -> String {
        switch severity {
        case .high: paint.red("high  ")
        case .medium: paint.yellow("medium")
        case .low: paint.cyan("low   ")
        case .info: paint.dim("info  ")
        }
    }

    private var conclusion: String {
        var sentences: [String] = []
        let counts = APISeverity.allCases.reversed().compactMap { severity -> String? in
            let count = report.findings.count { $0.severity == severity }
            return count == 0 ? nil : "\(count) \(severity.rawValue)"
        }
        sentences.append(
            counts.isEmpty
                ? paint.green("No findings.") : "Findings: \(counts.joined(separator: ", ")).")
        if report.openOperationCount > 0 {
            sentences.append(
                "\(report.openOperationCount) of the operations are open on purpose.")
        }
        if let incomplete = report.incomplete { sentences.append("Not all: \(incomplete).") }
        return sentences.joined(separator: " ")
    }
}
