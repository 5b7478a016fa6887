// What a delivery has otherwise than the golden files of its example: JSON by value, everything
// else by its bytes.
import JSON
import PlainText

/// One place where what was found is not what was expected.
struct ExampleDifference {
    /// The part's name.
    let file: String
    /// A JSON pointer, or `line N`; empty for the file itself.
    let place: String
    /// Nil where nothing was expected.
    let expected: String?
    /// Nil where nothing is.
    let found: String?

    /// Numbers this close to each other are equal: formulas may be reordered, and a library's
    /// logarithm may differ in its last digits.
    static let relativeTolerance = 1e-9
    /// Differences of one file that are shown; a formula that has changed changes hundreds.
    static let perFileMax = 12
    /// Characters of each side.
    private static let shownMax = 160

    var json: JSONValue {
        [
            "file": .string(file), "place": .string(place),
            "expected": expected.map { .string($0) } ?? .null,
            "found": found.map { .string($0) } ?? .null,
        ]
    }

    /// `analysis.json /quantities/0/value: expected 1, found 2`.
    var text: String {
        "\(file)\(place.isEmpty ? "" : " " + place): expected \(expected ?? "nothing"),"
            + " found \(found ?? "nothing")"
    }

    /// Everything that differs between two sets of files.
    static func list(
        expected: [AgentExample.NamedBytes], found: [AgentExample.NamedBytes]
    ) -> [ExampleDifference] {
        var differences: [ExampleDifference] = []
        for file in expected {
            guard let other = found.first(where: { $0.name == file.name }) else {
                differences.append(.init(file.name, "", "a file", nil))
                continue
            }
            differences += bounded(compare(file.name, file.bytes, other.bytes), file.name)
        }
        for file in found where !expected.contains(where: { $0.name == file.name }) {
            differences.append(.init(file.name, "", nil, "a file of \(file.bytes.count) bytes"))
        }
        return differences
    }

    private init(_ file: String, _ place: String, _ expected: String?, _ found: String?) {
        self.file = file
        self.place = place
        self.expected = expected
        self.found = found
    }

    private static func bounded(
        _ differences: [ExampleDifference], _ file: String
    ) -> [ExampleDifference] {
        guard differences.count > perFileMax else { return differences }
        let rest = differences.count - perFileMax
        return differences.prefix(perFileMax)
            + [.init(file, "and \(rest) more", "what was recorded", "something else")]
    }

    private static func compare(
        _ name: String, _ expected: [UInt8], _ found: [UInt8]
    ) -> [ExampleDifference] {
        if expected == found { return [] }
        if name.hasSuffix(".json"), let left = try? JSONValue(parsing: expected),
            let right = try? JSONValue(parsing: found)
        {
            var differences: [ExampleDifference] = []
            compare(name, left, right, at: "", &differences)
            return differences
        }
        return [lines(name, expected, found)]
    }

    /// The first line that differs.
    private static func lines(
        _ name: String, _ expected: [UInt8], _ found: [UInt8]
    ) -> ExampleDifference {
        let left = expected.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let right = found.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let index = zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        let line = index ?? min(left.count, right.count)
        func text(_ lines: [ArraySlice<UInt8>]) -> String? {
            guard lines.indices.contains(line) else { return nil }
            return shown(.string(String(decoding: lines[line], as: UTF8.self)))
        }
        return .init(name, "line \(line + 1)", text(left), text(right))
    }

    private static func compare(
        _ file: String, _ expected: JSONValue, _ found: JSONValue, at pointer: String,
        _ differences: inout [ExampleDifference]
    ) {
        switch (expected, found) {
        case (.object(let left), .object(let right)):
            for (key, value) in left.members {
                let place = "\(pointer)/\(JSONPointer.escaped(key))"
                guard let other = right[key] else {
                    differences.append(.init(file, place, shown(value), nil))
                    continue
                }
                compare(file, value, other, at: place, &differences)
            }
            for (key, value) in right.members where left[key] == nil {
                let place = "\(pointer)/\(JSONPointer.escaped(key))"
                differences.append(.init(file, place, nil, shown(value)))
            }
        case (.array(let left), .array(let right)):
            for index in 0..<max(left.count, right.count) {
                let place = "\(pointer)/\(index)"
                guard left.indices.contains(index), right.indices.contains(index) else {
                    let (gone, new) = (expected[index], found[index])
                    differences.append(.init(file, place, gone.map(shown), new.map(shown)))
                    continue
                }
                compare(file, left[index], right[index], at: place, &differences)
            }
        default:
            guard !isEqual(expected, found) else { return }
            differences.append(.init(file, pointer, shown(expected), shown(found)))
        }
    }

    private static func isEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        guard let one = left.doubleValue, let other = right.doubleValue else {
            return left == right
        }
        let largest = max(one.magnitude, other.magnitude)
        return (one - other).magnitude <= relativeTolerance * largest
    }

    private static func shown(_ value: JSONValue) -> String {
        let text = value.encodedText
        return text.utf8.count > shownMax ? text.prefix(bytes: shownMax) + "…" : text
    }
}
