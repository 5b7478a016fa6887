// Runs one target: input after input, each measured and held against the target's properties.

import BatonPlatform

/// The bounds of one input, whatever it is.
package enum FuzzBounds {
    /// Processor time that one input may take. A conversation of many messages counts as one input.
    package static let inputMicrosecondsMax: Int64 = 1_000_000
    /// Memory by which a target's process may grow over its whole run: a sixteenfold of the largest
    /// input, for parse trees, and what an allocator keeps. It holds for a process that does
    /// nothing else.
    package static let growthBytesMax: Int64 = 64 << 20
}

/// What a run saw.
package struct FuzzReport: Sendable {
    package var inputs: UInt64 = 0
    package var accepted: UInt64 = 0
    package var refused: UInt64 = 0
    package var largestBytes = 0
    package var slowestMicroseconds: Int64 = 0
    package var slowestNumber: UInt64 = 0
    package var growthBytes: Int64 = 0
    package var outcomes: [String: UInt64] = [:]
    package var microseconds: Int64 = 0

    /// Kinds of outcome that are told apart; a text that is not foreseen must not fill the memory.
    static let outcomesMax = 4_096

    mutating func count(_ outcome: FuzzOutcome) {
        if outcome.isAccepted { accepted += 1 } else { refused += 1 }
        let kind = (outcome.isAccepted ? "+" : "-") + outcome.kind
        if outcomes[kind] != nil || outcomes.count < Self.outcomesMax {
            outcomes[kind, default: 0] += 1
        }
    }
}

package struct FuzzRun {
    private var target: any FuzzTarget
    private let name: String
    private let seed: UInt64
    private let growthBytesMax: Int64?
    private let base: Int64
    package private(set) var report = FuzzReport()

    /// Memory is looked at after so many inputs, and after every large one.
    private static let inputsPerLook: UInt64 = 512
    private static let largeBytes = 64 << 10

    /// - Parameter growthBytesMax: memory by which this process may grow; nil where others work in
    ///   it too, and nobody can tell whose memory it is.
    package init(_ type: any FuzzTarget.Type, seed: UInt64, growthBytesMax: Int64? = nil) throws {
        target = try type.init()
        name = type.name
        self.seed = seed
        self.growthBytesMax = growthBytesMax
        base = Self.residentBytes()
    }

    /// A slow input is checked once more by processor time: the machine may have been busy.
    private mutating func judgeTime(of input: [UInt8]) throws(FuzzViolation) {
        let start = ThreadClock.nowMicroseconds()
        _ = try target.check(input)
        let time = ThreadClock.nowMicroseconds() - start
        guard time <= FuzzBounds.inputMicrosecondsMax else {
            throw FuzzViolation(
                "\(time) us for \(input.count) bytes exceed inputMicrosecondsMax "
                    + "\(FuzzBounds.inputMicrosecondsMax)")
        }
    }

    private static func residentBytes() -> Int64 {
        ProcessFacts.read(Host.processID)?.residentBytes ?? 0
    }

    /// The input of a number.
    package mutating func input(_ number: UInt64) -> [UInt8] {
        var random = FuzzRandom(seed: seed, target: name, number: number)
        return target.makeInput(&random)
    }

    /// Makes and checks one input.
    package mutating func run(_ number: UInt64) throws(FuzzViolation) {
        try run(input(number), number)
    }

    package mutating func run(_ input: [UInt8], _ number: UInt64) throws(FuzzViolation) {
        let start = MonotonicClock.nowMicroseconds()
        let outcome = try target.check(input)
        let time = MonotonicClock.nowMicroseconds() - start
        report.inputs += 1
        report.microseconds += time
        report.count(outcome)
        report.largestBytes = max(report.largestBytes, input.count)
        if time > report.slowestMicroseconds {
            report.slowestMicroseconds = time
            report.slowestNumber = number
        }
        if time > FuzzBounds.inputMicrosecondsMax { try judgeTime(of: input) }
        guard let growthBytesMax,
            report.inputs % Self.inputsPerLook == 0 || input.count >= Self.largeBytes
        else { return }
        report.growthBytes = max(report.growthBytes, Self.residentBytes() - base)
        guard report.growthBytes <= growthBytesMax else {
            throw FuzzViolation(
                "\(report.growthBytes) bytes of growth exceed growthBytesMax \(growthBytesMax)")
        }
    }
}
