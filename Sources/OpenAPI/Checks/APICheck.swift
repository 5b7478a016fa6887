// A check of one document, and against the one before it where there is one. Each file of this
// folder looks for one kind of thing; this one collects.
internal import PlainText

/// Collects findings.
package struct APICheck {
    let document: APIDocument
    private var findings: [APIFinding] = []
    private var incomplete: String?
    var tree: APITree { document.tree }

    private init(_ document: APIDocument) { self.document = document }

    /// Checks a document by all rules.
    /// - Parameter baseline: the version before, whose clients must go on working.
    package static func report(_ document: APIDocument, baseline: APIDocument? = nil) -> APIReport {
        var check = APICheck(document)
        check.errors()
        check.limits()
        check.idempotency()
        check.lists()
        check.names()
        check.security()
        check.references()
        if let baseline {
            var comparison = APIComparison(old: baseline, new: document)
            comparison.compare()
            for rule in APIRule.breaking {
                let found = comparison.places(of: rule)
                check.find(rule, found, Self.summary(rule, found.count, baseline))
            }
            if comparison.isIncomplete {
                let limits = document.tree.limits
                check.incomplete =
                    "more than pairsMax \(limits.pairsMax) pairs of schemas, or partsMax"
                    + " \(limits.partsMax) parts of them; the others were not compared"
            }
        }
        return check.report
    }

    private static func summary(
        _ rule: APIRule, _ count: Int, _ baseline: APIDocument
    ) -> String {
        guard rule == .operationRemoved else { return Counted.text(count, "difference") + "." }
        let all = baseline.operations.count
        return "\(count) of \(Counted.text(all, "operation")) of the baseline."
            + (count == all && all > 1 ? " Perhaps it describes another API." : "")
    }

    private var report: APIReport {
        let order = Dictionary(
            uniqueKeysWithValues: APIRule.all.enumerated().map { ($1.id, $0) })
        return APIReport(
            version: document.version, title: document.title, apiVersion: document.apiVersion,
            operationCount: document.operations.count,
            openOperationCount: document.operations.count { $0.security == .open },
            findings: findings.sorted {
                ($1.severity, order[$0.rule.id] ?? 0) < ($0.severity, order[$1.rule.id] ?? 0)
            }, incomplete: incomplete)
    }

    /// A sentence or two; names in it may be of any length.
    private static let messageBytesMax = 2_000

    /// Keeps a finding, unless it has no place.
    /// - Parameter severity: nil for the rule's own.
    mutating func find(
        _ rule: APIRule, _ places: [APIPlace], _ message: String, as severity: APISeverity? = nil
    ) {
        guard !places.isEmpty else { return }
        findings.append(
            APIFinding(
                rule: rule, severity: severity ?? rule.severity,
                message: message.prefix(bytes: Self.messageBytesMax),
                count: places.count, places: Array(places.prefix(tree.limits.placesMax))))
    }

    func place(_ node: APINode, _ subject: String = "", _ detail: String = "") -> APIPlace {
        APIPlace(node, of: tree, subject: subject, detail: detail)
    }

    func place(_ operation: APIOperation, _ detail: String = "") -> APIPlace {
        place(operation.node, operation.name, detail)
    }
}
