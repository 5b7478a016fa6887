// What the checker needs of one leaf, read by itself from the stored bytes: neither the broker's
// decoder nor its rules are trusted here.
import Crypto
import JSON

/// One event, as far as it matters to the checker.
struct LeafFacts: Sendable {
    struct Part: Sendable, Hashable {
        let name: String
        let mediaType: String
        let size: Int64
        let digest: Digest
    }

    let seq: Int64
    let time: String
    let type: String
    let task: String?
    let attempt: Int64?
    let cause: Int64?
    let parts: [Part]
    private let data: JSONValue

    /// Reads a leaf. Throws what is wrong with it, in words.
    init(_ bytes: [UInt8], at place: Int64) throws(Violation) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw Violation("event \(place) is no JSON: \(error)")
        }
        guard let seq = json["seq"]?.integerValue, seq == place else {
            throw Violation("the leaf at \(place) says that it is another: \(Self.start(bytes))")
        }
        guard let time = json["time"]?.stringValue, let type = json["type"]?.stringValue,
            json["v"]?.integerValue == 1, let data = json["data"], data.objectValue != nil
        else { throw Violation("event \(place) lacks what every event has: \(Self.start(bytes))") }
        self.seq = seq
        self.time = time
        self.type = type
        task = json["task"]?.stringValue
        attempt = json["attempt"]?.integerValue
        cause = json["cause"]?.integerValue
        self.data = data
        parts = try Self.parts(data, at: place)
    }

    func integer(_ name: String) -> Int64? { data[name]?.integerValue }
    func text(_ name: String) -> String? { data[name]?.stringValue }
    /// Whether a delivery of the created task must pass something before it is accepted.
    var hasGates: Bool { data["gates"]?.arrayValue?.isEmpty == false }

    private static func parts(_ data: JSONValue, at place: Int64) throws(Violation) -> [Part] {
        var parts: [Part] = []
        for entry in data["parts"]?.arrayValue ?? [] {
            guard let name = entry["name"]?.stringValue, let size = entry["size"]?.integerValue,
                let mediaType = entry["media_type"]?.stringValue,
                let digest = entry["digest"]?.stringValue.flatMap({ Digest(hex: $0) })
            else { throw Violation("event \(place) names a part that is none") }
            parts.append(Part(name: name, mediaType: mediaType, size: size, digest: digest))
        }
        guard Set(parts.map(\.name)).count == parts.count else {
            throw Violation("event \(place) names one part twice")
        }
        return parts
    }

    private static func start(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(120), as: UTF8.self)
    }
}
