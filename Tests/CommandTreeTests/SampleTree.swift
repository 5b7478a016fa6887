// A small command tree with every kind of argument and option, for the parser's tests.
import CommandTree

/// Commands that do nothing, and mean something only to the tests.
enum SampleTree {
    static let root = Command(
        group: "baton", "a sample",
        options: [
            Option("home", "DIR", "the home", kind: .directory),
            Option(flag: "json", "for programs"),
        ],
        subcommands: [
            Command(
                "submit", "publish a brief",
                arguments: [Argument("FILE", "the brief", kind: .file)],
                options: [
                    Option("priority", "N", "0 to 9", kind: .integer(0...9)),
                    Option("timeout", "D", "how long", kind: .duration),
                    Option(flag: "wait", "watch"),
                    Option("set", "FIELD=VALUE", "a field", repeats: true),
                ],
                examples: [Example("baton submit brief.md", "publish it")],
                alsoCalled: ["send"], action: { _ in .done }),
            Command(
                group: "task", "tasks",
                subcommands: [
                    Command(
                        "list", "open ones", options: [Option(flag: "all", "also ended ones")],
                        examples: [Example("baton task list", "list them")],
                        action: { _ in .done }),
                    Command(
                        "show", "one of them",
                        arguments: [Argument("ID", "the task", kind: .identifier(prefix: "t"))],
                        examples: [Example("baton task show t-18", "show it")],
                        action: { _ in .done }),
                ]),
            Command(
                group: "brief", "briefs",
                subcommands: [
                    Command(
                        "show", "one of them",
                        arguments: [Argument("ID", "the brief", kind: .identifier(prefix: "b"))],
                        examples: [Example("baton brief show b-17", "show it")],
                        action: { _ in .done }),
                    Command(
                        "new", "a new one",
                        options: [
                            Option("kind", "KIND", "which", kind: .choice(["api", "queue"]))
                        ],
                        examples: [Example("baton brief new --kind queue", "make it")],
                        action: { _ in .done }),
                ]),
            Command(
                group: "audit", "the log",
                subcommands: [
                    Command(
                        "tail", "its end",
                        options: [
                            Option(flag: "follow", short: "f", "go on"),
                            Option("last", short: "n", "N", "so many", kind: .integer(0...(.max))),
                        ],
                        examples: [Example("baton audit tail -f", "watch it")],
                        action: { _ in .done })
                ]),
        ])

    static let parser = CommandParser(root: root)
}
