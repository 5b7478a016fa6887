// Dates, names and near words: what several targets read and write as text.

import PlainText
import Testing

@Suite("Plain text")
struct TextRuleTests {
    @Test("a swap of neighbours is one edit, and far words are not suggested")
    func spelling() {
        #expect(Spelling.distance("wiat", "wait") == 1)
        #expect(Spelling.distance("", "abc") == 3)
        #expect(Spelling.nearest(to: "escalaton", among: ["escalation", "audit"]) == "escalation")
        #expect(Spelling.nearest(to: "xyz", among: ["escalation", "audit"]) == nil)
        #expect(Spelling.nearest(to: "comp", among: ["completions", "audit"]) == "completions")
    }

    @Test("a word of more than 64 letters is near to nothing")
    func longWords() {
        let long = String(repeating: "a", count: 65)

        #expect(Spelling.distance(long, long) == .max)
        #expect(Spelling.nearest(to: long, among: ["b" + long]) == nil)
    }

    @Test(
        "a day number and its date are each other's inverse",
        arguments: zip(
            [0, -1, 19_782, 11_016, 20_777, -719_528],
            [
                CivilDate(year: 1970, month: 1, day: 1), CivilDate(year: 1969, month: 12, day: 31),
                CivilDate(year: 2024, month: 2, day: 29), CivilDate(year: 2000, month: 2, day: 29),
                CivilDate(year: 2026, month: 11, day: 20), CivilDate(year: 0, month: 1, day: 1),
            ]))
    func dates(_ days: Int, _ date: CivilDate) {
        #expect(CivilDate(daysSince1970: Int64(days)) == date)
        #expect(date.daysSince1970 == Int64(days))
    }

    @Test("every day of four centuries follows the one before")
    func everyDay() {
        var previous = CivilDate(daysSince1970: -146_097)
        for days in Int64(-146_096)...0 {
            let date = CivilDate(daysSince1970: days)
            let isNextDay = date.month == previous.month && date.day == previous.day + 1
            let isFirst = date.day == 1 && date.month == previous.month % 12 + 1
            guard isNextDay || isFirst, date.daysSince1970 == days else {
                Issue.record("\(date) after \(previous)")
                return
            }
            previous = date
        }
    }

    @Test(
        "a part's name is a relative path that cannot lead out of its folder",
        arguments: [
            "a", "plan.json", "upstream/t-5/plan.json", "a_b-c.d",
            String(repeating: "x", count: 128),
        ]
    )
    func names(_ name: String) {
        #expect(PartName.isValid(name))
    }

    @Test(
        "any other name is refused",
        arguments: [
            "", "/a", "a/", "a//b", ".a", "a/.b", "..", "a/../b", "a..b", "-a", "_a", "a b", "ä",
            "a\u{0}", String(repeating: "x", count: 129),
        ])
    func badNames(_ name: String) {
        #expect(!PartName.isValid(name))
    }
}
