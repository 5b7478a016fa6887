// One message: a verb, a flat header and body frames (wire.md §2). Reading checks form and limits;
// what the members mean is the business of whoever handles the verb.

package import JSON
import PlainText

/// The six bytes with which every message of this version begins.
package let wireSignature = Array("BATON1".utf8)

package struct Message: Sendable {
    package var verb: Verb
    package var header: JSONObject
    package var body: [[UInt8]]

    package init(_ verb: Verb, _ header: JSONObject = JSONObject(), body: [[UInt8]] = []) {
        self.verb = verb
        self.header = header
        self.body = body
    }

    /// Reads the frames of one message, the routing id already taken off.
    package init(frames: [[UInt8]], limits: WireLimits = .standard) throws(WireFault) {
        guard frames.count <= limits.framesMax else {
            throw WireFault(
                "message of \(frames.count) frames exceeds framesMax \(limits.framesMax)",
                isOverLimit: true)
        }
        guard frames.count >= 3 else {
            throw WireFault(
                "message of \(frames.count) frames; signature, verb and header are needed")
        }
        guard frames[0] == wireSignature else {
            throw WireFault("frame 0 is not BATON1")
        }
        guard let verb = Verb(rawValue: String(decoding: frames[1].prefix(32), as: UTF8.self)),
            verb.rawValue.utf8.count == frames[1].count
        else {
            throw WireFault("unknown verb \"\(Self.printable(frames[1]))\"")
        }
        header = try Self.header(from: frames[2], limits: limits)
        self.verb = verb
        body = Array(frames[3...])
    }

    package var frames: [[UInt8]] {
        [wireSignature, Array(verb.rawValue.utf8), JSONValue.object(header).encoded()] + body
    }

    // MARK: Header members

    package func text(_ name: String) -> String? { header[name]?.stringValue }
    package func integer(_ name: String) -> Int64? { header[name]?.integerValue }
    package func flag(_ name: String) -> Bool? { header[name]?.boolValue }

    package func texts(_ name: String) -> [String]? {
        guard let elements = header[name]?.arrayValue else { return nil }
        let texts = elements.compactMap(\.stringValue)
        return texts.count == elements.count ? texts : nil
    }

    private static func header(
        from frame: [UInt8], limits: WireLimits
    ) throws(WireFault) -> JSONObject {
        guard frame.count <= limits.headerBytesMax else {
            throw WireFault(
                "header of \(frame.count) bytes exceeds headerBytesMax \(limits.headerBytesMax)",
                isOverLimit: true)
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: frame, limits: JSONLimits(depthMax: 2))
        } catch {
            throw WireFault("header is not a flat JSON object: \(error)")
        }
        guard case .object(let object) = value else {
            throw WireFault("header is not a JSON object")
        }
        for (key, member) in object.members {
            switch member {
            case .string, .integer, .bool: continue
            case .array(let elements) where elements.allSatisfy({ $0.stringValue != nil }): continue
            case .null, .number, .array, .object:
                throw WireFault(
                    "header member \"\(key.prefix(bytes: 64))\" is neither text, integer, boolean "
                        + "nor a list of texts"
                )
            }
        }
        return object
    }

    private static func printable(_ bytes: [UInt8]) -> String {
        String(
            decoding: bytes.prefix(32).map { (0x20..<0x7F).contains($0) ? $0 : 0x3F }, as: UTF8.self
        )
    }
}
