// Documents that fit a shape, made from the shape itself: the more exactly an input is what was
// asked for, the deeper it gets.

import BatonBrief
import JSON

struct ShapeGenerator: Sendable {
    /// What names in documents may stand for, so that some of them exist.
    var names = ["a", "b", "s1", "ledger", "psp"]
    var agents = ["team.writer", "team.reader", "core.quality", "core.orchestrator"]
    var tasks = ["t-1", "t-18"]
    /// Bytes that may still be spent on texts and elements.
    private(set) var budget: Int

    init(budget: Int = 4_096) {
        self.budget = budget
    }

    mutating func value(_ shape: Shape, _ random: inout FuzzRandom) -> JSONValue {
        budget -= 8
        switch shape {
        case .any:
            var generator = JSONGenerator(budget: 6)
            return generator.value(&random)
        case .boolean: return .bool(random.once(in: 2))
        case .constant(let text): return .string(text)
        case .choice(let names): return .string(random.pick(names))
        case .text(let pattern, let max): return .string(text(pattern, max, &random))
        case .anyText(let max): return .string(longText(max, &random))
        case .number(let range): return .number(number(in: range, &random))
        case .positive(let max): return .number(positive(max, &random))
        case .integer(let range): return .integer(integer(in: range, &random))
        case .list(let element, let count): return list(element, count, &random)
        case .object(let fields, let rest): return object(fields, rest, &random)
        case .either(let alternatives, _): return value(random.pick(alternatives), &random)
        }
    }

    private mutating func list(
        _ element: Shape, _ count: ClosedRange<Int>, _ random: inout FuzzRandom
    ) -> JSONValue {
        var wanted = min(count.upperBound, max(count.lowerBound, random.length(upTo: 80)))
        if budget <= 0 { wanted = count.lowerBound }
        var elements: [JSONValue] = []
        for _ in 0..<wanted { elements.append(value(element, &random)) }
        return .array(elements)
    }

    private mutating func object(
        _ fields: [ShapeField], _ rest: ShapeRest, _ random: inout FuzzRandom
    ) -> JSONValue {
        var members: [(String, JSONValue)] = []
        for field in fields where field.isRequired || (budget > 0 && random.once(in: 3)) {
            members.append((field.name, value(field.shape, &random)))
        }
        switch rest {
        case .refused: break
        case .allowed where budget > 0 && random.once(in: 3):
            members.append(("x\(random.below(9))", value(.any, &random)))
        case .each(let shape) where budget > 0:
            for _ in 0..<random.length(upTo: 12) {
                members.append(("k\(random.below(99))", value(shape, &random)))
            }
        case .allowed, .each: break
        }
        return .object(JSONObject(members))
    }

    // MARK: Scalars

    private mutating func longText(_ max: Int, _ random: inout FuzzRandom) -> String {
        let count = random.length(upTo: Swift.min(max, Swift.max(budget, 1)))
        budget -= count
        let piece = random.once(in: 12) ? "é\u{301}\u{1}" : "word "
        return String(String(repeating: piece, count: count / 4 + 1).unicodeScalars.prefix(count))
    }

    private mutating func text(
        _ pattern: TextPattern, _ max: Int, _ random: inout FuzzRandom
    ) -> String {
        switch pattern {
        case .visible: return "v" + longText(max - 1, &random)
        case .identifier:
            return random.once(in: 6)
                ? String(repeating: "i", count: Swift.min(max, 64))
                : random.pick(names)
        case .agent:
            return random.once(in: 12)
                ? String(repeating: "g", count: Swift.min(max, 128))
                : random.pick(agents)
        case .task: return random.once(in: 4) ? "t-9999999999999999" : random.pick(tasks)
        case .brief: return "b-\(random.below(99))"
        case .escalation: return "e-\(random.below(99))"
        case .digest: return String(repeating: "0123456789abcdef", count: 4)
        case .pointer: return "/" + longText(Swift.min(max - 1, 200), &random)
        case .instant:
            return random.pick([
                "2026-11-20T08:09:10.123456Z", "9999-99-99T99:99:99.999999Z",
                "0000-00-00T00:00:00.000000Z",
            ])
        case .mediaType: return random.pick(["application/json", "text/markdown", "a/b; c=d"])
        case .currency: return "EUR"
        case .eventType: return random.pick(["task.leased", "brief.submitted", "no.such"])
        }
    }

    private func number(in range: ClosedRange<Double>, _ random: inout FuzzRandom) -> Double {
        let inside = JSONGenerator.numbers.filter(range.contains)
        return random.pick([range.lowerBound, range.upperBound] + inside)
    }

    private func positive(_ max: Double, _ random: inout FuzzRandom) -> Double {
        random.pick([
            max, .leastNonzeroMagnitude, 1e-9, 0.000_001, 0.001, 1, 60, max / 2, max.nextDown,
        ])
    }

    private func integer(in range: ClosedRange<Int64>, _ random: inout FuzzRandom) -> Int64 {
        let inside = JSONGenerator.integers.filter(range.contains)
        return random.pick([range.lowerBound, range.upperBound] + inside)
    }
}
