// The end of a log.
import BatonPlatform

/// Reads the last lines of a file.
package enum LogTail {
    /// More is never shown at once; an operator may let logs grow to a gigabyte.
    private static let bytesMax: Int64 = 8 << 20

    /// The last lines, oldest first, of the log's last 8 MiB; none when there is no such file.
    package static func lines(of path: String, count: Int) -> [String] {
        // A log that cannot be read has no end to show.
        guard let size = (try? Files.status(of: path))??.size else { return [] }
        let start = max(0, size - bytesMax)
        let bytes = (try? Files.read(path, from: start, bytesMax: Int(bytesMax))) ?? []
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        return (start > 0 ? lines.dropFirst() : lines[...]).suffix(count)
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
