// The playbooks beside the cards: `playbooks/*.md` in the folder of agents, over those that are
// part of this program.
import BatonBrief
import BatonPlatform
import CommandTree

enum PlaybookFolder {
    /// Those of a folder of agents; of two with one id the folder's own counts.
    static func read(in folder: String) throws(CommandFailure) -> [Playbook] {
        var found = try embedded()
        let place = "\(folder)/playbooks"
        let names = try done { () throws(SystemError) -> [String] in
            guard try Files.status(of: place)?.kind == .directory else { return [] }
            return try Files.list(place).filter { $0.hasSuffix(".md") }.sorted()
        }
        for name in names where name.lowercased() != "readme.md" {
            let bytes = try done { () throws(SystemError) in
                try Files.read("\(place)/\(name)", bytesMax: Playbook.bytesMax + 1)
            }
            let playbook = try parsed(bytes, "\(place)/\(name)")
            found.removeAll { $0.id == playbook.id }
            found.append(playbook)
        }
        return found.sorted { $0.id < $1.id }
    }

    private static func embedded() throws(CommandFailure) -> [Playbook] {
        var playbooks: [Playbook] = []
        for file in EmbeddedFiles.playbooks {
            playbooks.append(try parsed([UInt8](file.text.utf8), file.path))
        }
        return playbooks
    }

    private static func parsed(
        _ bytes: [UInt8], _ path: String
    ) throws(CommandFailure) -> Playbook {
        let reading = PlaybookParser.parse(bytes)
        guard let playbook = reading.playbook else {
            throw CommandFailure(
                .badInput, code: "bad_playbook", "\(path) is no playbook",
                problems: reading.diagnostics.map { .init($0) })
        }
        return playbook
    }
}
