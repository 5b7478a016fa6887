// One accepted task as the report shows it: its documents in reading order, and where the
// derivation of each of its figures stands in the page.
import JSON

/// A delivery in a report.
struct ReportDelivery {
    /// With links into the page.
    var entry: DeliverableMarkdown.IndexEntry
    let context: DeliveryContext
    let figures: FigureLinks
    /// Sections of the analysis that stand with an earlier delivery, word for word.
    var repeated: Set<JSONValue> = []
    /// Figures whose derivation stands with this delivery; the others are another's.
    let ownFigures: Set<String>

    var isVerdict: Bool { entry.kind == .review }
    var analysis: JSONValue? { entry.documents[Deliverables.analysisName] }

    /// The analysis first, then what is to be done, and last what repeats the brief.
    private static let order: [DocumentKind] = [
        .plan, .verdict, .analysis, .executionPlan, .riskRegister, .validationChecklist,
        .objectiveSnapshot, .handoffPacket,
    ]

    var documents: [(kind: DocumentKind, document: JSONValue)] {
        Self.order.compactMap { kind in
            let name = kind == .plan ? Deliverables.planName : "\(kind.rawValue).json"
            guard var document = entry.documents[name] else { return nil }
            // The brief's inputs stand once, with the figures that were made of them.
            if kind == .handoffPacket { document["inputs"] = nil }
            if kind == .analysis {
                document["sections"] = .array(
                    (document["sections"]?.listed ?? []).filter {
                        !repeated.contains(Self.content(of: $0))
                    })
            }
            return (kind, document)
        }
    }

    /// What a section says, whatever its title: a closing puts the agent's name before it.
    private static func content(of section: JSONValue) -> JSONValue {
        ["text": section["text"] ?? .null, "table": section["table"] ?? .null]
    }

    /// All deliveries, in the order given. A closing repeats the sections of the others and derives
    /// their figures again: what is the same stands once, where it was said first.
    static func all(
        _ entries: [DeliverableMarkdown.IndexEntry], submitted: JSONValue?,
    ) -> [ReportDelivery] {
        var places: [String: String] = [:]
        var own: [String: Set<String>] = [:]
        var targets: [String: [String: String]] = [:]
        let isLast = { (entry: DeliverableMarkdown.IndexEntry) in entry.kind == .close }
        for entry in entries.filter({ !isLast($0) }) + entries.filter(isLast) {
            let analysis = entry.documents[Deliverables.analysisName]
            for row in analysis?["quantities"]?.listed ?? [] {
                let id = row.shown("id")
                guard let anchor = DeliveryContext.anchor(id) else { continue }
                let key = [id, row.shown("formula"), row["value"]?.encodedText ?? ""]
                    .joined(separator: "\n")
                if places[key] == nil {
                    places[key] = "#\(entry.task).\(anchor)"
                    own[entry.task, default: []].insert(id)
                }
                targets[entry.task, default: [:]][id] = places[key]
            }
        }
        let sections = entries.filter { !isLast($0) }.flatMap {
            $0.documents[Deliverables.analysisName]?["sections"]?.listed ?? []
        }
        let contexts = entries.map { DeliveryContext(documents: $0.documents, brief: submitted) }
        // Where an answer came between two deliveries, the later one worked from the inputs that
        // the page shows.
        let shown = (zip(entries, contexts).first { isLast($0.0) }?.1 ?? contexts.last)?.inputs
        return zip(entries, contexts).map { entry, context in
            let figures = FigureLinks(
                context.quantities, inputs: context.inputs,
                showsInputs: shown != nil && context.inputs == shown
            ) { targets[entry.task]?[$0] }
            var entry = entry
            entry.figures = figures
            return ReportDelivery(
                entry: entry, context: context, figures: figures,
                repeated: isLast(entry) ? Set(sections.map(content)) : [],
                ownFigures: own[entry.task] ?? [])
        }
    }
}
