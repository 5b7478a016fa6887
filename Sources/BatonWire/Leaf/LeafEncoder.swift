// An event as the bytes of a journal leaf: one JSON object, keys in a fixed order, integers only,
// absent keys left out. These bytes are written once; nothing ever prints an event a second time.

package import BatonCore
import JSON

/// The largest leaf. Every list and text in an event has a limit of its own that keeps it below.
package let leafBytesMax = 16_384

/// Version 1 of the leaf format. A change raises it, keeps this reader and adds a fixture journal.
package let leafFormat = 1

extension Event {
    /// The stored bytes. An event over `leafBytesMax` is a missing limit elsewhere, and traps.
    package func leafBytes() -> [UInt8] {
        var writer = LeafWriter()
        writer.integer("v", Int64(leafFormat))
        writer.integer("seq", Int64(seq))
        writer.string("time", Timestamp.bytes(time))
        writer.string("type", type.rawValue)
        writer.string("actor", actor.text)
        if let brief { writer.string("brief", brief.description) }
        if let task { writer.string("task", task.description) }
        if let attempt { writer.integer("attempt", Int64(attempt)) }
        if let cause { writer.integer("cause", Int64(cause)) }
        writer.object("data") { body.write(into: &$0) }
        let bytes = writer.finished()
        precondition(
            bytes.count <= leafBytesMax,
            "event \(seq) of \(bytes.count) bytes exceeds leafBytesMax \(leafBytesMax)")
        return bytes
    }
}

/// Writes the members of one object in the order of the calls.
struct LeafWriter {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]
    private var isFirst = true

    init() {
        bytes.reserveCapacity(512)
    }

    func finished() -> [UInt8] { bytes + [UInt8(ascii: "}")] }

    private mutating func key(_ name: StaticString) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func integer(_ name: StaticString, _ value: Int64?) {
        guard let value else { return }
        precondition(value.magnitude < 1 << 53, "\(name) \(value) is beyond 2^53")
        key(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    mutating func integer(_ name: StaticString, _ value: Int?) {
        integer(name, value.map(Int64.init))
    }

    mutating func integer(_ name: StaticString, _ value: UInt64?) {
        integer(name, value.map { Int64($0) })
    }

    mutating func instant(_ name: StaticString, _ value: Instant?) {
        integer(name, value?.microseconds)
    }

    mutating func duration(_ name: StaticString, _ value: Duration?) {
        integer(name, value?.wholeMicroseconds)
    }

    mutating func flag(_ name: StaticString, _ value: Bool) {
        key(name)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    mutating func string(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        key(name)
        JSONValue.encode(string: value, into: &bytes)
    }

    /// Text that needs no escapes.
    mutating func string(_ name: StaticString, _ plain: [UInt8]) {
        key(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: plain)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func digest(_ name: StaticString, _ value: Digest?) {
        guard let value else { return }
        string(name, value.hexBytes)
    }

    mutating func object(_ name: StaticString, _ write: (inout LeafWriter) -> Void) {
        key(name)
        appendObject(write)
    }

    mutating func strings(_ name: StaticString, _ values: [String]) {
        list(name, values) { bytes, value in JSONValue.encode(string: value, into: &bytes) }
    }

    mutating func integers(_ name: StaticString, _ values: [UInt64]) {
        list(name, values) { bytes, value in bytes.append(contentsOf: String(value).utf8) }
    }

    mutating func objects<Element>(
        _ name: StaticString, _ values: [Element], _ write: (inout LeafWriter, Element) -> Void
    ) {
        guard !values.isEmpty else { return }
        key(name)
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            appendObject { write(&$0, value) }
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func parts(_ values: [Part]) {
        objects("parts", values) { writer, part in
            writer.string("name", part.name)
            writer.string("media_type", part.mediaType)
            writer.integer("size", part.size)
            writer.digest("digest", part.digest)
            writer.digest("match", part.match)
        }
    }

    private mutating func list<Element>(
        _ name: StaticString, _ values: [Element], _ append: (inout [UInt8], Element) -> Void
    ) {
        guard !values.isEmpty else { return }
        key(name)
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(&bytes, value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func appendObject(_ write: (inout LeafWriter) -> Void) {
        let wasFirst = isFirst
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
        write(&self)
        isFirst = wasFirst
        bytes.append(UInt8(ascii: "}"))
    }
}

extension Digest {
    package var hex: String { String(decoding: hexBytes, as: UTF8.self) }

    var hexBytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(64)
        for byte in bytes {
            for nibble in [byte >> 4, byte & 15] {
                out.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
            }
        }
        return out
    }

    /// Reads 64 hexadecimal digits.
    package init?(hex: String) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in hex.utf8 {
            let nibble: UInt8
            switch character {
            case 0x30...0x39: nibble = character - 0x30
            case 0x61...0x66: nibble = character - 0x57
            case 0x41...0x46: nibble = character - 0x37
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | nibble)
                high = nil
            } else {
                high = nibble
            }
        }
        guard bytes.count == 32, high == nil else { return nil }
        self.init(bytes)
    }
}
