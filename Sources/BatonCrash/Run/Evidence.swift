// What the ends of a broker's lives left of its journal: copied before anybody can mend it, looked
// at while the next life goes on, and from then on expected to stay.

/// The newest copy of a round's journal, and what the last look at one saw.
package struct Evidence {
    private let stage: CrashStage
    private var earlier: JournalCheck.Earlier?
    private var isUnchecked = false

    package init(_ stage: CrashStage) { self.stage = stage }

    /// Copies what an end left.
    package mutating func keep() throws {
        try stage.copyJournal()
        isUnchecked = true
    }

    /// Lets the power fail while no broker runs. Events that were written and not synced, which
    /// nobody was told of, may be in a copy and are gone now; others take their numbers. So a copy
    /// that nobody has looked at is made again.
    package mutating func losePower(_ power: inout PowerLoss, keeping percent: UInt64) throws {
        try power.strike(keeping: percent)
        if isUnchecked { try keep() }
    }

    /// Looks at a copy, once. A broker has served, or stopped in order, on what was copied: it has
    /// made all of it durable, so the next look must find it unchanged.
    package mutating func check(against ledger: Ledger) throws -> JournalCheck.Report? {
        guard isUnchecked else { return nil }
        isUnchecked = false
        var check = try JournalCheck(home: stage.copy, matchKey: stage.matchKey)
        let report = check.run(against: ledger, earlier: earlier)
        earlier = JournalCheck.Earlier(report)
        return report
    }
}
