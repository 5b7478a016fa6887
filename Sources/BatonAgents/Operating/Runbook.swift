// A runbook: what somebody who was woken does, in order, with the figures of the plan.
import PlainText

/// A page of Markdown that an alert names.
struct Runbook: Sendable {
    /// Where runbooks are among the parts.
    static let folder = "runbooks/"

    /// The name of the part, below `folder`.
    let part: String
    let title: String
    /// What has happened, for somebody who has never heard of it.
    let meaning: String
    /// Numbered actions under a heading, in order.
    var sections: [(heading: String, actions: [String])] = []

    static let mediaType = "text/markdown"

    /// The page as a part of a delivery.
    var file: EnginePart { EnginePart(name: part, mediaType: Self.mediaType, text: text) }

    /// The page.
    var text: String {
        var blocks = ["# " + Self.line(title), Self.line(meaning)]
        for section in sections where !section.actions.isEmpty {
            blocks.append("## " + section.heading)
            blocks.append(
                section.actions.enumerated().map { "\($0 + 1). \(Self.line($1))" }
                    .joined(separator: "\n"))
        }
        return blocks.joined(separator: "\n\n") + "\n"
    }

    /// Names out of a brief may hold line ends; a step is one line.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ").trimmed
    }
}
