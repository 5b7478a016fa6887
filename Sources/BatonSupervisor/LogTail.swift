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
}
