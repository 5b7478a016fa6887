// Which sources a run was made from, so that a seed can be run again on the same.
import BatonPlatform

enum SourceCommit {
    /// The commit that git names in the working folder, short; `unknown` outside a checkout.
    static func name() -> String {
        // Without git, or outside a checkout, there is no name to tell.
        guard let head = try? Files.read(".git/HEAD", bytesMax: 4096) else { return "unknown" }
        let text = line(head)
        guard text.hasPrefix("ref: ") else { return String(text.prefix(12)) }
        let path = ".git/" + text.dropFirst("ref: ".count)
        guard let bytes = try? Files.read(path, bytesMax: 4096) else { return "unknown" }
        return String(line(bytes).prefix(12))
    }

    private static func line(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
