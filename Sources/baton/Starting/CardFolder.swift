// Where cards come from: a folder that was named, the home's own, the nearest `Agents`, or those
// that are part of this program. A bad card is reported with its lines, never skipped silently.
import BatonBrief
import BatonPlatform
import BatonSupervisor
import CommandTree

/// A folder of cards, read.
struct CardFolder {
    /// The folder; for embedded cards, where they were put.
    let path: String
    /// How it was chosen, for people.
    let origin: String
    let set: CardSet
    /// Markdown files that are no cards, with the reason.
    let others: [String]
    private let files: [(path: String, bytes: [UInt8])]

    /// The cards for a home: `--agents`, else `<home>/agents`, else the nearest `Agents`, else the
    /// embedded ones.
    static func choose(option: String?, home: Home) throws(CommandFailure) -> CardFolder {
        if let option {
            let isFolder = try done { () throws(SystemError) in
                try Files.status(of: option)?.kind == .directory
            }
            guard isFolder else {
                throw CommandFailure(
                    .badInput, code: "no_such_folder", "\(option) is not a folder",
                    next: ["baton up", "baton init"])
            }
            return try read(option, "given by --agents")
        }
        if let found = try place(home) { return try read(found.path, found.origin) }
        return embedded(in: home)
    }

    /// The folder that is used when none is named; nil for the embedded cards.
    static func place(_ home: Home) throws(CommandFailure) -> (path: String, origin: String)? {
        try done { () throws(SystemError) -> (path: String, origin: String)? in
            if try Files.status(of: home.agents)?.kind == .directory {
                return (home.agents, "of this home")
            }
            let here = try Files.currentDirectory()
            return try Home.nearest("Agents", from: here).map { ($0, "the nearest Agents folder") }
        }
    }

    /// The cards that are part of this program; `write` puts them into the home.
    static func embedded(in home: Home) -> CardFolder {
        CardFolder(
            path: home.embeddedCards, origin: "those that come with baton",
            files: EmbeddedFiles.cards.map { ($0.path, [UInt8]($0.text.utf8)) }, others: [])
    }

    private init(
        path: String, origin: String, files: [(path: String, bytes: [UInt8])], others: [String]
    ) {
        self.path = path
        self.origin = origin
        self.files = files
        self.others = others
        set = CardSet(files: files)
    }

    /// Reads a folder and those below it.
    static func read(_ folder: String, _ origin: String) throws(CommandFailure) -> CardFolder {
        var files: [(path: String, bytes: [UInt8])] = []
        var others: [String] = []
        try done { () throws(SystemError) in
            try collect(folder, below: "", &files, &others)
        }
        let absolute = try done { () throws(SystemError) in try Files.absolutePath(folder) }
        return CardFolder(path: absolute, origin: origin, files: files, others: others)
    }

    /// Folders whose Markdown is something else.
    private static let skippedFolders = ["briefs", "examples", "playbooks", "node_modules"]

    private static func collect(
        _ folder: String, below prefix: String, _ files: inout [(path: String, bytes: [UInt8])],
        _ others: inout [String]
    ) throws(SystemError) {
        for name in try Files.list(folder) where !name.hasPrefix(".") {
            let path = "\(folder)/\(name)"
            let relative = prefix.isEmpty ? name : "\(prefix)/\(name)"
            switch try Files.status(of: path)?.kind {
            case .directory:
                guard !skippedFolders.contains(name) else { continue }
                try collect(path, below: relative, &files, &others)
            case .file:
                let isMarkdown = name.hasSuffix(".md") || name.hasSuffix(".markdown")
                guard name.lowercased() != "readme.md" else { continue }
                let bytes = try Files.read(path, bytesMax: 1 << 20)
                // A card of any extension begins with front matter; programs lie beside them.
                if bytes.starts(with: "---\n".utf8) || bytes.starts(with: "---\r\n".utf8) {
                    files.append((relative, bytes))
                } else if isMarkdown {
                    others.append(
                        "\(relative) is no card: it does not begin with front matter (---)")
                }
            case .link, .socket, .pipe, .other, nil:
                continue
            }
        }
    }

    /// Below the folder that gives a card its id: the nearest `Agents` or `agents` above it.
    static func relativePath(of path: String) throws(CommandFailure) -> String {
        let full = try done { () throws(SystemError) in try Files.absolutePath(path) }
        let steps = full.split(separator: "/")
        guard let root = steps.lastIndex(where: { ["Agents", "agents", "cards"].contains($0) }),
            root < steps.count - 1
        else { return Files.name(of: full) }
        return steps[(root + 1)...].joined(separator: "/")
    }

    /// The folder that `relativePath` counts from; the card's own where none above has the name.
    static func root(of path: String) throws(CommandFailure) -> String {
        let full = try done { () throws(SystemError) in try Files.absolutePath(path) }
        return String(full.dropLast(try relativePath(of: path).count + 1))
    }

    /// The file of a card.
    func file(of card: Card) -> String { "\(path)/\(card.source ?? "\(card.id).md")" }

    /// Puts the files on disk, for embedded cards: agents read their card from a file.
    func write() throws(CommandFailure) {
        for (relative, bytes) in files {
            let file = "\(path)/\(relative)"
            try done { () throws(SystemError) in
                try Files.makeDirectory(Files.parent(of: file))
                try Files.writeAtomically(bytes, to: file)
            }
        }
    }

    /// Every error and warning, each with its file and line, errors first.
    var reports: [String] {
        var lines: [String] = []
        for (relative, diagnostics) in set.reports {
            lines += diagnostics.inOrder.map { $0.shown(file: "\(path)/\(relative)") }
        }
        return lines
    }
}
