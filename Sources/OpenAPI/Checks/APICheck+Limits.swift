// Limits of requests: whether the refusal is described where limits are, and when to try again.
internal import PlainText

extension APICheck {
    mutating func limits() {
        let operations = document.operations
        // `default` and `4XX` stand for it; a reference that could not be followed may.
        let silent = operations.filter { $0.response("429") == nil }
        retryAfter()
        guard !silent.isEmpty else { return }
        let all = Counted.text(operations.count, "operation")
        let places = silent.map { place($0) }
        if let words = limitWords {
            find(
                .rateLimitUndeclared, places,
                "Limits are described (\(words.pointer), line \(words.line)), and \(silent.count)"
                    + " of \(all) have neither 429 nor `4XX` nor `default`.")
        } else if operations.contains(where: { $0.responses.contains { $0.status == "429" } }) {
            // That the limit of some holds for all is likely, and not said.
            find(
                .rateLimitUndeclared, places,
                "Some operations have 429, and \(silent.count) of \(all) have neither 429 nor"
                    + " `4XX` nor `default`.", as: .low)
        } else if silent.count == operations.count {
            find(
                .rateLimitUnstated, places,
                "None of \(all) has 429, `4XX` or `default`, and no text speaks of limits.")
        }
    }

    private mutating func retryAfter() {
        var seen: Set<APINode> = []
        var found: [APIPlace] = []
        var users = 0
        for operation in document.operations {
            guard let response = operation.responses.first(where: { $0.status == "429" }),
                let node = response.node, !saysWhen(node)
            else { continue }
            users += 1
            if seen.insert(node).inserted { found.append(place(node, operation.name)) }
        }
        find(
            .retryAfterMissing, found,
            "429 of \(Counted.text(users, "operation")) has no Retry-After, nor another header that"
                + " says when to try again.")
    }

    /// Retry-After, the RateLimit headers, or a member of the body that does the same.
    private func saysWhen(_ response: APINode) -> Bool {
        let headers = tree.members(tree[response, "headers"])
        if headers.contains(where: { Self.isTimeHeader($0.key) }) { return true }
        return tree.schemas(tree[response, "content"]).contains { _, schema in
            guard let schema else { return false }
            return SchemaView(schema, in: tree).properties.contains {
                Words.joined($0.key).hasPrefix("retryafter")
            }
        }
    }

    private static func isTimeHeader(_ name: String) -> Bool {
        let name = Words.joined(name)
        return name.hasPrefix("retryafter") || name == "ratelimit"
            || name.contains("ratelimit") && (name.contains("reset") || name.contains("retry"))
    }

    /// The first text, header or extension that speaks of limits of requests. Descriptions of
    /// schemas do not count: they tell of other things that are limited.
    private var limitWords: APIPlace? {
        var texts: [APINode?] = [tree[tree[.root, "info"], "description"]]
        for tag in tree.elements(tree[.root, "tags"]) {
            texts.append(tree[tag, "description"])
        }
        for operation in document.operations {
            texts += [tree[operation.node, "summary"], tree[operation.node, "description"]]
            for response in operation.responses {
                texts.append(tree[response.node, "description"])
                for header in tree.members(tree[response.node, "headers"])
                where Words.joined(header.key).contains("ratelimit") {
                    return place(header.node)
                }
            }
        }
        let owners = [APINode.root] + document.operations.map(\.node)
        for owner in owners {
            for member in tree.members(owner) where member.key.hasPrefix("x-") {
                let name = Words.joined(member.key)
                if name.contains("ratelimit") || name.contains("throttl") {
                    return place(member.node)
                }
            }
        }
        return texts.compactMap { $0 }.first { node in
            tree.string(node).map(Self.speaksOfLimits) ?? false
        }.map { place($0) }
    }

    private static func speaksOfLimits(_ text: String) -> Bool {
        if Words.contains(text, "throttl") { return true }
        if Words.contains(text, "limit") {
            let words: [StaticString] = ["rate limit", "rate-limit", "ratelimit"]
            if words.contains(where: { Words.contains(text, $0) }) { return true }
        }
        guard Words.contains(text, "s per ") else { return false }
        let rates: [StaticString] = [
            "requests per second", "requests per minute", "requests per hour", "calls per second",
            "calls per minute", "calls per hour",
        ]
        return rates.contains { Words.contains(text, $0) }
    }
}
