// What must be true of the folder of a brief: a report in one page, drawings, and no link in any of
// its files that leads nowhere.
import JSON
import Testing

/// Checks a folder of deliverables.
enum ReportChecks {
    /// - Parameter files: what the command says it wrote to `out`.
    static func holds(files: [JSONValue], _ stage: Stage) throws {
        let names = files.compactMap(\.stringValue)
        var texts: [String: String] = [:]
        for name in names { texts[name] = try stage.read("out/\(name)") }

        #expect(names.prefix(2) == ["index.md", "report.html"])
        #expect(names.filter { $0.hasSuffix(".svg") }.count >= 3)
        for name in names where name.hasSuffix(".svg") {
            #expect(texts[name]?.contains("<polyline ") == true, "\(name)")
        }
        let report = try #require(texts["report.html"])
        #expect(report.ranges(of: "<svg ").count >= 3)
        #expect(report.ranges(of: "<a href=\"#t-").count > 100)
        #expect(brokenAnchors(of: report) == [])
        for name in names where name.hasSuffix(".md") {
            #expect(brokenLinks(in: name, texts) == [], "\(name)")
        }
    }

    private static func brokenAnchors(of page: String) -> [String] {
        let known = Set(values(after: " id=\"", in: page, upTo: "\""))
        return values(after: " href=\"", in: page, upTo: "\"").filter {
            !$0.hasPrefix("#") || !known.contains(String($0.dropFirst()))
        }
    }

    /// Links to files that are not there, or to a place that a file does not have.
    private static func brokenLinks(in name: String, _ texts: [String: String]) -> [String] {
        let folder = name.split(separator: "/").dropLast().joined(separator: "/")
        return values(after: "](", in: texts[name] ?? "", upTo: ")").filter { target in
            let parts = target.split(
                separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let file =
                parts[0].isEmpty
                ? name
                : folder.isEmpty
                    ? String(parts[0])
                    : "\(folder)/\(parts[0])"
            guard let text = texts[file] else { return true }
            return parts.count > 1 && !text.contains("<a id=\"\(parts[1])\"></a>")
        }
    }

    private static func values(
        after mark: String, in text: String, upTo end: Character
    ) -> [String] {
        text.split(separator: mark, omittingEmptySubsequences: false).dropFirst()
            .map { String($0.prefix { $0 != end }) }
    }
}
