// A file that a person named on the command line, or standard input.
import BatonPlatform
import CommandTree
import PlainText

/// A file with its content.
struct SourceFile {
    /// As typed; `-` for standard input.
    let path: String
    /// Without its folders; `brief.md` for standard input.
    let name: String
    /// Where relative references in it begin.
    let folder: String
    let bytes: [UInt8]

    var isStandardInput: Bool { path == "-" }

    /// Reads it whole.
    static func read(_ path: String, bytesMax: Int) throws(CommandFailure) -> SourceFile {
        if path == "-" {
            let bytes = try done { () throws(SystemError) in
                try Files.read("/dev/stdin", bytesMax: bytesMax)
            }
            return SourceFile(path: path, name: "brief.md", folder: ".", bytes: bytes)
        }
        do throws(SystemError) {
            return SourceFile(
                path: path, name: Files.name(of: path), folder: Files.parent(of: path),
                bytes: try Files.read(path, bytesMax: bytesMax))
        } catch {
            throw unreadable(path, error)
        }
    }

    /// With what lies in the same folder, and above all what has a name like it.
    private static func unreadable(_ path: String, _ error: SystemError) -> CommandFailure {
        let folder = Files.parent(of: path)
        // A folder that cannot be listed has nothing to suggest.
        let names = ((try? Files.list(folder)) ?? []).filter { !$0.hasPrefix(".") }
        guard error.isNotFound else {
            return CommandFailure(
                .badInput, code: "no_such_file", error.description,
                next: ["ls -l \(ShellWord.quoted(path))"])
        }
        var failure = CommandFailure(.badInput, code: "no_such_file", "there is no file \(path)")
        if let near = Spelling.nearest(to: Files.name(of: path), among: names) {
            let meant = folder == "." ? near : "\(folder)/\(near)"
            failure.problems = [.init(path, "is not there", suggestion: meant)]
        } else {
            let cut = names.filter { $0.hasSuffix(".md") }.prefix(8).joined(separator: ", ")
            let place = folder == "." ? "this folder" : folder
            failure.problems = [
                .init(
                    path,
                    cut.isEmpty
                        ? "is not there, nor any other Markdown file in \(place)"
                        : "is not there; \(place) has \(cut)")
            ]
            failure.next = ["baton brief new"]
        }
        return failure
    }

    var mediaType: String { Self.mediaType(of: name) }

    /// By the name's ending.
    static func mediaType(of name: String) -> String {
        guard let dot = name.lastIndex(of: ".") else { return "application/octet-stream" }
        return switch name[dot...].lowercased() {
        case ".md", ".markdown": "text/markdown"
        case ".json": "application/json"
        case ".yaml", ".yml": "application/yaml"
        case ".txt", ".log", ".csv": "text/plain"
        default: "application/octet-stream"
        }
    }

    /// A name that the wire takes for a part: letters, digits, dots, dashes, underscores.
    static func partName(_ name: String) -> String {
        let kept = name.unicodeScalars.map { scalar -> Character in
            let isPlain =
                scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || scalar == "." || scalar == "-" || scalar == "_")
            return isPlain ? Character(scalar) : "_"
        }
        let text = String(kept.drop { $0 == "." || $0 == "-" || $0 == "_" }.prefix(100))
        return text.isEmpty ? "input" : text
    }
}
