// Commands that a delivery recommends: text for people. No part of Baton runs one.

import JSON

/// A command line that a person may run.
package struct RecommendedCommand: Sendable, Hashable {
    /// As it would be typed into a shell.
    package let command: String
    /// What it shows or does.
    package var why: String
    /// The agents that propose it; empty where it is the author of the delivery alone.
    package var by: [String] = []

    var json: JSONValue {
        var value: JSONValue = ["command": .string(command), "why": .string(why)]
        if !by.isEmpty { value["by"] = .array(by.map(JSONValue.string)) }
        return value
    }

    /// Whether a name needs no quotes in a shell, so that a command may hold it as it is.
    static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("-")
            && name.utf8.allSatisfy { byte in
                (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90)
                    || (byte >= 48 && byte <= 57) || [45, 46, 47, 95].contains(byte)
            }
    }
}

extension Workings {
    /// Keeps a command. One that is there already, whatever its spaces, is not kept twice: its
    /// reasons and its proposers are put together.
    package mutating func recommend(_ command: String, why: String, by: [String] = []) {
        func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }
        guard let at = commands.firstIndex(where: { words($0.command) == words(command) }) else {
            commands.append(RecommendedCommand(command: command, why: why, by: by))
            return
        }
        commands[at].why = commands[at].why.joined(with: why)
        commands[at].by += by.filter { !commands[at].by.contains($0) }
    }
}
