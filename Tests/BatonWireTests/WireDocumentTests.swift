// Claims about Protocols/wire.md: its tables are those of the code.

import BatonPlatform
import BatonWire
import Testing

@Suite("Protocols/wire.md") struct WireDocumentTests {
    private let lines: [Substring]

    init() throws {
        let root = Files.parent(
            of: Files.parent(of: Files.parent(of: String(describing: #filePath))))
        let bytes = try Files.read(root + "/Protocols/wire.md", bytesMax: 1 << 20)
        lines = String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
    }

    /// What stands between a heading and the next one of its rank.
    private func section(_ heading: String) -> ArraySlice<Substring> {
        guard let start = lines.firstIndex(where: { $0.hasPrefix(heading) }) else { return [] }
        let end = lines[(start + 1)...].firstIndex { $0.hasPrefix("## ") } ?? lines.endIndex
        return lines[start..<end]
    }

    /// The words between backticks, or between other marks.
    private func words(in text: Substring, between mark: String) -> [String] {
        text.split(separator: mark, omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    @Test("the table of errors is that of the code: codes, both flags, exit status")
    func errors() {
        var rows: [String: String] = [:]
        for line in section("## 5.") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map {
                $0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            }.map { String($0) }
            guard cells.count == 6 else {
                Issue.record("a row of \(cells.count) cells: \(line)")
                continue
            }
            for code in words(in: Substring(cells[0]), between: "`") {
                #expect(rows[code] == nil, "\(code) stands twice")
                rows[code] = cells[2...4].joined(separator: " ")
            }
        }

        for code in ErrorCode.allCases {
            let expected =
                "\(code.isDefinite ? "yes" : "no") \(code.isRetryable ? "yes" : "no") "
                + "\(code.exitStatus)"
            #expect(rows[code.rawValue] == expected, "\(code.rawValue)")
        }
        #expect(Set(rows.keys) == Set(ErrorCode.allCases.map(\.rawValue)))
    }

    @Test("every verb is specified, and no other")
    func verbs() {
        let bold = section("## 4.").flatMap { words(in: $0, between: "**") }
        let named = Set(bold.filter { $0.allSatisfy { $0.isASCII && $0.isUppercase } })
        let replies: Set = ["OK", "ERROR"]

        #expect(named == Set(Verb.allCases.map(\.rawValue)).subtracting(replies))
    }

    @Test("every error that a verb names is in the table")
    func namedErrors() {
        let codes = Set(ErrorCode.allCases.map(\.rawValue))
        for line in section("## 4.") {
            for part in line.split(separator: "Errors: ").dropFirst() {
                let sentence = part.split(separator: ". ").first ?? part
                for word in words(in: sentence, between: "`") where word.contains("_") {
                    #expect(codes.contains(word), "\(word)")
                }
            }
        }
    }
}
