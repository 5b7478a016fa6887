// Errors: whether they are described, with a schema, and all in one shape.
internal import PlainText

extension APICheck {
    mutating func errors() {
        missingErrors()
        let described = errorResponses
        missingSchemas(described)
        differentShapes(described)
    }

    private mutating func missingErrors() {
        var silent: [APIPlace] = []
        var half: [APIPlace] = []
        for operation in document.operations {
            let statuses = operation.responses.filter(\.isError).map(\.status)
            if statuses.isEmpty {
                silent.append(place(operation))
            } else if !statuses.contains(where: { $0 == "default" || $0.hasPrefix("5") }) {
                half.append(place(operation, "only \(statuses.joined(separator: ", "))"))
            }
        }
        let all = Counted.text(document.operations.count, "operation")
        find(
            .errorResponseMissing, silent,
            "\(silent.count) of \(all) describe neither 4xx nor 5xx nor `default`.")
        find(
            .serverErrorMissing, half,
            "\(half.count) of \(all) describe 4xx and neither 5xx nor `default`.")
    }

    private typealias Described = (
        response: APIResponse, node: APINode, operation: APIOperation
    )

    /// Every described error once, however many operations share it. A HEAD has no body.
    private var errorResponses: [Described] {
        var seen: Set<APINode> = []
        return document.operations.filter { $0.method != "HEAD" }.flatMap { operation in
            operation.responses.compactMap { response in
                guard response.isError, let node = response.node, seen.insert(node).inserted
                else { return nil }
                return (response, node, operation)
            }
        }
    }

    private mutating func missingSchemas(_ responses: [Described]) {
        let found = responses.compactMap { response, node, operation -> APIPlace? in
            let schemas = tree.schemas(tree[node, "content"])
            // Pages and texts for people need no schema where programs get one.
            guard !schemas.contains(where: { $0.schema != nil }) else { return nil }
            return place(
                node, operation.name,
                response.status + (schemas.isEmpty ? " has no body" : " has a body of any shape"))
        }
        find(
            .errorSchemaMissing, found,
            "\(found.count) of \(Counted.text(responses.count, "described error")) say nothing"
                + " of their body.")
    }

    private mutating func differentShapes(_ responses: [Described]) {
        var shapes: [(shape: ErrorShape, places: [APIPlace])] = []
        // Most errors refer to one schema.
        var known: [APINode: ErrorShape?] = [:]
        for (response, node, operation) in responses {
            for (mediaType, schema) in tree.schemas(tree[node, "content"])
            where APITree.isJSON(mediaType) {
                guard let schema = tree.resolved(schema) else { continue }
                if known[schema] == nil { known[schema] = ErrorShape(schema, in: tree) }
                guard let shape = known[schema] ?? nil else { continue }
                let place = place(
                    node, operation.name, "\(response.status) has \(shape.description)")
                if let index = shapes.firstIndex(where: { $0.shape == shape }) {
                    // Two media types of one response.
                    if shapes[index].places.last?.pointer != place.pointer {
                        shapes[index].places.append(place)
                    }
                } else if shapes.count < Self.shapesMax {
                    shapes.append((shape, [place]))
                }
            }
        }
        // The most used; of two, the first in the document.
        var main = shapes.first
        for entry in shapes where entry.places.count > main?.places.count ?? 0 { main = entry }
        guard let main else { return }
        let others = shapes.filter { !$0.shape.extends(main.shape) }
        let found = others.flatMap(\.places)
        find(
            .errorShapesDiffer, found,
            "\(Counted.text(main.places.count, "error")) have \(main.shape.description);"
                + " \(Counted.text(found.count, "other")) have"
                + " \(Counted.text(others.count, "other shape")).")
    }

    /// More shapes than anybody would tell apart; the others are not looked at.
    private static let shapesMax = 64
}
