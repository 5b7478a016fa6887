// Bytes of a state: a small fixed binary form, the same for equal states on every machine. It is
// what snapshots hold and what the digest in `broker.stopped` is made of.

/// Appends values: numbers as LEB128, texts and lists with their length in front, an optional as 0
/// or as 1 and the value.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func write(_ value: Int) { write(UInt64(value)) }

    /// Zigzag, so that small negative numbers stay short.
    mutating func write(_ value: Int64) { write(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

    mutating func write(_ value: String) {
        write(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    mutating func write(_ value: Digest) { bytes.append(contentsOf: value.bytes) }
    mutating func write(_ value: Fingerprint) {
        for word in [value.high, value.low] {
            bytes.append(contentsOf: (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) })
        }
    }

    mutating func write(_ value: Instant) { write(value.microseconds) }
    mutating func write(_ value: Duration) { write(value.wholeMicroseconds) }
    mutating func write(_ value: some Identifier) { write(value.number) }
    mutating func write(_ value: Token) { write(value.number) }
    mutating func write(_ value: AgentName) { write(value.text) }
    mutating func write(_ value: ActorName) { write(value.text) }
    mutating func write(choice value: some RawRepresentable<String>) { write(value.rawValue) }

    mutating func write<Value>(_ value: Value?, _ body: (inout ByteWriter, Value) -> Void) {
        write(value != nil)
        if let value { body(&self, value) }
    }

    mutating func write<Value>(_ list: [Value], _ body: (inout ByteWriter, Value) -> Void) {
        write(list.count)
        for value in list { body(&self, value) }
    }
}
