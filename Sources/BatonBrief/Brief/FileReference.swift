// A file that a brief names. The client reads and uploads it; this module only names it.

import PlainText

/// A file beside the brief.
package struct FileReference: Sendable, Hashable {
    /// As written, relative to the brief.
    package let path: String
    /// The artifact's name: the file's, made unique in the brief.
    package let name: String
    /// The key that names it: `artifacts`, `openapi`, `baseline`.
    package let role: String
    /// From 1.
    package let line: Int

    /// Files of one brief.
    package static let referencesMax = 64

    init(path: String, wantedName: String?, taken: [String], role: String, line: Int) {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let base = (wantedName ?? file).trimmed
        let safe = FieldValue.slug(base) ?? "artifact"
        var name = safe
        var number = 2
        while taken.contains(name) {
            name = "\(number)-\(safe)"
            number += 1
        }
        self.path = path
        self.name = name
        self.role = role
        self.line = line
    }

    /// Guessed from the file's extension.
    package var mediaType: String {
        let types: [(String, String)] = [
            ("md", "text/markdown"), ("json", "application/json"), ("yaml", "application/yaml"),
            ("yml", "application/yaml"), ("txt", "text/plain"), ("csv", "text/csv"),
            ("html", "text/html"), ("svg", "image/svg+xml"), ("png", "image/png"),
            ("jpg", "image/jpeg"), ("jpeg", "image/jpeg"), ("pdf", "application/pdf"),
        ]
        let dot = path.lastIndex(of: ".")
        let suffix = dot.map { path[path.index(after: $0)...].lowercased() } ?? ""
        return types.first { $0.0 == suffix }?.1 ?? "application/octet-stream"
    }

    /// Why a path cannot be used; nil if it can. Paths may not leave the brief's folder.
    package static func problem(withPath path: String) -> String? {
        if path.isEmpty { return "which is empty" }
        if path.utf8.count > 1024 { return "which is longer than 1024 bytes" }
        if path.contains("://") { return "a URL; save the file beside the brief" }
        if path.hasPrefix("/") || path.hasPrefix("~") {
            return "which is not relative to the brief"
        }
        if path.split(separator: "/").contains("..") { return "which leaves the brief's folder" }
        if path.unicodeScalars.contains(where: { $0.value < 32 }) {
            return "which holds control characters"
        }
        return nil
    }
}
