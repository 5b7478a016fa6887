// What a process may write, and what is kept of it.
import BatonPlatform
import Testing

@testable import BatonSupervisor

@Suite struct LogFileTests {
    /// A log in a folder of its own, in which each line begins with `T`.
    private func withLog(
        _ change: (inout LogLimits) -> Void, _ body: (LogFile, String) throws -> Void
    ) throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-log")
        defer { try? Files.removeTree(folder) }
        var limits = LogLimits()
        change(&limits)
        let path = folder + "/x.log"
        try body(try LogFile(path: path, limits: limits) { _ in "T" }, path)
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try Files.read(path, bytesMax: 1 << 26), as: UTF8.self)
    }

    private func totalBytes(beside path: String) throws -> Int64 {
        let folder = Files.parent(of: path)
        return try Files.list(folder).reduce(0) {
            $0 + (try Files.status(of: "\(folder)/\($1)")?.size ?? 0)
        }
    }

    @Test("a full log is turned over, so many files are kept, and the newest lines are there")
    func turnOver() throws {
        try withLog {
            $0.fileBytes = 4_096
            $0.files = 3
        } _: { log, path in
            for number in 0..<2_000 {
                try log.append([UInt8]("line \(number)\n".utf8), now: Int64(number) * 1_000_000)
            }

            let files = try Files.list(Files.parent(of: path)).sorted()
            #expect(files == ["x.log", "x.log.1", "x.log.2"])
            #expect(try totalBytes(beside: path) <= 3 * (4_096 + 64))
            let newest = try text(path) + text(path + ".1")
            #expect(newest.contains("T line 1999\n") || newest.contains("T line 1998\n"))
        }
    }

    @Test("what is said beyond the bound within a second is dropped, and the log says how much")
    func flood() throws {
        try withLog {
            $0.bytesPerSecond = 10_000
        } _: { log, path in
            let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 999) + [UInt8(ascii: "\n")]
            for _ in 0..<1_000 { try log.append(chunk, now: 5_000_000) }
            try log.append([UInt8]("later\n".utf8), now: 6_000_000)

            let kept = try text(path)
            #expect(kept.utf8.count < 12_000)
            #expect(
                kept.hasSuffix(
                    "T -- dropped 990000 bytes above log_bytes_per_second 10000\nT later\n"))
        }
    }

    @Test("while a flood is dropped, the end of the log says so, however often it is turned over")
    func floodShows() throws {
        try withLog {
            $0.bytesPerSecond = 100_000
            $0.fileBytes = 4_096
            $0.files = 2
        } _: { log, path in
            let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1_000)
            for second in 5..<8 {
                for _ in 0..<1_000 { try log.append(chunk, now: Int64(second) * 1_000_000) }

                #expect(
                    try text(path).hasSuffix(
                        "T -- dropping the rest of this second: over log_bytes_per_second 100000\n"
                    ))
            }
        }
    }

    @Test("a text without line feeds is cut into lines")
    func endlessLine() throws {
        try withLog { _ in
        } _: { log, path in
            for second in 0..<20 {
                try log.append(
                    [UInt8](repeating: UInt8(ascii: "x"), count: 10_000),
                    now: Int64(second) * 1_000_000)
            }
            try log.note("end", now: 20_000_000)

            let lines = try text(path).split(separator: "\n")
            #expect(lines.count > 9)
            #expect(lines.allSatisfy { $0.utf8.count <= LogFile.lineBytesMax + 2 })
            #expect(lines.last == "T -- end")
        }
    }

    @Test(
        "a long line that comes at once is cut too, and nothing of it is lost",
        arguments: ["", "\n"])
    func longLine(end: String) throws {
        try withLog { _ in
        } _: { log, path in
            let text = String(repeating: "x", count: 60_000)

            try log.append([UInt8]((text + end).utf8), now: 1_000_000)
            try log.note("end", now: 1_000_000)

            let lines = try self.text(path).split(separator: "\n")
            #expect(lines.allSatisfy { $0.utf8.count <= LogFile.lineBytesMax + 2 })
            #expect(lines.dropLast().map { $0.dropFirst(2) }.joined() == text)
            #expect(lines.count == 5 && lines.last == "T -- end")
        }
    }

    @Test("a line of just the greatest length stays one line")
    func greatestLine() throws {
        try withLog { _ in
        } _: { log, path in
            let line = String(repeating: "x", count: LogFile.lineBytesMax) + "\n"

            try log.append([UInt8]((line + line).utf8), now: 1_000_000)

            #expect(try self.text(path) == "T \(line)T \(line)")
        }
    }

    @Test("the end of a log larger than what is shown at once can be read")
    func longTail() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-log")
        defer { try? Files.removeTree(folder) }
        let path = folder + "/x.log"
        let line = String(repeating: "y", count: 99) + "\n"
        try Files.writeNew([UInt8](String(repeating: line, count: 100_000).utf8), to: path)

        let last = String(line.dropLast())
        #expect(LogTail.lines(of: path, count: 2) == [last, last])
    }
}
