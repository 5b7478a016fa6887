// Programs that a brief or a card names to be run for what they print, such as `git log -5`: what
// they print is context for the agents. This module only names them.
import PlainText
import YAML

/// Why a list of commands cannot be read, and what to write instead.
struct ContextSyntax: Error {
    let line: Int
    let message: String
    let suggestion: String
}

/// One program with its arguments, and where it was named.
package struct ContextCommand: Sendable, Hashable {
    /// Commands of one brief or card.
    package static let commandsMax = 8
    /// Words of one command.
    package static let wordsMax = 64
    /// Bytes of one word.
    package static let wordBytesMax = 1_024

    /// The program, then its arguments.
    package let words: [String]
    /// From 1.
    package let line: Int

    /// The artifact that carries what the command of this place, counted from 1, has printed.
    package static func artifactName(_ number: Int) -> String { "context-\(number).txt" }

    /// `[git, log, -5]` is one command; a list of such lists is several.
    static func read(_ node: YAMLNode) throws(ContextSyntax) -> [ContextCommand] {
        guard let elements = node.elements, !elements.isEmpty else {
            throw fault(node, "context names no program")
        }
        let isSeveral = elements.contains { $0.elements != nil }
        let lists = isSeveral ? elements : [node]
        guard lists.count <= commandsMax else {
            throw ContextSyntax(
                line: node.line,
                message: "context has \(lists.count) commands; contextCommandsMax is"
                    + " \(commandsMax)", suggestion: "put them into one script")
        }
        var commands: [ContextCommand] = []
        for list in lists {
            var words: [String] = []
            for element in list.elements ?? [] {
                guard let word = element.text, word.utf8.count <= wordBytesMax,
                    !word.utf8.contains(0)
                else {
                    throw fault(element, "a word of context is no text of \(wordBytesMax) bytes")
                }
                words.append(word)
            }
            guard let program = words.first, TextPattern.visible.matches(program) else {
                throw fault(list, "context names no program")
            }
            guard words.count <= wordsMax else {
                throw fault(list, "a command of context has more than \(wordsMax) words")
            }
            commands.append(ContextCommand(words: words, line: list.line))
        }
        return commands
    }

    private static func fault(_ node: YAMLNode, _ message: String) -> ContextSyntax {
        ContextSyntax(
            line: node.line, message: message,
            suggestion: "write context: [git, log, -5], or a list of such lists")
    }
}
