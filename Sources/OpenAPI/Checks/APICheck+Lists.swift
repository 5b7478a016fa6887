// Lists that grow with the data and that nothing bounds.
internal import PlainText

extension APICheck {
    mutating func lists() {
        var unbounded: [APIPlace] = []
        var sizes: [APIPlace] = []
        var seen: Set<APINode> = []
        var count = 0
        for operation in document.operations where operation.method == "GET" {
            guard let list = list(of: operation) else { continue }
            count += 1
            if !operation.hasUnknownParameters, !list.isPaged,
                !operation.parameters.contains(where: Self.isPaging)
            {
                unbounded.append(place(list.place, operation.name))
            }
            for parameter in operation.parameters
            where Self.isPageSize(parameter) && !hasMaximum(parameter)
                && seen.insert(parameter.node).inserted
            {
                sizes.append(place(parameter.node, operation.name, "`\(parameter.name)`"))
            }
        }
        let all = Counted.text(count, "list")
        find(
            .listUnbounded, unbounded,
            "\(unbounded.count) of \(all) have no limit, no page and no `maxItems`.")
        find(
            .pageSizeUnbounded, sizes,
            "\(Counted.text(sizes.count, "parameter")) of the \(all) have no `maximum`.")
    }

    /// The list that a successful answer is, directly or in an envelope.
    private func list(of operation: APIOperation) -> (place: APINode, isPaged: Bool)? {
        for response in operation.responses where response.isSuccess {
            let headers = tree.members(tree[response.node, "headers"])
            let hasLink = headers.contains { Words.split($0.key).contains("link") }
            for (mediaType, schema) in tree.schemas(tree[response.node, "content"])
            where APITree.isJSON(mediaType) {
                guard let schema, let node = tree.resolved(schema) else { continue }
                if tree.types(node).contains("array") {
                    if tree[node, "maxItems"] != nil { return nil }
                    return (response.place, hasLink)
                }
                let view = SchemaView(node, in: tree)
                guard let member = envelope(view, operation) else { continue }
                if tree[member, "maxItems"] != nil { return nil }
                let isPaged = view.properties.contains { Self.isPageName($0.key) }
                return (response.place, hasLink || isPaged)
            }
        }
        return nil
    }

    /// The list within an envelope: the first array of a usual name, or named like the path. What a
    /// path that ends in a parameter answers is one thing, which may have lists in it.
    private func envelope(_ view: SchemaView, _ operation: APIOperation) -> APINode? {
        guard !operation.path.hasSuffix("}"), !view.hasUnknown else { return nil }
        let named = Words.joined(operation.lastFixedStep)
        for member in view.properties {
            let name = Words.joined(member.key)
            guard Self.envelopeNames.contains(name) || name == named,
                let node = tree.resolved(member.node), tree.types(node).contains("array")
            else { continue }
            return node
        }
        return nil
    }

    private static let envelopeNames: Set = [
        "entries", "items", "data", "results", "values", "records", "list", "content", "elements",
        "resources", "rows", "objects", "members", "value", "hits", "collection",
    ]

    /// Members of an answer that lead to the next page: the server bounds this one.
    private static func isPageName(_ name: String) -> Bool {
        let words = Words.split(name)
        let joined = words.joined()
        return words.first == "next" || joined == "hasmore" || joined == "cursor"
            || joined == "links" || joined == "pagination" || joined == "paging"
            || joined == "totalpages" || joined == "pageinfo"
    }

    private static let sizeNames: Set = [
        "limit", "pagelimit", "pagesize", "perpage", "size", "count", "maxresults", "maxitems",
        "maxkeys", "top", "first", "take", "rows", "maxpagesize", "pagecount", "itemsperpage",
    ]

    private static let placeNames: Set = [
        "page", "pagenumber", "pageindex", "pagetoken", "pagecursor", "pageafter", "offset",
        "start", "startindex", "skip", "cursor", "marker", "after", "before", "startingafter",
        "endingbefore", "continuationtoken", "continuation", "nexttoken", "pageoffset", "n",
        "startafter", "startat", "last", "max", "num", "pagination", "paging",
    ]

    private static func isPaging(_ parameter: APIParameter) -> Bool {
        let name = Words.joined(parameter.name)
        switch parameter.location {
        case "query": return sizeNames.contains(name) || placeNames.contains(name)
        case "header": return name == "range"
        default: return false
        }
    }

    private static func isPageSize(_ parameter: APIParameter) -> Bool {
        parameter.location == "query" && sizeNames.contains(Words.joined(parameter.name))
    }

    /// Whether the schema of a page size bounds it; true where it says nothing that could.
    private func hasMaximum(_ parameter: APIParameter) -> Bool {
        guard let schema = parameter.schema else { return false }
        let view = SchemaView(schema, in: tree)
        guard !view.hasUnknown else { return true }
        return view.parts.contains { part in
            ["maximum", "exclusiveMaximum", "enum", "const", "pattern", "maxLength"].contains {
                tree[part, $0] != nil
            }
        }
    }
}
