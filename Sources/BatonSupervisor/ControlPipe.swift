// How a command reaches a running supervisor: one line written to a FIFO in the home. What came of
// it stands in the process record and in the log.
package import BatonPlatform

/// What a supervisor can be told to do.
package enum ControlPipe {
    /// One line.
    package enum Command: Sendable, Hashable {
        /// Start an agent's processes anew, whatever happened before.
        case restart(agent: String)

        var line: String {
            switch self {
            case .restart(let agent): "restart \(agent)\n"
            }
        }

        /// Nil for a line that means nothing.
        init?(_ line: Substring) {
            let words = line.split(separator: " ")
            guard words.count == 2, words[0] == "restart" else { return nil }
            self = .restart(agent: String(words[1]))
        }
    }

    /// Tells the supervisor of a home; `ENOENT` or `ENXIO` when none listens.
    package static func send(_ command: Command, to home: Home) throws(SystemError) {
        try NamedPipe.send([UInt8](command.line.utf8), to: home.controlFile)
    }

    /// The commands that have been written since the last look.
    static func commands(in pipe: borrowing NamedPipe) -> [Command] {
        // What cannot be read was not said.
        let bytes = (try? pipe.takeAll()) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .compactMap { Command($0) }
    }
}
