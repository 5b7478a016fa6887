// `baton queue`: stop giving tasks to an agent, and go on.
import BatonClient
import CommandTree
import JSON

extension CommandLineTree {
    static let queueCommands = Command(
        group: "queue", "an agent's queue: pause and resume",
        subcommands: [
            Command(
                "pause", "give the agent no new tasks; what it works on goes on",
                arguments: [Argument("AGENT", "whose queue", kind: .agent)],
                examples: [
                    Example("baton queue pause api_reliability", "while it is being mended")
                ],
                alsoCalled: ["stop", "hold"],
                action: { (invocation) throws(CommandFailure) in
                    try act(invocation, "is paused") { (client, agent) throws(ClientError) in
                        try client.pause(agent: agent)
                    }
                }),
            Command(
                "resume", "give it tasks again",
                arguments: [Argument("AGENT", "whose queue", kind: .agent)],
                examples: [Example("baton queue resume api_reliability", "it is mended")],
                alsoCalled: ["start", "continue", "unpause"],
                action: { (invocation) throws(CommandFailure) in
                    try act(invocation, "gets tasks again") { (client, agent) throws(ClientError) in
                        try client.resume(agent: agent)
                    }
                }),
        ])

    private static func act(
        _ invocation: Invocation, _ outcome: String,
        _ verb: (Client, String) throws(ClientError) -> Reply
    ) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        let agent = try broker.agentName(invocation.argument("AGENT"))
        let reply = try broker.ask { (client) throws(ClientError) in try verb(client, agent) }
        console.result(["agent": .string(agent), "seq": .integer(reply.seq)]) {
            "\(agent) \(outcome)."
        }
        return .done
    }
}
