// The table in Protocols/lifecycle.md and the scenarios say the same: every row is shown by one,
// and no script ever goes through a transition that is no row.

import BatonCore
import BatonPlatform
import Testing

@Suite(.timeLimit(.minutes(10))) struct TransitionTableTests {
    @Test("a scenario goes the way that it claims", arguments: Scenario.all)
    func scenario(_ scenario: Scenario) throws {
        let seen = try scenario.run()

        for row in scenario.shows { #expect(seen.contains(row), "\(row)") }
    }

    @Test("every row of the lifecycle's table is shown by a scenario")
    func everyRowIsShown() throws {
        let shown = Set(Scenario.all.flatMap(\.shows))

        let rows = try LifecycleTable.rows()

        #expect(rows.count > 100, "the tables were found")
        #expect(rows.subtracting(shown).sorted() == [])
    }

    @Test("no script goes through a transition that is not in the table")
    func everyTransitionIsARow() throws {
        var seen: Set<String> = []
        for scenario in Scenario.all { seen.formUnion(try scenario.run()) }

        let unknown = seen.subtracting(try LifecycleTable.rows())

        #expect(unknown.sorted() == [])
    }

    @Test("two scenarios never make the same claim")
    func claimsAreDistinct() {
        let claims = Scenario.all.map(\.claim)

        #expect(Set(claims).count == claims.count)
    }
}

/// The rows of the tables in lifecycle.md whose header is `from | event | with | to | when`.
enum LifecycleTable {
    static func rows() throws -> Set<String> {
        let path = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
        let bytes = try Files.read("/\(path)/Protocols/lifecycle.md", bytesMax: 1 << 20)
        var rows: Set<String> = []
        var thing: String?
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimming() }
            guard cells.count == 7 else {
                thing = nil
                continue
            }
            if cells[2] == "event" {
                thing = cells[1]
            } else if let thing, !cells[1].hasPrefix("-") {
                rows.insert(
                    "\(thing): \(cells[1]) → \(cells[2]) \(cells[3]) → \(cells[4])"
                        .replacing("  ", with: " "))
            }
        }
        return rows
    }
}

extension Substring {
    func trimming() -> String {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
