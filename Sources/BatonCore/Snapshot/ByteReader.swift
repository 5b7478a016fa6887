// Reading a state's bytes back. They may be cut short or of another form; then there is a fault,
// and never a trap or a wish for memory that a broken count asks for.

/// Why bytes are not a state: cut short, or written by a program with another form. A snapshot like
/// this is ignored.
package struct SnapshotFault: Error, Hashable {
    package let offset: Int
}

/// Reads what `ByteWriter` wrote.
struct ByteReader {
    /// No number of a state reaches 2^53, so none that is read makes a sum or a product overflow.
    private static let bound: UInt64 = 1 << 53

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    var fault: SnapshotFault { SnapshotFault(offset: position) }

    mutating func unsigned() throws(SnapshotFault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count, shift < 64 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw fault
    }

    mutating func count() throws(SnapshotFault) -> Int {
        let value = try unsigned()
        guard value < Self.bound else { throw fault }
        return Int(value)
    }

    mutating func priority() throws(SnapshotFault) -> Int {
        let value = try unsigned()
        guard value <= 9 else { throw fault }
        return Int(value)
    }

    mutating func signed() throws(SnapshotFault) -> Int64 {
        let value = try unsigned()
        guard value >> 1 < Self.bound else { throw fault }
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func flag() throws(SnapshotFault) -> Bool {
        switch try unsigned() {
        case 0: return false
        case 1: return true
        default: throw fault
        }
    }

    private mutating func take(_ count: Int) throws(SnapshotFault) -> ArraySlice<UInt8> {
        guard count <= bytes.count - position else { throw fault }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func text() throws(SnapshotFault) -> String {
        let slice = try take(try count())
        guard let text = String(validating: slice, as: UTF8.self) else { throw fault }
        return text
    }

    mutating func digest() throws(SnapshotFault) -> Digest { Digest(Array(try take(32))) }
    mutating func fingerprint() throws(SnapshotFault) -> Fingerprint {
        let bytes = try take(16)
        func word(_ start: Int) -> UInt64 {
            (0..<8).reduce(0) {
                $0 | UInt64(bytes[bytes.startIndex + start + $1]) << (8 * UInt64($1))
            }
        }
        return Fingerprint(word(0), word(8))
    }

    mutating func instant() throws(SnapshotFault) -> Instant { Instant(microseconds: try signed()) }
    mutating func duration() throws(SnapshotFault) -> Duration { .microseconds(try signed()) }
    mutating func id<ID: Identifier>() throws(SnapshotFault) -> ID { ID(try unsigned()) }
    mutating func token() throws(SnapshotFault) -> Token { Token(try unsigned()) }
    mutating func agent() throws(SnapshotFault) -> AgentName { AgentName(try text()) }
    mutating func actor() throws(SnapshotFault) -> ActorName { ActorName(text: try text()) }

    mutating func choice<Value: RawRepresentable<String>>() throws(SnapshotFault) -> Value {
        guard let value = Value(rawValue: try text()) else { throw fault }
        return value
    }

    mutating func optional<Value>(
        _ body: (inout ByteReader) throws(SnapshotFault) -> Value
    ) throws(SnapshotFault) -> Value? {
        try flag() ? try body(&self) : nil
    }

    mutating func list<Value>(
        _ body: (inout ByteReader) throws(SnapshotFault) -> Value
    ) throws(SnapshotFault) -> [Value] {
        let count = try count()
        // An element has at least one byte: a count beyond that is a broken file, not a reason to
        // reserve memory.
        guard count <= bytes.count - position else { throw fault }
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try body(&self)) }
        return values
    }
}
