// A log that cannot fill the disk: lines with their time, turned over by size.
//
// Children write to pipes that the supervisor reads, not to the file: so a turn-over loses no line,
// and a child cannot outgrow its share.
package import BatonPlatform

/// One child's log. An object because it is an open file; it belongs to one thread.
package final class LogFile {
    /// The file is renamed to `.1` at this size, `.1` to `.2`; three files in all.
    package static let bytesMax = 5 << 20
    /// Longer lines are cut into several, so that a child without line feeds needs no memory.
    private static let lineBytesMax = 16 << 10

    /// What a line of our own begins with, after its time.
    static let noteMark = "-- "

    private let path: String
    private var file: Descriptor
    private var size: Int64
    private var pending: [UInt8] = []
    private let stamp: @Sendable (Int64) -> String

    /// - Parameter stamp: turns the wall clock's microseconds into the text before each line.
    package init(
        path: String, stamp: @escaping @Sendable (Int64) -> String
    ) throws(SystemError) {
        self.path = path
        self.stamp = stamp
        file = try Files.openForAppending(path, mode: 0o600)
        size = try Files.status(of: path)?.size ?? 0
    }

    /// Takes bytes as they come and writes whole lines.
    package func append(_ bytes: [UInt8], now: Int64) throws(SystemError) {
        pending += bytes
        var start = 0
        var lines: [UInt8] = []
        for (index, byte) in pending.enumerated() where byte == UInt8(ascii: "\n") {
            lines += prefix(now) + pending[start...index]
            start = index + 1
        }
        pending.removeFirst(start)
        if pending.count > Self.lineBytesMax {
            lines += prefix(now) + pending + [UInt8(ascii: "\n")]
            pending = []
        }
        try write(lines)
    }

    /// Writes a line of our own, after whatever the child left unfinished.
    package func note(_ text: String, now: Int64) throws(SystemError) {
        if !pending.isEmpty { try append([UInt8(ascii: "\n")], now: now) }
        try write(prefix(now) + [UInt8]("\(Self.noteMark)\(text)\n".utf8))
    }

    private func prefix(_ now: Int64) -> [UInt8] { [UInt8]((stamp(now) + " ").utf8) }

    private func write(_ lines: [UInt8]) throws(SystemError) {
        guard !lines.isEmpty else { return }
        try file.writeAll(lines)
        size += Int64(lines.count)
        guard size >= Self.bytesMax else { return }
        if try Files.exists(path + ".1") { try Files.rename(path + ".1", to: path + ".2") }
        try Files.rename(path, to: path + ".1")
        file = try Files.openForAppending(path, mode: 0o600)
        size = 0
    }
}
