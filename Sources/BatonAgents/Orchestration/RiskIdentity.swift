// When the risks of two agents are one. A rule that can be told in two sentences, because whoever
// reads the register must be able to see why an entry has two sources.
//
// The same: both use the same words, small words and plural endings aside. Or both name the same
// things of the brief, and speak of the same matters, as the table below knows them.

import JSON
import PlainText

/// What a risk is about.
struct RiskIdentity: Sendable, Hashable {
    /// Its words without what carries no meaning.
    private let words: Set<String>
    /// What it names of the brief.
    private let names: Set<String>
    private let matters: Set<String>

    /// - Parameter known: everything that has a name in the brief.
    init(_ text: String, known: BriefNames) {
        let tokens = BriefNames.tokens(text)
        words = TellingWords.of(text)
        names = Set(known.named(in: tokens))
        let stems = Set(tokens.map(TellingWords.stem))
        matters = Set(Self.matters.filter { !stems.isDisjoint(with: $0.words) }.map(\.name))
    }

    /// Whether both are the same risk.
    func isSame(as other: RiskIdentity) -> Bool {
        if !words.isEmpty, words == other.words { return true }
        return !names.isEmpty && names == other.names && !matters.isEmpty
            && matters == other.matters
    }

    /// Words by what they are about; a risk may be about several.
    private static let matters: [(name: String, words: Set<String>)] = [
        ("outage", ["outage", "down", "unavailable", "unreachable", "offline", "downtime"]),
        ("overload", ["overload", "overloaded", "limit", "quota", "allow", "throttled"]),
        ("repetition", ["twice", "duplicate", "duplicated", "duplication", "double", "doubled"]),
        ("slowness", ["slow", "slower", "latency", "percentile"]),
        ("loss", ["lost", "lose", "loss"]),
        ("retries", ["retry", "retrie", "attempt"]),
        ("timeout", ["timeout", "deadline", "visibility"]),
        ("retention", ["retention", "keep", "expire", "expired", "window"]),
        ("key", ["key", "idempotency", "idempotent"]),
        ("outbox", ["outbox", "dual"]),
        ("workers", ["worker", "consumer"]),
        ("peak", ["peak"]),
    ]
}

/// What has a name in a brief: dependencies and their groups, queues, operations, callers.
struct BriefNames: Sendable {
    /// As tokens, the longest first, so that a name is not taken for a shorter one within it.
    private let names: [(name: String, tokens: [String])]

    init(_ packet: PacketView) {
        var texts: [String] = []
        for item in packet.dependencies {
            texts += ["name", "group"].compactMap { item[$0]?.stringValue }
        }
        texts += packet.queues.compactMap { $0["name"]?.stringValue }
        texts += packet.operations.compactMap { $0["id"]?.stringValue }
        texts += packet.list("/inputs/callers").compactMap { $0["name"]?.stringValue }
        var names: [(name: String, tokens: [String])] = []
        for text in texts where !names.contains(where: { $0.name == text }) {
            names.append((text, Self.tokens(text)))
        }
        self.names = names.enumerated().sorted {
            $0.element.tokens.count == $1.element.tokens.count
                ? $0.offset < $1.offset : $0.element.tokens.count > $1.element.tokens.count
        }.map(\.element)
    }

    /// The names that stand in these tokens.
    func named(in tokens: [String]) -> [String] {
        var left: [String?] = tokens
        return names.filter { entry in
            let count = entry.tokens.count
            guard count > 0, left.count >= count else { return false }
            let found = (0...(left.count - count)).filter { start in
                zip(left[start..<start + count], entry.tokens).allSatisfy { $0 == $1 }
            }
            for start in found {
                for index in start..<start + count { left[index] = nil }
            }
            return !found.isEmpty
        }.map(\.name)
    }

    /// Words in lower case; `psp-a` and `orders.new` are one each.
    static func tokens(_ text: String) -> [String] {
        text.lowercased().split { character in
            !character.isLetter && !character.isNumber && !"-_.".contains(character)
        }.map { word in
            String(word.reversed().drop { "-_.".contains($0) }.reversed())
        }.filter { !$0.isEmpty }
    }
}
