// What is known about a delivery beside the one document that is shown: its other documents, and
// the brief with its lines.
package import JSON

/// The surroundings of a document.
package struct DeliveryContext: Sendable {
    /// The packet's inputs; nil where the delivery does not repeat them.
    let inputs: JSONValue?
    /// The brief's line of each field, from 1; nil where the brief is not at hand.
    let lines: JSONValue?
    /// Of the objective snapshot.
    let assumptions: [JSONValue]
    /// The figures of the analysis.
    private(set) var quantities: [JSONValue]

    /// - Parameters:
    ///   - documents: the delivery's documents by part name.
    ///   - brief: the brief as it was submitted.
    package init(
        documents: [String: JSONValue] = [:], brief: JSONValue? = nil,
    ) {
        inputs = documents["handoff_packet.json"]?["inputs"]
        lines = brief?["source"]?["lines"]
        assumptions = documents["objective_snapshot.json"]?["assumptions"]?.listed ?? []
        quantities = documents[Deliverables.analysisName]?["quantities"]?.listed ?? []
    }

    /// With the figures of this analysis.
    func showing(_ analysis: JSONValue) -> DeliveryContext {
        var context = self
        context.quantities = analysis["quantities"]?.listed ?? []
        return context
    }

    /// Links to the derivations below `place`, such as `analysis.md`.
    package func figures(in place: String) -> FigureLinks {
        FigureLinks(quantities, inputs: inputs) { Self.anchor($0).map { "\(place)#\($0)" } }
    }

    /// The anchor of a figure's derivation; nil for an id that cannot be one.
    package static func anchor(_ id: String) -> String? {
        TextPattern.identifier.matches(id) ? "q-\(id)" : nil
    }

    /// Where an input of the packet comes from, as a person names it: field, value, line.
    func place(_ pointer: String) -> String {
        guard let place = inputs.flatMap({ InputPlace(pointer, inputs: $0) }) else {
            return pointer
        }
        guard place.shown != nil else { return "all of \(place)" }
        // `peak.rate` is a part of one field, which has the line.
        var names = place.field.split(separator: ".")
        while !names.isEmpty {
            if let line = lines?[names.joined(separator: ".")]?.integerValue, line > 0 {
                return "\(place) (line \(line) of the brief)"
            }
            names.removeLast()
        }
        return place.description
    }
}
