// The targets of Package.swift, in their order, with what each may import.

/// One target.
struct ManifestTarget: Sendable, Hashable {
    let name: String
    let dependencies: [String]
    let isTest: Bool
}

/// Package.swift, as far as imports go.
struct PackageManifest: Sendable {
    let targets: [ManifestTarget]

    /// Reads the list below `targets:` of the package. Its calls are the functions that the
    /// manifest declares, and two of the package description itself.
    init(_ text: String) {
        guard let start = text.firstRange(of: "    targets: [\n") else {
            targets = []
            return
        }
        let list = SwiftText(String(text[start.upperBound...]))
        let source = Array(text[start.upperBound...].utf8)
        let calls: Set = [
            "library", "tests", "system", "target", "executableTarget", "systemLibrary",
        ]
        let heads = list.words.filter { calls.contains($0.text) && $0.after == UInt8(ascii: "(") }
        targets = heads.enumerated().compactMap { position, head in
            let end =
                position + 1 < heads.count ? heads[position + 1].offset : source.count
            // The names of modules begin with a letter and hold nothing else; build settings, C
            // package names and comments do not come into question.
            let names = Self.texts(source[head.offset..<end], isC: head.text.hasPrefix("system"))
            guard let name = names.first else { return nil }
            return ManifestTarget(
                name: name, dependencies: Array(names.dropFirst()), isTest: head.text == "tests")
        }
    }

    /// The contents of the strings that can be names of targets; of a C library only the first.
    private static func texts(_ bytes: ArraySlice<UInt8>, isC: Bool) -> [String] {
        let pieces = bytes.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        let texts = pieces.enumerated().filter { $0.offset % 2 == 1 }
            .map { String(decoding: $0.element, as: UTF8.self) }
        // A path is a resource.
        return isC
            ? Array(texts.prefix(1)) : texts.filter { $0.utf8.count > 1 && !$0.contains("/") }
    }

    subscript(name: String) -> ManifestTarget? { targets.first { $0.name == name } }

    /// Whether the target wraps a C library.
    func isWrapper(_ name: String) -> Bool {
        self[name]?.dependencies.contains { $0.hasPrefix("C") && Self.isSystem($0) } ?? false
    }

    /// `CZeroMQ` and its like: a C and another capital.
    private static func isSystem(_ name: String) -> Bool {
        name.dropFirst().first?.isUppercase ?? false
    }
}
