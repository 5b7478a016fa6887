// Random JSON: as values for documents, and as text with what only a text can have.

import JSON

struct JSONGenerator: Sendable {
    /// Values made so far and to be made at most, so that no input grows without end.
    private var budget: Int

    init(budget: Int = 200) {
        self.budget = budget
    }

    static let numbers: [Double] = [
        0, -0.0, 1, -1, 0.1, 1e-300, .leastNonzeroMagnitude, 1e300, 1.797_693_134_862_315_7e308,
        9_007_199_254_740_992,
        9_223_372_036_854_775_808, -9_223_372_036_854_775_808, 18_446_744_073_709_551_616, 1e15,
        4.5,
    ]
    static let integers: [Int64] = [
        0, 1, -1, 9, 10, 64, 100, 1_000, 65_536, 1 << 31, 1 << 53, (1 << 53) - 1, .max, .min,
        .max - 1,
    ]
    static let texts = [
        "", "a", "none stated", "t-1", "b-1", "e-1", "core.orchestrator", "\u{0}\u{1}\u{1F}",
        "\"\\/",
        "é", "e\u{301}", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", "\u{2028}", "\u{FEFF}",
        "../..",
        "/a~0b~1c", "application/json", "2026-11-20T08:09:10.123456Z",
    ]

    mutating func value(_ random: inout FuzzRandom, depth: Int = 0) -> JSONValue {
        budget -= 1
        let kind = budget < 0 || depth > 66 ? random.below(6) : random.below(9)
        switch kind {
        case 0: return .null
        case 1: return .bool(random.once(in: 2))
        case 2: return .integer(random.pick(Self.integers))
        case 3: return .number(random.pick(Self.numbers))
        case 4, 5: return .string(text(&random))
        case 6, 7:
            var members: [(String, JSONValue)] = []
            for _ in 0..<random.length(upTo: 20) {
                members.append((text(&random), value(&random, depth: depth + 1)))
            }
            return .object(JSONObject(members))
        default:
            var elements: [JSONValue] = []
            for _ in 0..<random.length(upTo: 20) {
                elements.append(value(&random, depth: depth + 1))
            }
            return .array(elements)
        }
    }

    func text(_ random: inout FuzzRandom) -> String {
        let piece = random.pick(Self.texts)
        guard random.once(in: 8) else { return piece + "\(random.below(30))" }
        return String(repeating: piece + "x", count: random.length(upTo: 400))
    }
}
