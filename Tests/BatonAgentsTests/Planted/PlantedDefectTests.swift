// How much the gate finds: every planted defect is judged once, and the shares are held here.

import JSON
import Testing

@Suite("Planted defects", .timeLimit(.minutes(10)))
struct PlantedDefectTests {
    /// The share of the defects that must be rejected, over all and within each kind.
    static let overall = 0.95
    static let withinKind = 0.8

    /// A judged defect; nil when it could not be planted.
    typealias Judged = (defect: PlantedDefect, isCaught: Bool?)

    private static func judge() -> [Judged] {
        // Each good delivery is made once, however many defects go into it.
        var made: [String: (desk: Desk, item: Delivered)] = [:]
        return PlantedDefect.all.map { defect in
            do {
                let key = "\(defect.brief) \(defect.agent ?? "")"
                let good = try made[key] ?? defect.delivery()
                made[key] = good
                let verdict = try defect.verdict(on: good.desk, good.item)
                return (defect, verdict["verdict"] == "rejected")
            } catch {
                Issue.record(error, "\(defect.testDescription) could not be planted")
                return (defect, nil)
            }
        }
    }

    @Test("there are sixty defects at least, of eight kinds at least, each planted once")
    func count() {
        let kinds = Dictionary(grouping: PlantedDefect.all, by: \.kind)

        #expect(PlantedDefect.all.count >= 60)
        #expect(kinds.count >= 8)
        #expect(kinds.values.allSatisfy { $0.count >= 5 })
        #expect(Set(PlantedDefect.all.map(\.name)).count == PlantedDefect.all.count)
    }

    @Test("defects are rejected, over all and within each kind")
    func ratio() {
        let judged = Self.judge()
        let missed = judged.filter { $0.isCaught != true }.map(\.defect.testDescription)
        let share = 1 - Double(missed.count) / Double(judged.count)
        // The ratio is the point of this test, so it is told when it holds, too.
        print("planted defects rejected: \(judged.count - missed.count) of \(judged.count)")
        print("missed: \(missed.joined(separator: "; "))")

        #expect(share >= Self.overall)
        for kind in PlantedDefect.Kind.allCases {
            let own = judged.filter { $0.defect.kind == kind }
            let caught = own.count { $0.isCaught == true }
            print("\(kind.rawValue): \(caught) of \(own.count)")
            #expect(Double(caught) >= Self.withinKind * Double(own.count), "\(kind.rawValue)")
        }
    }
}
