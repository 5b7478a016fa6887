// The folder in which one broker and its agents live: where it is, and what is where in it.
package import BatonPlatform

/// A home: journal, endpoint, tokens, logs.
package struct Home: Sendable, Hashable {
    /// How the home was chosen, for people.
    package enum Origin: Sendable, Hashable {
        case option
        case environment
        case found
        /// None was found: it is where `up` would make it.
        case missing
    }

    /// From the root, without links resolved.
    package let path: String
    package let origin: Origin

    package init(path: String, origin: Origin = .option) {
        self.path = path
        self.origin = origin
    }

    /// The home for a command: `--home`, else `$BATON_HOME`, else the nearest `.baton` upwards,
    /// else `.baton` here, which need not exist.
    package static func discover(option: String?) throws(SystemError) -> Home {
        if let option { return Home(path: try Files.absolutePath(option), origin: .option) }
        if let named = Host.environment("BATON_HOME"), !named.isEmpty {
            return Home(path: try Files.absolutePath(named), origin: .environment)
        }
        let here = try Files.currentDirectory()
        if let found = try nearest(".baton", from: here) {
            return Home(path: found, origin: .found)
        }
        return Home(path: here == "/" ? "/.baton" : here + "/.baton", origin: .missing)
    }

    /// The nearest folder of this name, in a folder or above it.
    package static func nearest(_ name: String, from folder: String) throws(SystemError) -> String?
    {
        var folder = folder
        while true {
            let candidate = folder == "/" ? "/" + name : folder + "/" + name
            if try Files.status(of: candidate)?.kind == .directory { return candidate }
            guard folder != "/", !folder.isEmpty else { return nil }
            folder = Files.parent(of: folder)
        }
    }

    /// One line: where to connect. Written by the broker.
    package var endpointFile: String { path + "/endpoint" }
    /// SHA-256 of each supervised child's token, and who it stands for. Written by the supervisor.
    package var tokensFile: String { path + "/tokens" }
    /// The processes in the supervisor's care. Written by the supervisor.
    package var processesFile: String { path + "/agents.json" }
    /// Held by the supervisor while it lives.
    package var supervisorLock: String { path + "/supervisor.lock" }
    /// Lines written here are commands to the supervisor, see `ControlPipe`.
    package var controlFile: String { path + "/supervisor.control" }
    /// What an operator has set, for the broker and in its member `supervisor` for us.
    package var limitsFile: String { path + "/limits.json" }
    package var logs: String { path + "/logs" }
    /// A person's own cards, if the folder exists.
    package var agents: String { path + "/agents" }
    /// Where the embedded cards are put when nothing else is there.
    package var embeddedCards: String { path + "/cards" }

    /// The log of a process in the supervisor's care.
    package func log(of name: String) -> String { "\(logs)/\(name).log" }

    /// Makes the home and its logs folder, for this user only; a folder of ours that others could
    /// look into is closed to them.
    package func make() throws(SystemError) {
        try Files.makeDirectory(Files.parent(of: path))
        if let found = try Files.status(of: path), found.kind == .directory,
            found.userID == Host.userID, found.permissions & 0o077 != 0
        {
            try Files.setPermissions(0o700, of: path)
        }
        try Files.makePrivateDirectory(path)
        try Files.makePrivateDirectory(logs)
    }

    /// The endpoint that the broker wrote, or nil when it never ran here.
    package func endpoint() throws(SystemError) -> String? {
        do {
            let bytes = try Files.read(endpointFile, bytesMax: 4096)
            let line = String(decoding: bytes, as: UTF8.self)
                .split(whereSeparator: \.isNewline).first
            return line.map(String.init)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }
}
