// The API's description: findings on the OpenAPI document that the brief names, and its operations
// where the brief lists none. Rules: Protocols/openapi-rules.md.

import BatonBrief
import JSON
import OpenAPI
import PlainText

extension ReliabilityRun {
    /// Reads the document of `inputs.openapi`, and the one before it, and reports on it.
    mutating func describedAPI() {
        guard let document = read("openapi") else { return }
        let report = APICheck.report(document, baseline: read("baseline"))
        api = (document, report)
        workings.sections.append(Self.section(report))
        for finding in report.findings(from: .high) {
            let first = finding.places.first.map { Self.text($0) } ?? ""
            workings.risks.append(
                Risk(
                    risk: "\(finding.rule.what): \(Self.places(finding.count)), first \(first)",
                    severity: .high, likelihood: .medium, impact: finding.rule.why,
                    mitigation: finding.rule.mend, owner: owner, trigger: finding.rule.trigger))
        }
    }

    /// The document of an input; a question where there is none to be read.
    private mutating func read(_ input: String) -> APIDocument? {
        guard let name = packet.text("/inputs/\(input)") else { return nil }
        guard let bytes = workings.parts[PacketAssembler.artifactPart(name)] else {
            workings.ask("inputs.\(input) names `\(name)`, which is not among the artifacts.")
            return nil
        }
        do throws(APIReadError) {
            return try APIDocument(reading: bytes)
        } catch {
            workings.ask(
                "inputs.\(input), `\(name)`, was not checked: \(error). A corrected document can"
                    + " be given with the next brief.")
            return nil
        }
    }

    private static func section(_ report: APIReport) -> Section {
        var text =
            "`\(report.name)` (OpenAPI \(report.version)) has"
            + " \(Counted.text(report.operationCount, "operation"))."
        if report.openOperationCount > 0 {
            text += " \(report.openOperationCount) of them are open on purpose (security: [])."
        }
        text +=
            report.findings.isEmpty
            ? " No rule found anything."
            : " One row per rule that found something, the worst first. Places are JSON pointers"
                + " into the document. Rules: Protocols/openapi-rules.md."
        if let incomplete = report.incomplete {
            text += " The comparison is not complete: \(incomplete)."
        }
        return Section(
            title: "Description of the API", text: text,
            columns: report.findings.isEmpty
                ? [] : ["Severity", "Rule", "Finding", "Places", "Why", "Mend"],
            rows: report.findings.map { finding in
                [
                    finding.severity.rawValue, finding.rule.id,
                    "\(finding.rule.what). \(finding.message)", Self.places(finding),
                    finding.rule.why, finding.rule.mend,
                ]
            })
    }

    /// Places that a row names; the check names more.
    private static let placesMax = 8

    private static func places(_ finding: APIFinding) -> String {
        let shown = finding.places.prefix(placesMax)
        let rest = finding.count - shown.count
        return shown.map { text($0) }.joined(separator: "; ")
            + (rest > 0 ? "; and \(rest) more" : "")
    }

    private static func places(_ count: Int) -> String {
        count == 1 ? "one place" : "\(count) places"
    }

    /// Of a place or a name: eight of them fit a cell, 200 a part.
    private static let textBytesMax = 1_000

    /// One place: operation, pointer, line. Cut, because cells have a limit and names have none.
    private static func text(_ place: APIPlace) -> String {
        let subject = place.subject.isEmpty ? "" : "\(place.subject) at "
        let document = place.isInBaseline ? " of the baseline" : ""
        let detail = place.detail.isEmpty ? "" : " (\(place.detail))"
        let text =
            "\(subject)\(place.pointer.isEmpty ? "" : "\(place.pointer), ")line \(place.line)"
            + document + detail
        return text.prefix(bytes: textBytesMax)
    }

    // MARK: What follows

    /// Rows of the table of failure semantics. Nobody reads more of them; the rest is counted.
    private static let rowsMax = 200

    /// The operations of the document, where the brief lists none.
    mutating func describedOperations(_ document: APIDocument) {
        let rows = document.operations.prefix(Self.rowsMax).map { operation in
            let semantics = Self.semantics(
                method: operation.method, hasKey: document.declaresRepetition(of: operation))
            let isGuess = semantics.isUnsafe && operation.isReadingByName
            return [
                operation.name.prefix(bytes: Self.textBytesMax),
                isGuess ? "not idempotent; seems only to read" : semantics.nature,
                semantics.retry, semantics.timeout, semantics.hedge,
            ]
        }
        guard !rows.isEmpty else {
            workings.ask("The API's description has no operations.")
            return
        }
        let rest = document.operations.count - rows.count
        semanticsTable(
            rows,
            note: " The operations are those of the API's description"
                + (rest > 0 ? "; \(rest) more are not shown." : "."))
    }

    /// Mending is a step of the plan where something is at least of medium severity.
    mutating func apiStep(after promise: String) -> [String] {
        let findings = api?.report.findings(from: .medium) ?? []
        guard !findings.isEmpty else { return [] }
        let list = findings.map { "\($0.rule.id) (\(Self.places($0.count)))" }
        return [
            workings.add(
                PlanStep(
                    title: "Mend the description of the API",
                    detail: "In this order: \(list.joined(separator: ", ")).",
                    owner: owner, dependsOn: [promise],
                    doneWhen: "`baton api check` finds nothing of high severity in the new"
                        + " document, with the present one as baseline"))
        ]
    }

    mutating func apiCheck() {
        guard api != nil, let name = packet.text("/inputs/openapi") else { return }
        workings.checks.append(
            Check(
                traces: [], metric: "Findings of high severity on the API's description",
                comparator: "<=", threshold: 0, unit: "findings",
                method: "Run `baton api check \(name) --fail-on high` in the pipeline, and with"
                    + " --baseline against the version before",
                when: "before every change of the API is merged", owner: owner,
                reasons: [workings.reason(for: "/inputs/slo/availability")]))
    }

    /// For the summary.
    var apiSentence: String? {
        guard let report = api?.report else { return nil }
        let count = report.findings(from: .low).count
        guard count > 0 else { return "The API's description has nothing to mend." }
        let high = report.findings(from: .high).count
        return "The API's description has \(Counted.text(count, "finding"))"
            + (high > 0 ? ", \(high) of high severity." : ", none of high severity.")
    }
}
