// What the model remembers, in its own words: none of it is the core's.

import JSON

/// Where a task stands.
package enum TaskPlace: String, Sendable, CaseIterable {
    case waiting, ready, leased, delivered, accepted, blocked, backoff, dead, cancelled, discarded

    package var isFinal: Bool { [.accepted, .cancelled, .discarded].contains(self) }
}

struct TaskFacts {
    let id: String
    let event: Int64
    let kind: String
    let agent: String
    let brief: String?
    let depends: [String]
    let isReviewed: Bool
    let subject: String?
    /// Gates that must be passed before it is ready.
    let evidence: [String]
    let priority: Int64
    let notBefore: Int64?
    var deadline: Int64?
    var place = TaskPlace.waiting
    var firstReady: Int64?
    var token: Int64 = -1
    var holder = ""
    var instance = ""
    var leaseEvent: Int64 = -1
    var leasedAt: Int64 = 0
    var leaseUntil: Int64 = 0
    var attemptUntil: Int64 = 0
    var attemptTimeout: Int64 = 0
    var silenceTimeout: Int64 = 0
    var attempts: Int64 = 0
    var failures: Int64 = 0
    var releases: Int64 = 0
    var rejections: Int64 = 0
    var until: Int64?
    var escalation: String?
    var deliveredMatch = ""
    /// Bytes that the gate has refused.
    var rejectedMatch: String?
    /// The review of the newest delivery.
    var review: String?
    /// Why it is dead.
    var death = ""
}

struct BriefFacts {
    let id: String
    let event: Int64
    var state = "running"
    var tasks: [String] = []
    var close: String?
    /// Leases before people are asked; nil: not bounded.
    var budget: Int64?
    /// Leases since the brief was submitted, or since people let it go on.
    var used: Int64 = 0
    /// The newest evidence for each gate.
    var gates: [String: Bool] = [:]
}

/// How an attempt ended.
package struct AttemptFacts: Hashable, Sendable {
    package let task: String
    /// `delivered`, `failed`, `expired`, `released`, `escalated`, `cancelled`.
    package let how: String
    /// HMAC of what was said, where something was.
    package let match: String?
    package let event: Int64
}

package struct QuestionFacts: Sendable {
    package let id: String
    package let event: Int64
    package let origin: String
    package let options: [(id: String, effect: String)]
    package internal(set) var state = "open"
    package internal(set) var option: String?
    package internal(set) var answeredBy: String?
    var agent = ""
    var brief: String?
    /// What the chosen option does.
    var effect = ""
    var severity = ""
    var deadline: Int64?
    var raisedAgain: Int64 = 0
}

struct AgentFacts {
    var isRegistered = false
    var isPaused = false
    var leasesMax: Int64?
    /// Nil: closed.
    var openUntil: Int64?
    var probe: String?
    var probeFailed = false
    var probePassed = false
    /// Distinct tasks that failed in a row.
    var failing: Set<String> = []
}

/// One leaf as events.md describes it.
struct LeafFacts {
    let seq: Int64
    /// Microseconds, UTC.
    let time: Int64
    let type: String
    let actor: String
    let brief: String?
    let task: String?
    let attempt: Int64?
    let cause: Int64?
    private let data: JSONValue

    init?(_ json: JSONValue) {
        guard json["v"]?.integerValue == 1, let seq = json["seq"]?.integerValue,
            let text = json["time"]?.stringValue, let time = Self.microseconds(text),
            let type = json["type"]?.stringValue, let actor = json["actor"]?.stringValue,
            let data = json["data"], data.objectValue != nil
        else { return nil }
        self.seq = seq
        self.time = time
        self.type = type
        self.actor = actor
        self.data = data
        brief = json["brief"]?.stringValue
        task = json["task"]?.stringValue
        attempt = json["attempt"]?.integerValue
        cause = json["cause"]?.integerValue
    }

    func text(_ name: String) -> String? { data[name]?.stringValue }
    func integer(_ name: String) -> Int64? { data[name]?.integerValue }
    func flag(_ name: String) -> Bool? { data[name]?.boolValue }
    func list(_ name: String) -> [JSONValue] { data[name]?.arrayValue ?? [] }

    /// `2026-11-25T08:09:10.123456Z`, by the civil calendar: days from a date after Howard Hinnant,
    /// "chrono-Compatible Low-Level Date Algorithms".
    static func microseconds(_ text: String) -> Int64? {
        let digits = text.utf8.filter { (0x30...0x39).contains($0) }.map { Int64($0 - 0x30) }
        guard text.utf8.count == 27, digits.count == 20 else { return nil }
        func number(_ range: Range<Int>) -> Int64 { digits[range].reduce(0) { $0 * 10 + $1 } }
        let (month, day) = (number(4..<6), number(6..<8))
        let year = number(0..<4) - (month <= 2 ? 1 : 0)
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days =
            era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let seconds =
            days * 86_400 + number(8..<10) * 3_600 + number(10..<12) * 60 + number(12..<14)
        return seconds * 1_000_000 + number(14..<20)
    }
}
