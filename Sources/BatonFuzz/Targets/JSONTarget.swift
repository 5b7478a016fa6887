// The JSON parser, through which everything from outside goes.

import JSON

struct JSONTarget: FuzzTarget {
    static let name = "json"

    private let mutator = Mutator(words: [
        "[", "]", "{", "}", ":", ",", "\"a\":", "\"\\ud83d\\ude00\"", "\\", "\"", "-", "1.", "e5",
        "tru", "[[[[[[[[", "{\"a\":{\"a\":", "\"a\":1,\"a\":2", "\"é\":1,\"e\u{301}\":2",
    ])

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        var generator = JSONGenerator(budget: random.length(upTo: 400))
        let value = generator.value(&random)
        let text = random.once(in: 4) ? Array(value.prettyPrinted().utf8) : value.encoded()
        return random.once(in: 5) ? text : mutator.mutate(text, &random, with: text)
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: input)
        } catch {
            try require((0...input.count).contains(error.offset), "the fault lies outside")
            try require(error.line >= 1 && error.column >= 1, "the fault has no place")
            try requireBounded(error.message, "the message")
            return .refused(error.message)
        }
        let printed = value.encoded()
        try Self.requireFixedPoint(printed)
        try Self.requireFixedPoint(Array(value.prettyPrinted().utf8), printed)
        return .accepted()
    }

    /// What was printed reads back, and prints as the same bytes.
    static func requireFixedPoint(
        _ printed: [UInt8], _ expected: [UInt8]? = nil
    ) throws(FuzzViolation) {
        let again: JSONValue
        do {
            again = try JSONValue(parsing: printed)
        } catch {
            throw FuzzViolation("what was printed is refused: \(error)")
        }
        try require(again.encoded() == expected ?? printed, "printing is no fixed point")
    }
}
