// A log that cannot fill the disk: lines with their time, turned over by size.
//
// Children write to pipes that the supervisor reads, not to the file: so a turn-over loses no line,
// and a child cannot outgrow its share.
package import BatonPlatform

/// One child's log. An object because it is an open file; it belongs to one thread.
package final class LogFile {
    /// Longer lines are cut into several, so that a child without line feeds needs no memory, and
    /// whoever reads the log needs little. The time in front is not counted.
    static let lineBytesMax = 16 << 10

    /// What a line of our own begins with, after its time.
    static let noteMark = "-- "

    private static let limitName = "log_bytes_per_second"

    private let path: String
    private let limits: LogLimits
    private var file: Descriptor
    private var size: Int64
    private var pending: [UInt8] = []
    private let stamp: @Sendable (Int64) -> String
    /// The second that is being filled, what it has taken, and what has been dropped.
    private var second: Int64 = 0
    private var secondBytes = 0
    private var droppedBytes = 0

    /// - Parameter stamp: turns the wall clock's microseconds into the text before each line.
    package init(
        path: String, limits: LogLimits, stamp: @escaping @Sendable (Int64) -> String
    ) throws(SystemError) {
        self.path = path
        self.limits = limits
        self.stamp = stamp
        file = try Files.openForAppending(path, mode: 0o600)
        size = try Files.status(of: path)?.size ?? 0
    }

    /// Takes bytes as they come and writes whole lines.
    package func append(_ bytes: [UInt8], now: Int64) throws(SystemError) {
        if now / 1_000_000 != second {
            second = now / 1_000_000
            secondBytes = 0
            try noteDropped(now: now)
        }
        guard secondBytes < limits.bytesPerSecond else {
            // Said when it begins as well: the count of a flood's second stands above the next
            // second's flood, which turns the file over until it is gone.
            if droppedBytes == 0 {
                try note(
                    "dropping the rest of this second: over \(Self.limitName) "
                        + "\(limits.bytesPerSecond)", now: now)
            }
            droppedBytes += bytes.count
            return
        }
        secondBytes += bytes.count
        pending += bytes
        try write(takeLines(now: now))
    }

    /// What is to be written of what is pending: whole lines, and pieces of those that are too
    /// long, whether or not their end has come.
    private func takeLines(now: Int64) -> [UInt8] {
        let prefix = prefix(now)
        var lines: [UInt8] = []
        var rest = pending[...]
        while true {
            if let end = rest.prefix(Self.lineBytesMax + 1).firstIndex(of: UInt8(ascii: "\n")) {
                lines += prefix + rest[...end]
                rest = rest[(end + 1)...]
            } else if rest.count > Self.lineBytesMax {
                lines += prefix + rest.prefix(Self.lineBytesMax) + [UInt8(ascii: "\n")]
                rest = rest.dropFirst(Self.lineBytesMax)
            } else {
                break
            }
        }
        pending = Array(rest)
        return lines
    }

    /// Writes a line of our own, after whatever the child left unfinished.
    package func note(_ text: String, now: Int64) throws(SystemError) {
        try noteDropped(now: now)
        if !pending.isEmpty {
            let rest = pending
            pending = []
            try write(prefix(now) + rest + [UInt8(ascii: "\n")])
        }
        try write(line(text, now))
    }

    private func noteDropped(now: Int64) throws(SystemError) {
        guard droppedBytes > 0 else { return }
        let count = droppedBytes
        droppedBytes = 0
        try note(
            "dropped \(count) bytes above \(Self.limitName) \(limits.bytesPerSecond)", now: now)
    }

    private func line(_ text: String, _ now: Int64) -> [UInt8] {
        prefix(now) + [UInt8]("\(Self.noteMark)\(text)\n".utf8)
    }

    private func prefix(_ now: Int64) -> [UInt8] { [UInt8]((stamp(now) + " ").utf8) }

    private func write(_ lines: [UInt8]) throws(SystemError) {
        guard !lines.isEmpty else { return }
        try file.writeAll(lines)
        size += Int64(lines.count)
        guard size >= limits.fileBytes else { return }
        try Self.turnOver(path, limits)
        file = try Files.openForAppending(path, mode: 0o600)
        size = 0
    }

    /// Renames a full log to `.1`, what was there to `.2`, and so on; the oldest is gone then.
    static func turnOver(_ path: String, _ limits: LogLimits) throws(SystemError) {
        let oldest = limits.files - 1
        guard oldest > 0 else {
            try Files.remove(path)
            return
        }
        for number in stride(from: oldest, to: 1, by: -1)
        where try Files.exists("\(path).\(number - 1)") {
            try Files.rename("\(path).\(number - 1)", to: "\(path).\(number)")
        }
        try Files.rename(path, to: "\(path).1")
    }
}
