// Lines out of a descriptor, one at a time, with a bound on their length.

/// Cuts what a descriptor gives into lines.
package struct LineReader {
    /// What the next line turned out to be.
    package enum Line: Hashable, Sendable {
        /// Without its newline; the last one of a file may have had none.
        case line([UInt8])
        /// Longer than allowed: its beginning. The rest of it is skipped.
        case cut([UInt8])
        case endOfFile
        /// Not a whole line yet; only from descriptors that do not block.
        case wouldBlock
    }

    private let descriptor: Int32
    private let lineBytesMax: Int
    private var buffer: [UInt8] = []
    private var position = 0
    private var searched = 0
    private var isSkipping = false
    private var hasEnded = false

    /// Reads from a descriptor that the caller keeps open; 0 is standard input.
    package init(descriptor: Int32, lineBytesMax: Int = 1 << 20) {
        precondition(lineBytesMax > 0, "a line needs room")
        self.descriptor = descriptor
        self.lineBytesMax = lineBytesMax
    }

    /// The next line.
    package mutating func next() throws(SystemError) -> Line {
        while true {
            if let line = takeLine() { return line }
            if hasEnded { return takeRest() }
            compact()
            switch try readDescriptor(descriptor, bytesMax: 1 << 16) {
            case .bytes(let more): buffer += more
            case .endOfFile: hasEnded = true
            case .wouldBlock: return .wouldBlock
            }
        }
    }

    /// A whole or cut line out of the buffer.
    private mutating func takeLine() -> Line? {
        while position < buffer.count {
            let start = max(position, searched)
            if let newline = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[position..<newline]
                position = newline + 1
                searched = position
                if isSkipping {
                    isSkipping = false
                    continue
                }
                return line.count > lineBytesMax
                    ? .cut([UInt8](line.prefix(lineBytesMax))) : .line([UInt8](line))
            }
            searched = buffer.count
            if isSkipping {
                position = buffer.count
            } else if buffer.count - position > lineBytesMax {
                let beginning = [UInt8](buffer[position...].prefix(lineBytesMax))
                position = buffer.count
                isSkipping = true
                return .cut(beginning)
            }
            return nil
        }
        return nil
    }

    private mutating func takeRest() -> Line {
        defer { position = buffer.count }
        guard !isSkipping, position < buffer.count else { return .endOfFile }
        return .line([UInt8](buffer[position...]))
    }

    private mutating func compact() {
        guard position > 0 else { return }
        buffer.removeFirst(position)
        searched -= position
        position = 0
    }
}
