// What is submitted under which key: the content follows from the key, so that anybody who knows
// the key can tell whether what the journal kept is what was sent.
import BatonCore
import Crypto

/// The content of the tasks and briefs of a run.
package enum CrashContent {
    /// What a key asks for.
    package enum Kind: String, Sendable {
        /// A direct task for the worker on the kit.
        case task
        /// A direct task for the agent with a shell script as its brain.
        case shell
        case brief
    }

    package static let kitAgent = "crash.kit"
    static let shellAgent = "crash.shell"
    /// The name of a task's one part, and what the packet of its attempts calls it.
    package static let part = "content"
    static let packetPart = "task/content"

    private static func chance(of key: String) -> SplitMix64 {
        let seed = SHA256.hash(Array(key.utf8)).bytes.prefix(8)
        return SplitMix64(seed: seed.reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// Mostly tasks for the kit; a brief is some thirty events.
    static func kind(of key: String) -> Kind {
        var random = chance(of: key)
        switch random.next(through: 99) {
        case 0: return .brief
        case 1...6: return .shell
        default: return .task
        }
    }

    /// Small ones mostly, some of many pages: both ways in which SQLite stores a row.
    package static func body(of key: String) -> [UInt8] {
        var random = chance(of: "content of \(key)")
        let size: UInt64 =
            switch random.next(through: 99) {
            case 0: random.next(through: 200_000)
            case 1...15: random.next(through: 16_000)
            default: random.next(through: 600)
            }
        var bytes = Array("key=\(key)\n".utf8)
        while bytes.count < size {
            let word = random.next()
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(ascii: "a") + UInt8(truncatingIfNeeded: word >> shift) % 26)
            }
        }
        return bytes
    }

    /// The key that a body names in its first line.
    static func key(in body: [UInt8]) -> String? {
        let line = String(decoding: body.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return line.hasPrefix("key=") ? String(line.dropFirst(4)) : nil
    }

    /// A brief for the shell agent, as a person would write it.
    static func brief(of key: String) -> [UInt8] {
        Array(
            """
            ---
            title: \(key)
            objective: Something is done in spite of everything
            owners: {service: testers, escalation: testers}
            tags: [crash]
            route: [\(shellAgent)]
            ---
            # Success criteria

            - It is done.

            # Acceptance criteria

            - Somebody has looked at the result.

            """.utf8)
    }
}
