// The playbooks beside the cards: `playbooks/*.md` in the folder of agents, over those that are
// part of this program.
import BatonBrief
import BatonPlatform
import CommandTree

enum PlaybookFolder {
    /// Those of a folder of agents; of two with one id the folder's own counts. A file that is no
    /// playbook stops only briefs that ask for it.
    /// - Parameter remark: gets what is wrong with such a file, a line each.
    static func read(
        in folder: String, remark: (String) -> Void
    ) throws(CommandFailure) -> [Playbook] {
        var found = embedded()
        let place = "\(folder)/playbooks"
        let names = try done { () throws(SystemError) -> [String] in
            guard try Files.status(of: place)?.kind == .directory else { return [] }
            return try Files.list(place).filter { $0.hasSuffix(".md") }.sorted()
        }
        for name in names where name.lowercased() != "readme.md" {
            let bytes = try done { () throws(SystemError) in
                try Files.read("\(place)/\(name)", bytesMax: Playbook.bytesMax + 1)
            }
            let reading = PlaybookParser.parse(bytes)
            guard let playbook = reading.playbook else {
                remark("\(place)/\(name) is no playbook, and no brief can be planned by it")
                for diagnostic in reading.diagnostics {
                    remark(diagnostic.shown(file: "\(place)/\(name)"))
                }
                continue
            }
            found.removeAll { $0.id == playbook.id }
            found.append(playbook)
        }
        return found.sorted { $0.id < $1.id }
    }

    private static func embedded() -> [Playbook] {
        EmbeddedFiles.playbooks.map { file in
            guard let playbook = PlaybookParser.parse([UInt8](file.text.utf8)).playbook else {
                preconditionFailure("\(file.path) was checked when it was embedded")
            }
            return playbook
        }
    }
}
