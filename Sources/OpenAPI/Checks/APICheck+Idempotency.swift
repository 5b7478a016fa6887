// Whether requests that may have a second effect declare how to repeat them safely. What only
// prose says does not count: no generated client sends it, no gateway checks it.
internal import PlainText

extension APICheck {
    mutating func idempotency() {
        let unsafe = document.operations.filter(\.isUnsafe)
        let open = unsafe.filter { !document.declaresRepetition(of: $0) }
        // What changes something comes first; what seems to read is told apart.
        let changing = open.filter { !$0.isReadingByName }
        let reading = open.filter(\.isReadingByName)
        let places =
            changing.map { place($0) }
            + reading.map { place($0, "seems only to read") }
        var message =
            "\(open.count) of \(Counted.text(unsafe.count, "POST or PATCH operation")) declare"
            + " neither an idempotency key nor a condition."
        if !reading.isEmpty {
            message +=
                " \(reading.count == 1 ? "One of them seems" : "\(reading.count) of them seem")"
                + " only to read; there `x-idempotent: true` is enough."
        }
        if !open.isEmpty, let prose = idempotencyProse {
            message +=
                " Idempotency is spoken of in prose only (\(prose.pointer), line \(prose.line))."
        }
        find(.idempotencyUndeclared, places, message, as: changing.isEmpty ? .low : nil)
    }

    /// The first description that speaks of idempotency.
    private var idempotencyProse: APIPlace? {
        for index in tree.entries.indices {
            let node = APINode(index: Int32(index))
            guard case .string(let text) = tree.content(node), text.utf8.count > 20,
                let key = tree.key(node), key == "description" || key == "summary",
                Words.contains(text, "idempoten")
            else { continue }
            return place(node)
        }
        return nil
    }
}
