// Two versions of one schema. Requests may not become narrower, responses may not become wider.

extension APIComparison {
    mutating func compare(_ pair: Pair, _ subject: String) {
        let before = SchemaView(pair.old, in: old.tree, withAlternatives: false)
        let after = SchemaView(pair.new, in: new.tree, withAlternatives: false)
        partCount += before.parts.count + after.parts.count
        // Part of it is elsewhere: what is here may be completed there.
        guard !before.hasUnknown, !after.hasUnknown else { return }
        compareTypes(pair, before, after, subject)
        compareValues(pair, before, after, subject)
        compareProperties(pair, before, after, subject)
        if pair.direction == .request { compareBounds(pair, before, after, subject) }
        compareAlternatives(pair, before, after, subject)
        for key in ["items", "additionalProperties"] {
            add(
                before.first(key, in: old.tree), after.first(key, in: new.tree), pair.direction,
                subject)
        }
    }

    private mutating func compareTypes(
        _ pair: Pair, _ before: SchemaView, _ after: SchemaView, _ subject: String
    ) {
        let was = before.types(in: old.tree)
        let isNow = after.types(in: new.tree)
        // A schema without a type is more often careless than meant.
        if !was.isEmpty, !isNow.isEmpty {
            let isKept =
                pair.direction == .request
                ? Self.covers(isNow, was) : Self.covers(was, isNow)
            if !isKept {
                changed(
                    .typeChanged, pair.new, subject,
                    "\(Self.shown(was)) became \(Self.shown(isNow))")
                return
            }
        }
        guard let oldFormat = old.tree.string(before.first("format", in: old.tree)),
            let newFormat = new.tree.string(after.first("format", in: new.tree)),
            oldFormat != newFormat
        else { return }
        changed(
            .typeChanged, pair.new, subject, "format \(oldFormat) became \(newFormat)")
    }

    /// Whether all of `types` are among `allowed`; every integer is a number.
    private static func covers(_ allowed: Set<String>, _ types: Set<String>) -> Bool {
        types.allSatisfy { allowed.contains($0) || $0 == "integer" && allowed.contains("number") }
    }

    private static func shown(_ types: Set<String>) -> String {
        types.sorted().joined(separator: " or ")
    }

    private mutating func compareValues(
        _ pair: Pair, _ before: SchemaView, _ after: SchemaView, _ subject: String
    ) {
        let olds = Self.values(before, old.tree)
        let news = Self.values(after, new.tree)
        switch pair.direction {
        case .request:
            guard let news else { return }
            guard let olds else {
                changed(.valueRefused, pair.new, subject, "any value was accepted")
                return
            }
            let known = Set(news)
            let lost = olds.filter { !known.contains($0) }
            if !lost.isEmpty {
                changed(.valueRefused, pair.new, subject, Self.listed(lost) + " gone")
            }
        case .response:
            guard let olds, let news else { return }
            let known = Set(olds)
            let added = news.filter { !known.contains($0) }
            if !added.isEmpty {
                changed(.valueAdded, pair.new, subject, Self.listed(added) + " new")
            }
        }
    }

    private static func values(_ view: SchemaView, _ tree: APITree) -> [String]? {
        if let constant = view.first("const", in: tree) {
            return tree.scalar(constant).map { [$0] }
        }
        guard let list = view.first("enum", in: tree), tree.isList(list) else { return nil }
        return tree.elements(list).compactMap { tree.scalar($0) }
    }

    private static func listed(_ values: [String]) -> String {
        Words.listed(values, first: 5) + (values.count == 1 ? " is" : " are")
    }

    private mutating func compareProperties(
        _ pair: Pair, _ before: SchemaView, _ after: SchemaView, _ subject: String
    ) {
        let isRequest = pair.direction == .request
        let olds = Dictionary(
            before.properties.map { ($0.key, $0.node) }, uniquingKeysWith: { first, _ in first })
        let news = Dictionary(
            after.properties.map { ($0.key, $0.node) }, uniquingKeysWith: { first, _ in first })
        for property in after.properties where isRequest && !olds.isEmpty {
            guard after.required.contains(property.key), !before.required.contains(property.key),
                !isFlagged(property.node, "readOnly", new.tree)
            else { continue }
            changed(
                .inputRequired, property.node, subject,
                "`\(property.key)` "
                    + (olds[property.key] == nil ? "is new and required" : "was optional"))
        }
        // A schema without properties says nothing that could be lost.
        guard !news.isEmpty else { return }
        for property in before.properties {
            let isOthers = isFlagged(
                property.node, isRequest ? "readOnly" : "writeOnly", old.tree)
            guard let later = news[property.key] else {
                if !isOthers {
                    gone(
                        isRequest ? .inputRemoved : .outputRemoved, property.node, subject,
                        "`\(property.key)`")
                }
                continue
            }
            if !isRequest, !isOthers, before.required.contains(property.key),
                !after.required.contains(property.key)
            {
                changed(.outputOptional, later, subject, "`\(property.key)` was required")
            }
            add(property.node, later, pair.direction, subject)
        }
    }

    private func isFlagged(_ node: APINode, _ flag: String, _ tree: APITree) -> Bool {
        tree.bool(tree[tree.resolved(node), flag]) == true
    }

    private mutating func compareBounds(
        _ pair: Pair, _ before: SchemaView, _ after: SchemaView, _ subject: String
    ) {
        for (key, isUpper) in Self.bounds {
            guard let bound = new.tree.number(after.first(key, in: new.tree)) else { continue }
            let earlier = old.tree.number(before.first(key, in: old.tree))
            // What can be no smaller than nothing is no bound.
            if earlier == nil, !isUpper, bound <= 0, key != "minimum" { continue }
            let isTighter = earlier.map { isUpper ? bound < $0 : bound > $0 } ?? true
            guard isTighter else { continue }
            let was = earlier.map(APITree.shown) ?? "not there"
            changed(
                .boundTightened, pair.new, subject,
                "\(key) was \(was) and is \(APITree.shown(bound))")
        }
        let was = old.tree.string(before.first("pattern", in: old.tree))
        if let isNow = new.tree.string(after.first("pattern", in: new.tree)), isNow != was {
            changed(
                .boundTightened, pair.new, subject,
                was == nil ? "`pattern` is new" : "`pattern` has changed")
        }
    }

    private static let bounds: [(key: String, isUpper: Bool)] = [
        ("maxLength", true), ("maximum", true), ("maxItems", true), ("maxProperties", true),
        ("minLength", false), ("minimum", false), ("minItems", false), ("minProperties", false),
    ]

    /// What `oneOf` and `anyOf` offer, told apart by the names of what they refer to.
    private mutating func compareAlternatives(
        _ pair: Pair, _ before: SchemaView, _ after: SchemaView, _ subject: String
    ) {
        for key in ["oneOf", "anyOf"] {
            let olds = Self.alternatives(before, key, old.tree)
            let news = Self.alternatives(after, key, new.tree)
            guard !olds.isEmpty, !news.isEmpty else { continue }
            for (name, node) in olds {
                if let later = news.first(where: { $0.name == name }) {
                    add(node, later.node, pair.direction, subject)
                } else if pair.direction == .request {
                    gone(.valueRefused, node, subject, "the alternative \(name) is gone")
                }
            }
            for (name, node) in news where pair.direction == .response {
                if !olds.contains(where: { $0.name == name }) {
                    changed(.valueAdded, node, subject, "the alternative \(name) is new")
                }
            }
        }
    }

    private static func alternatives(
        _ view: SchemaView, _ key: String, _ tree: APITree
    ) -> [(name: String, node: APINode)] {
        (view.first(key, in: tree).map(tree.elements) ?? []).enumerated().map { position, node in
            if case .local(let target)? = tree.references[node] {
                return ("`\(tree.key(target) ?? "")`", node)
            }
            return ("number \(position + 1)", node)
        }
    }
}
