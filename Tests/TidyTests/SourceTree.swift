// The tree as these tests read it: every file of the project with its lines, Swift files with their
// code apart from comments and texts. Read once; generated and ignored folders are left out.

import BatonPlatform

/// One text file.
struct TextFile: Sendable {
    /// Below the project's folder: `Sources/BatonCore/Rules/Broker.swift`.
    let path: String
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// Without line ends; the last element is what follows the last line feed.
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var name: String { Files.name(of: path) }
    var isSwift: Bool { path.hasSuffix(".swift") }
    /// `BatonCore` for `Sources/BatonCore/…` and `Tests/BatonCore/…`; nil elsewhere.
    var target: String? {
        let steps = path.split(separator: "/")
        guard steps.count > 2, steps[0] == "Sources" || steps[0] == "Tests" else { return nil }
        return String(steps[1])
    }
    var isTest: Bool { path.hasPrefix("Tests/") }
}

/// A Swift file taken apart.
struct SourceFile: Sendable {
    let file: TextFile
    let swift: SwiftText
}

/// The project's files.
struct SourceTree: Sendable {
    let files: [TextFile]
    let sources: [SourceFile]

    /// Read once for all tests.
    static let project = Result<SourceTree, any Error> { try read() }

    private static let root = (0..<3).reduce(String(#filePath)) { path, _ in Files.parent(of: path)
    }
    private static let leftOut: Set<String> = [
        ".build", ".git", ".baton", ".swiftpm", "__pycache__",
    ]

    private static func read() throws -> SourceTree {
        var paths: [String] = []
        try gather("", into: &paths)
        var files: [TextFile] = []
        for path in paths.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            files.append(
                TextFile(path: path, bytes: try Files.read("\(root)/\(path)", bytesMax: 1 << 22)))
        }
        let sources = files.filter(\.isSwift).map {
            SourceFile(file: $0, swift: SwiftText($0.bytes))
        }
        return SourceTree(files: files, sources: sources)
    }

    private static func gather(_ folder: String, into paths: inout [String]) throws {
        for name in try Files.list(folder.isEmpty ? root : "\(root)/\(folder)") {
            guard !leftOut.contains(name), !name.hasSuffix(".pyc") else { continue }
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            let status = try Files.status(of: "\(root)/\(path)", followingLinks: false)
            switch status?.kind {
            case .directory: try gather(path, into: &paths)
            case .file: paths.append(path)
            default: continue
            }
        }
    }
}
