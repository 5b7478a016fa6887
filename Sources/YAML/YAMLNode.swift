// The tree that a YAML text becomes. Scalars keep their text and style: what `12` or `yes` means is
// for the reader of a field to say, not for this layer.

/// A node with its place in the text.
package struct YAMLNode: Sendable, Hashable {
    /// What the node holds.
    package indirect enum Content: Sendable, Hashable {
        case scalar(String, YAMLScalarStyle)
        case sequence([YAMLNode])
        case mapping([YAMLMember])
    }

    package var content: Content
    /// From 1.
    package var line: Int
    /// From 1, counted in characters.
    package var column: Int

    package init(_ content: Content, line: Int, column: Int = 1) {
        self.content = content
        self.line = line
        self.column = column
    }

    /// The scalar's text; nil for sequences and mappings.
    package var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    /// True for a scalar without quotes that is empty, `~` or `null`.
    package var isNull: Bool {
        guard case .scalar(let text, .plain) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    package var elements: [YAMLNode]? {
        if case .sequence(let elements) = content { elements } else { nil }
    }

    package var members: [YAMLMember]? {
        if case .mapping(let members) = content { members } else { nil }
    }

    /// The value of a mapping's key; with duplicates, the first.
    package subscript(key: String) -> YAMLNode? {
        members?.first { $0.key == key }?.value
    }
}

/// How a scalar was written.
package enum YAMLScalarStyle: Sendable, Hashable {
    case plain, singleQuoted, doubleQuoted, literal, folded
}

/// One key and its value.
package struct YAMLMember: Sendable, Hashable {
    package var key: String
    /// The key's line, from 1.
    package var line: Int
    package var value: YAMLNode

    package init(key: String, line: Int, value: YAMLNode) {
        self.key = key
        self.line = line
        self.value = value
    }
}

/// A key that stands twice in one mapping.
package struct YAMLDuplicate: Sendable, Hashable {
    package let key: String
    package let line: Int
    package let firstLine: Int
}

/// A parsed text.
package struct YAMLDocument: Sendable {
    /// Nil for an empty text.
    package let root: YAMLNode?
    /// In the order of the text; both members are in the tree.
    package let duplicates: [YAMLDuplicate]
}
