// Names and security of operations.
internal import PlainText

extension APICheck {
    mutating func names() {
        let nameless = document.operations.filter { $0.id == nil }
        find(
            .operationIDMissing, nameless.map { place($0) },
            "\(nameless.count) of \(Counted.text(document.operations.count, "operation")) have no"
                + " operationId.")
        var first: [String: APIOperation] = [:]
        var repeated: [APIPlace] = []
        for operation in document.operations {
            guard let id = operation.id else { continue }
            if let other = first[id] {
                repeated.append(place(operation, "`\(id)` is that of \(other.name)"))
            } else {
                first[id] = operation
            }
        }
        find(
            .operationIDRepeated, repeated,
            "\(Counted.text(repeated.count, "operation")) have the operationId of another one.")
    }

    mutating func security() {
        let open = document.operations.filter { $0.security == .unsaid }
        let isReading = open.allSatisfy { ["GET", "HEAD", "OPTIONS", "TRACE"].contains($0.method) }
        let schemes = tree.members(tree[tree[.root, "components"], "securitySchemes"])
        var message =
            "\(open.count) of \(Counted.text(document.operations.count, "operation")) have no"
            + " security, and the document has none for all."
        if schemes.isEmpty { message += " No security scheme is defined either." }
        find(
            .operationUnsecured, open.map { place($0) }, message, as: isReading ? .medium : nil)
    }
}
