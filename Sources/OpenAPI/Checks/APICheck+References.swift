// What keeps the document from meaning what it says.
internal import PlainText

extension APICheck {
    mutating func references() {
        var broken: [APIPlace] = []
        var external: [APIPlace] = []
        let nodes = tree.references.keys.sorted { $0.index < $1.index }
        for node in nodes {
            switch tree.references[node] {
            case .broken(let text)?: broken.append(place(node, "", text))
            case .external(let text)?: external.append(place(node, "", text))
            case .local?:
                if tree.isCircular(node) {
                    broken.append(place(node, "", "leads back to itself"))
                }
            case nil: break
            }
        }
        find(
            .referenceBroken, broken,
            "\(broken.count) of \(Counted.text(nodes.count, "reference")) lead nowhere.")
        find(
            .referenceExternal, external,
            "\(external.count) of \(Counted.text(nodes.count, "reference")) lead to other"
                + " documents.")
        let repeated = tree.repeatedKeys.map { key, line in
            APIPlace(
                pointer: "", line: line, subject: "", detail: "`\(key)`",
                isInBaseline: false)
        }
        find(
            .keyRepeated, repeated,
            "\(Counted.text(repeated.count, "name")) stand twice in one map; the first counted.")
    }
}
