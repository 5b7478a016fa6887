// Claims about messages, parcels and refusals on the wire.

import BatonWire
import JSON
import Testing

@Suite struct MessageTests {
    @Test("a message reads back what was written")
    func roundTrip() throws {
        let message = Message(
            .deliver, JSONObject([("id", 7), ("task", "t-18"), ("leases", ["t-1 2"])]),
            body: [[1, 2], []])

        let read = try Message(frames: message.frames)

        #expect(read.verb == .deliver)
        #expect(read.integer("id") == 7)
        #expect(read.text("task") == "t-18")
        #expect(read.texts("leases") == ["t-1 2"])
        #expect(read.body == [[1, 2], []])
    }

    @Test(
        "what is not a message is refused with the reason",
        arguments: [
            ([], "message of 0 frames"),
            (["BATON2", "OK", "{}"], "frame 0 is not BATON1"),
            (["BATON1", "SHOUT", "{}"], "unknown verb \"SHOUT\""),
            (["BATON1", "OK", "[]"], "header is not a JSON object"),
            (["BATON1", "OK", "{\"a\":{}}"], "header member \"a\""),
            (["BATON1", "OK", "{\"a\":1.5}"], "header member \"a\""),
            (["BATON1", "OK", "{"], "header is not a flat JSON object"),
            (Array(repeating: "x", count: 17), "message of 17 frames exceeds framesMax 16"),
        ])
    func refused(frames: [String], reason: String) {
        let fault = #expect(throws: WireFault.self) {
            try Message(frames: frames.map { Array($0.utf8) })
        }

        #expect(fault?.message.hasPrefix(reason) == true)
    }

    @Test("a parcel keeps names, types and bytes, empty parts included")
    func parcel() throws {
        let parts = [
            Parcel.Part(name: "a.json", mediaType: "application/json", body: [1, 2, 3]),
            Parcel.Part(name: "x/b.md", mediaType: "text/markdown", body: []),
        ]

        let frames = Parcel(parts: parts).bodyFrames
        let read = try Parcel(manifest: frames[0], bodies: frames[1])

        #expect(read.parts == parts)
    }

    @Test(
        "a parcel whose manifest and bytes disagree is refused",
        arguments: [
            #"[{"name":"a","media_type":"x/y","size":4}]"#,
            #"[{"name":"a","media_type":"x/y","size":2}]"#,
            #"[{"name":"../a","media_type":"x/y","size":3}]"#,
            #"[{"name":"a","media_type":"x","size":3}]"#,
            #"[{"name":"a","media_type":"x/y","size":-1}]"#,
            #"[{"name":"a","media_type":"x/y","size":3},{"name":"a","media_type":"x/y","size":0}]"#,
            "{}", "nonsense",
        ])
    func parcelRefused(manifest: String) {
        #expect(throws: WireFault.self) {
            try Parcel(manifest: Array(manifest.utf8), bodies: [1, 2, 3])
        }
    }

    @Test("a refusal crosses the wire with code, flags and problems")
    func refusal() throws {
        let refusal = Refusal(
            .badBrief, "2 problems",
            problems: [
                Problem(field: "slo.availability", line: 7, message: "no unit", suggestion: "99.9%")
            ])

        let message = try Message(frames: refusal.reply(to: 3, seq: 9).frames)

        #expect(Refusal(message) == refusal)
        #expect(message.integer("re") == 3)
        #expect(message.flag("definite") == true)
        #expect(message.flag("retryable") == false)
    }
}
