// The catalogue as a tree, and what to say about keys that are not in it.

import PlainText

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
            let distance = Spelling.distance(text, candidate)
            if distance <= allowed, distance < (best?.distance ?? .max) {
                best = (distance, candidate)
            }
        }
        return best?.name
    }
}

extension String {
    fileprivate var replacingDashes: String {
        String(map { $0 == "-" || $0 == " " ? "_" : $0 })
    }
}
