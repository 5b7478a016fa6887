// The rules and their specification say the same.

import BatonPlatform
import OpenAPI
import Testing

@Suite("OpenAPI rules' document") struct RuleDocumentTests {
    @Test("code and document have the same rules, in one order, with severity and title")
    func agreement() throws {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        let bytes = try Files.read(root + "/Protocols/openapi-rules.md", bytesMax: 1 << 20)
        let rows = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("| `openapi.") }
            .map { $0.split(separator: "|").prefix(3).map { $0.filter { $0 != "`" } } }
            .map { $0.map { String($0.drop { $0 == " " }) } }

        let written = rows.map { "\($0[0])| \($0[1])| \($0[2])" }
        let known = APIRule.all.map {
            "\($0.id) | \($0.severity.rawValue) | \(title($0)) "
        }

        #expect(written.map(trimmed) == known.map(trimmed))
        #expect(Set(APIRule.all.map(\.id)).count == APIRule.all.count)
    }

    private func trimmed(_ text: String) -> String {
        text.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }
            .joined(separator: "|")
    }

    /// What stands before a colon or a bracket; the document may say less of the details.
    private func title(_ rule: APIRule) -> String {
        String(rule.what.split(separator: ":")[0])
    }

    @Test("every rule says why, how to mend it and how it shows")
    func texts() {
        for rule in APIRule.all {
            #expect(rule.id.hasPrefix("openapi."))
            for text in [rule.why, rule.mend, rule.trigger] {
                #expect(text.count > 15, "\(rule.id)")
            }
        }
    }
}
