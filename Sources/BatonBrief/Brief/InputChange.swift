// What a merge patch changes in a packet's inputs, field by field and in people's units. A patch
// replaces lists whole, so only a comparison of the inputs before and after shows the decision.
package import JSON

/// One field that a patch changes.
package struct InputChange: Sendable, Hashable, CustomStringConvertible {
    /// `queues.orders.workers.max`.
    package let field: String
    /// As a person would write it; nil where the field was not stated.
    package let before: String?
    /// As a person would write it; nil where the field is removed.
    package let after: String?

    /// The changes that `patch` makes to `inputs`: first those of the fields that are stated
    /// afterwards, in the order of the catalogue, then those that are removed.
    /// Keys that are not in the catalogue are left out: no agent reads them.
    package static func list(patch: JSONValue, inputs: JSONValue) -> [InputChange] {
        let old = fields(of: inputs)
        let new = fields(of: inputs.applying(mergePatch: patch))
        let changed = new.compactMap { field -> InputChange? in
            let before = old.first { $0.field == field.field }?.shown
            guard before != field.shown else { return nil }
            return InputChange(field: field.field, before: before, after: field.shown)
        }
        let removed = old.filter { field in !new.contains { $0.field == field.field } }
        return changed
            + removed.map { InputChange(field: $0.field, before: $0.shown, after: nil) }
    }

    /// The decision as a sentence's part: `slo.availability = 99.8% (was 99.95%)`.
    package var description: String {
        guard let after else { return "\(field) removed (was \(before ?? noneStated))" }
        return "\(field) = \(after)" + (before.map { " (was \($0))" } ?? "")
    }

    /// The effect as an arrow: `slo.availability: 99.95% → 99.8%`.
    package var arrow: String {
        "\(field): \(before ?? noneStated) → \(after ?? "removed")"
    }

    private static func fields(of inputs: JSONValue) -> [UnderstoodField] {
        UnderstoodField.all(in: .object(JSONObject([("inputs", inputs)])))
    }
}
