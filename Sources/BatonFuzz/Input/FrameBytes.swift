// Several frames in one input, so that frames are mutated like everything else.

/// Frames as bytes: each after its length in three bytes, the smallest first. What a mutation made
/// of the lengths is read as far as it goes.
enum FrameBytes {
    static func join(_ frames: [[UInt8]]) -> [UInt8] {
        frames.flatMap { frame in
            (0..<3).map { UInt8(truncatingIfNeeded: frame.count >> (8 * $0)) } + frame
        }
    }

    static func split(_ bytes: [UInt8]) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var rest = bytes[...]
        while rest.count >= 3 {
            let length = rest.prefix(3).reversed().reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(3)
            frames.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return frames
    }
}
