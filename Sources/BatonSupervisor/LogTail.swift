// The end of a log.
import BatonPlatform

/// Reads the last lines of a file.
package enum LogTail {
    /// The last lines, oldest first; none when there is no such file.
    package static func lines(of path: String, count: Int) -> [String] {
        // Logs are turned over at a size that fits in memory; one that cannot be read has no end.
        guard let bytes = try? Files.read(path, bytesMax: LogFile.bytesMax + (1 << 20)) else {
            return []
        }
        return bytes.split(separator: UInt8(ascii: "\n")).suffix(count)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The last thing a process said, without the moment before it: not what the supervisor noted
    /// about it, and not the indented middle of a traceback. Nil if it said nothing since it
    /// started.
    package static func lastWords(of path: String) -> String? {
        lastWords(in: lines(of: path, count: 60))
    }

    static func lastWords(in lines: [String]) -> String? {
        for line in lines.reversed() {
            let words = line.drop { $0 != " " }.dropFirst()
            if words.hasPrefix(LogFile.noteMark) {
                if words.dropFirst(LogFile.noteMark.count).hasPrefix("started") { return nil }
                continue
            }
            guard let first = words.first, first != " ", first != "\t" else { continue }
            return words.count > 200 ? words.prefix(199) + "…" : String(words)
        }
        return nil
    }
}
