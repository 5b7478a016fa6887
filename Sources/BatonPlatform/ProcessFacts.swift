// What the kernel tells about any process by its number. Reads /proc.
import Glibc

/// A look at a running process.
package struct ProcessFacts: Hashable, Sendable {
    package let processID: Int32
    package let parentID: Int32
    package let groupID: Int32
    /// The program's name, at most 15 bytes of it.
    package let name: String
    /// The kernel's letter: `R` running, `S` sleeping, `Z` ended but not reaped, …
    package let state: Character
    /// When it started, in clock ticks since boot. With the number, it tells a recorded process
    /// from a later one that got the same number.
    package let startTicks: UInt64
    /// Time spent on a processor, in microseconds, without its children's.
    package let processorMicroseconds: Int64
    /// Memory it occupies, in bytes.
    package let residentBytes: Int64

    /// Looks at a process; nil when there is none of that number.
    package static func read(_ processID: Int32) -> ProcessFacts? {
        guard let bytes = try? Files.read("/proc/\(processID)/stat", bytesMax: 4096) else {
            // Gone, or (with hidepid) another user's: to us the same.
            return nil
        }
        return ProcessFacts(processID: processID, stat: String(decoding: bytes, as: UTF8.self))
    }

    /// Whether the process with this number is still the one that started at these ticks, and has
    /// not ended.
    package static func isRunning(_ processID: Int32, startTicks: UInt64) -> Bool {
        guard let facts = read(processID) else { return false }
        return facts.startTicks == startTicks && !facts.hasEnded
    }

    /// Whether it has ended and only waits to be reaped.
    package var hasEnded: Bool { state == "Z" || state == "X" }

    /// Whether it was stopped by a signal, and does nothing until it is resumed.
    package var isStopped: Bool { state == "T" }

    /// What tells it from later processes of its number.
    package var recorded: RecordedProcess {
        RecordedProcess(processID: processID, startTicks: startTicks)
    }

    /// Whether two looks were at the same process.
    package func isSame(as other: ProcessFacts) -> Bool { recorded == other.recorded }

    /// proc_pid_stat(5): the name stands in parentheses and may itself contain any.
    init?(processID: Int32, stat: String) {
        guard let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")"),
            open < close
        else { return nil }
        let fields = stat[stat.index(after: close)...].split(whereSeparator: \.isWhitespace)
        // The first field here is the manual's third.
        guard fields.count > 21, let state = fields[0].first,
            let parentID = Int32(fields[1]), let groupID = Int32(fields[2]),
            let user = Int64(fields[11]), let system = Int64(fields[12]),
            let startTicks = UInt64(fields[19]), let pages = Int64(fields[21])
        else { return nil }
        self.processID = processID
        self.parentID = parentID
        self.groupID = groupID
        self.name = String(stat[stat.index(after: open)..<close])
        self.state = state
        self.startTicks = startTicks
        let ticksPerSecond = Int64(sysconf(Int32(_SC_CLK_TCK)))
        processorMicroseconds = (user + system) * 1_000_000 / ticksPerSecond
        residentBytes = pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
