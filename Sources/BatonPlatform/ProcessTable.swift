// All processes of this host that can be seen. Reads /proc.
import Glibc

/// A look at every process.
package enum ProcessTable {
    /// Every process, without order. One that ends meanwhile may or may not be among them.
    package static func all() -> [ProcessFacts] {
        // Without /proc nothing can be seen, and nothing is.
        guard let names = try? Files.list("/proc") else { return [] }
        return names.compactMap { Int32($0).flatMap { ProcessFacts.read($0) } }
    }

    /// The environment that a process was started with, each `NAME=value`; empty when it may not
    /// be read (another user's), and when the process has ended.
    package static func environment(of processID: Int32) -> [String] {
        guard let bytes = try? Files.read("/proc/\(processID)/environ", bytesMax: 4 << 20) else {
            return []
        }
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether a process is another one or descends from it, as long as no parent in between has
    /// ended.
    package static func descends(_ processID: Int32, from ancestor: Int32) -> Bool {
        var current = processID
        // Deeper than any real tree; a loop cannot be, but numbers may change while we look.
        for _ in 0..<1_000 {
            if current == ancestor { return true }
            guard let facts = ProcessFacts.read(current), facts.parentID > 0 else { return false }
            current = facts.parentID
        }
        return false
    }
}
