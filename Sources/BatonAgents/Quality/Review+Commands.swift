// Rules about recommended commands. They are kept and never run; but a person may trust them.

import JSON

extension Review {
    /// No command destroys more than it says or runs what nobody has read.
    mutating func checkCommands() {
        let part = delivery.part("handoff_packet")
        // The closing repeats what was accepted before, and cannot mend it.
        let isClosing = isBuiltIn && subjectAgent == "core.orchestrator"
        for (index, item) in delivery.list("handoff_packet", "recommended_commands").enumerated() {
            guard let harm = CommandReader.harm(in: item["command"]?.stringValue ?? "") else {
                continue
            }
            find(
                .commandHarmless, isClosing ? .medium : .critical, part: part,
                place: "/recommended_commands/\(index)/command",
                "the command must not be recommended: \(harm)",
                satisfy: "recommend one that a person can read in full and take back, or none")
        }
    }
}
