// A loss of power, after the process was killed: of what was written but not synced, each page is
// there or not as chance has it.
import BatonCore
import BatonPlatform

/// Puts the files of a home into a state in which a disk could be found.
package struct PowerLoss {
    private static let pageBytes = 4096

    private let shim: FaultShim
    private var random: SplitMix64

    /// Pages that were dropped.
    package private(set) var dropped = 0

    package init(_ shim: FaultShim, seed: UInt64) {
        self.shim = shim
        random = SplitMix64(seed: seed)
    }

    /// Rewrites each watched file, and takes what it then holds for durable.
    /// - Parameter keeping: of a hundred unsynced pages, how many reached the disk all the same.
    package mutating func strike(keeping percent: UInt64) throws {
        for name in try Files.list(shim.shadow) {
            let image = "\(shim.shadow)/\(name)"
            let path = "\(shim.root)/\(name.split(separator: "%").joined(separator: "/"))"
            guard try Files.status(of: path)?.kind == .file else {
                try Files.remove(image)
                continue
            }
            let live = try Files.read(path, bytesMax: 1 << 30)
            let durable = try Files.read(image, bytesMax: 1 << 30)
            guard live != durable else { continue }
            let left = mix(live, durable, keeping: percent)
            try replace(path, left)
            try replace(image, left)
        }
    }

    private mutating func mix(
        _ live: [UInt8], _ durable: [UInt8], keeping percent: UInt64
    ) -> [UInt8] {
        var left: [UInt8] = []
        let isLongLive = random.next(through: 99) < percent
        let end = isLongLive ? live.count : durable.count
        dropped += max(live.count - end, 0) / Self.pageBytes
        for start in stride(from: 0, to: end, by: Self.pageBytes) {
            let range = start..<min(start + Self.pageBytes, end)
            let new = page(live, range)
            let old = page(durable, range)
            guard new != old else {
                left += new
                continue
            }
            let isKept = random.next(through: 99) < percent
            if !isKept { dropped += 1 }
            left += isKept ? new : old
        }
        return left
    }

    /// A page of a file; what lies beyond its end reads as zeros.
    private func page(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt8] {
        let there = bytes[range.clamped(to: 0..<bytes.count)]
        return Array(there) + Array(repeating: 0, count: range.count - there.count)
    }

    /// In place, as the file itself survives; nobody has it open.
    private func replace(_ path: String, _ bytes: [UInt8]) throws {
        let mode = try Files.status(of: path)?.permissions ?? 0o600
        try Files.remove(path)
        try Files.writeNew(bytes, to: path, mode: mode)
    }
}
