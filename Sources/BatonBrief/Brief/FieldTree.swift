// The catalogue as a tree, and what to say about keys that are not in it.

/// A node of the catalogue: an entry and the keys below it.
package struct FieldNode: Sendable {
    package let entry: FieldEntry
    package let children: [FieldNode]

    /// The child of this key.
    package func child(_ key: String) -> FieldNode? {
        children.first { $0.entry.key == key }
    }
}

extension FieldCatalog {
    /// The top-level keys with everything below them.
    package static let tree: [FieldNode] = makeTree(prefix: [])

    private static func makeTree(prefix: [String]) -> [FieldNode] {
        entries.filter { entry in
            let keys = entry.keys
            return keys.count == prefix.count + 1 && Array(keys.dropLast()) == prefix
        }.map { FieldNode(entry: $0, children: makeTree(prefix: $0.keys)) }
    }

    /// The entry of a path such as `slo.availability` or `queues.captures.workers.max`, where the
    /// name of a list's element may stand after the list's key.
    package static func entry(at path: String) -> FieldEntry? {
        node(at: path.split(separator: ".").map(String.init))?.entry
    }

    /// The node of a path; list elements by name, by index, or left out.
    static func node(at keys: [String]) -> FieldNode? {
        var nodes = tree
        var found: FieldNode?
        for key in keys {
            let plain = key.hasSuffix("[]") ? String(key.dropLast(2)) : key
            if let child = nodes.first(where: { $0.entry.key == plain }) {
                found = child
                nodes = child.children
            } else if let list = found, case .list = list.entry.kind {
                // The element's name; its keys stay those of the list.
                continue
            } else {
                return nil
            }
        }
        return found
    }

    /// The nearest key for one that is unknown: first among its siblings, then anywhere else, then
    /// as the whole path.
    package static func suggestion(for key: String, among siblings: [FieldNode]) -> String? {
        let lowered = key.lowercased().replacingDashes
        if let near = nearest(lowered, in: siblings.map(\.entry.key)) {
            return "did you mean \(near)?"
        }
        if lowered == "retries" || lowered == "max_retries" {
            return "write attempts, which includes the first try"
        }
        let elsewhere = entries.filter { $0.key == lowered }.map(\.path)
        if let path = elsewhere.first { return "\(lowered) belongs at \(path)" }
        return nil
    }

    /// The candidate with the smallest edit distance, if it is near enough to be a slip.
    package static func nearest(_ text: String, in candidates: [String]) -> String? {
        let allowed = text.count <= 4 ? 1 : text.count <= 8 ? 2 : 3
        var best: (distance: Int, name: String)?
        for candidate in candidates {
            let distance = editDistance(text, candidate)
            if distance <= allowed, distance < (best?.distance ?? .max) {
                best = (distance, candidate)
            }
        }
        return best?.name
    }

    /// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours.
    /// Texts longer than 64 characters are not compared.
    package static func editDistance(_ left: String, _ right: String) -> Int {
        let first = Array(left)
        let second = Array(right)
        guard first.count <= 64, second.count <= 64 else { return .max }
        guard !first.isEmpty, !second.isEmpty else { return max(first.count, second.count) }
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for row in 1...first.count {
            var current = [row]
            for column in 1...second.count {
                let isSame = first[row - 1] == second[column - 1]
                var cost = min(
                    last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, first[row - 1] == second[column - 2],
                    first[row - 2] == second[column - 1]
                {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[second.count]
    }
}

extension String {
    fileprivate var replacingDashes: String {
        String(map { $0 == "-" || $0 == " " ? "_" : $0 })
    }
}
