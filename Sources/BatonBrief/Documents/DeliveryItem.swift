// What a playbook asks of a task beyond the five documents, and what a delivery says of it: where
// it stands, or why it does not apply. One item is one thing that a reader can point at.
package import JSON

/// One thing that a task has to deliver.
package struct DeliveryItem: Sendable, Hashable {
    /// More is not a list that somebody works through.
    package static let itemsPerTaskMax = 64

    /// Such as `migrations`; once in a playbook.
    package var id: String
    /// The phase that it belongs to, as people call it.
    package var phase: String
    /// What is wanted, for whoever does it.
    package var what: String
    /// The document that it has to stand in, such as `execution_plan`; nil for anywhere.
    package var document: String?

    package init(id: String, phase: String, what: String, document: String? = nil) {
        self.id = id
        self.phase = phase
        self.what = what
        self.document = document
    }

    /// Reads an item whose shape is known to be right.
    package init(_ value: JSONValue) {
        self.init(
            id: value["id"]?.stringValue ?? "", phase: value["phase"]?.stringValue ?? "",
            what: value["what"]?.stringValue ?? "", document: value["in"]?.stringValue)
    }

    package var json: JSONValue {
        var object = JSONObject([
            ("id", .string(id)), ("phase", .string(phase)), ("what", .string(what)),
        ])
        object["in"] = document.map { .string($0) }
        return .object(object)
    }

    /// The documents that an item may be asked for in: the five and the analysis.
    package static let documents =
        (Deliverables.five + [.analysis]).map(\.rawValue)

    /// The shape of an item in a plan and in a packet.
    static let shape = Shape.object(
        [
            .required("id", .text(.identifier, max: 64)),
            .required("phase", .visible),
            .required("what", .visible),
            .optional("in", .choice(documents)),
        ], rest: .refused)

    static let listShape = Shape.list(shape, count: 0...itemsPerTaskMax)

    /// The shape of what a handoff packet says of an item: one of the two.
    static let answerShape = Shape.either(
        [
            .object(
                [
                    .required("id", .text(.identifier, max: 64)),
                    .required("where", .list(.visible, count: 1...1024)),
                ], rest: .refused),
            .object(
                [
                    .required("id", .text(.identifier, max: 64)),
                    .required("not_applicable", .visible),
                ], rest: .refused),
        ], called: "an item's id with `where`, or with `not_applicable`")
}

/// What a delivery says of an item.
package struct DeliveredItem: Sendable, Hashable {
    package enum Answer: Sendable, Hashable {
        /// Ids of entries (`S3`, `C1`), titles of sections, names of lists or of parts; never
        /// empty.
        case at([String])
        /// Why there is nothing to deliver.
        case notApplicable(String)
    }

    package var id: String
    package var answer: Answer

    package init(id: String, _ answer: Answer) {
        self.id = id
        self.answer = answer
    }

    /// Nil where it says neither.
    package init?(_ value: JSONValue) {
        guard let id = value["id"]?.stringValue else { return nil }
        if let places = value["where"]?.texts, !places.isEmpty {
            self.init(id: id, .at(places))
        } else if let reason = value["not_applicable"]?.stringValue {
            self.init(id: id, .notApplicable(reason))
        } else {
            return nil
        }
    }

    package var json: JSONValue {
        switch answer {
        case .at(let places): ["id": .string(id), "where": JSONValue(texts: places)]
        case .notApplicable(let reason): ["id": .string(id), "not_applicable": .string(reason)]
        }
    }
}
