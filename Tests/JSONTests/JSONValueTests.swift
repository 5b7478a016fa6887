// Claims about the JSON codec: what it reads, what it refuses and where, and what it prints.

import JSON
import Testing

@Suite("JSON") struct JSONValueTests {
    @Test(
        "a document prints as it was written, without white space",
        arguments: [
            #"{"b":1,"a":[true,false,null,-2.5,"x\n\"\\é"],"c":{}}"#, "[]", "\"\"", "0", "-1",
            "0.1", "1e+20", "9223372036854775807",
        ])
    func roundTrip(text: String) throws {
        let value = try JSONValue(parsing: text)

        #expect(try JSONValue(parsing: value.encoded()) == value)
        if text != "1e+20" { #expect(value.encodedText == text) }
    }

    @Test("escapes and surrogate pairs become characters")
    func escapes() throws {
        let value = try JSONValue(parsing: #""\u00e9\ud83d\ude00\/\t\u0001""#)

        #expect(value.stringValue == "é😀/\t\u{1}")
        #expect(value.encodedText == "\"é😀/\\t\\u0001\"")
    }

    @Test(
        "what is not JSON is refused with its place",
        arguments: [
            ("{\"a\":1,\n \"a\":2}", 2), ("[1,]", 1), ("{\"a\" 1}", 1), ("01", 1), ("1.", 1),
            ("\"\u{1}\"", 1), ("\"abc", 1), ("nul", 1), ("[1] 2", 1), ("\n\n}", 3), ("", 1),
            (#""\ud800""#, 1), (#""\ud800\u0000""#, 1), (#""\udbff\ud800""#, 1), (#""\x""#, 1),
            ("1e999", 1), ("-", 1),
        ])
    func refused(text: String, line: Int) throws {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }

        #expect(error?.line == line)
    }

    @Test("a name that stands twice is quoted in few bytes")
    func longName() {
        let name = "e" + String(repeating: "\u{301}", count: 50_000)

        let error = #expect(throws: JSONError.self) {
            try JSONValue(parsing: "{\"\(name)\":1,\"\(name)\":2}")
        }

        #expect((error?.message.utf8.count ?? .max) < 200)
    }

    @Test("bytes that are not UTF-8 are refused")
    func notUTF8() {
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test("nesting deeper than the limit is refused")
    func depth() throws {
        let text = String(repeating: "[", count: 100_000)

        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }

        #expect(error?.message == "nesting of 65 exceeds depthMax 64")
    }

    @Test("a merge patch follows the examples of RFC 7396")
    func mergePatch() throws {
        let rows = [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":"foo"}"#, "null", "null"),
            (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
            (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        ]
        for (target, patch, expected) in rows {
            let result = try JSONValue(parsing: target).applying(
                mergePatch: JSONValue(parsing: patch))
            #expect(result.encodedText == expected)
        }
    }

    @Test("a pointer finds members and elements")
    func pointer() throws {
        let value = try JSONValue(parsing: #"{"a/b":[10,{"m~n":8}],"":0}"#)

        #expect(value.value(at: "/a~1b/1/m~0n") == 8)
        #expect(value.value(at: "/") == 0)
        #expect(value.value(at: "/a~1b/01") == nil)
        #expect(value.value(at: "") == value)
        #expect(value.value(at: "a") == nil)
    }

    @Test("a pointer's steps end at slashes, whatever mark a name begins with")
    func pointerToMarks() throws {
        let accent = "\u{301}e"
        let value: JSONValue = .object(JSONObject([(accent, 8)]))

        #expect(value.value(at: "/" + JSONPointer.escaped(accent)) == 8)
    }

    @Test("the indented form reads back the same")
    func pretty() throws {
        let value: JSONValue = ["a": [1, ["b": []], "x"], "c": [:]]

        #expect(try JSONValue(parsing: value.prettyPrinted()) == value)
        #expect(value.prettyPrinted().hasPrefix("{\n  \"a\": [\n    1,\n"))
    }

    @Test("lines come in the order of the values, a member's being that of its name")
    func lines() throws {
        let text = """
            {"a":
              [1,
               {"b": 2}
              ], "c\\n": 3
            }
            """
        let located = try JSONValue.located(parsing: Array(text.utf8))

        #expect(located.value == (try JSONValue(parsing: text)))
        #expect(located.lines == [1, 1, 2, 3, 3, 4])
    }
}
