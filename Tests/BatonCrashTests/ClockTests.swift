// A wall clock that is set forth and back under a broker, by libfaketime.
import BatonClient
import BatonCrash
import BatonPlatform
import JSON
import Testing

private let faketime = Host.findExecutable("faketime")

extension Crashes {
    @Suite("clock", .enabled(if: faketime != nil, "no faketime on this machine"))
    struct ClockTests {
        /// libfaketime reads the offset anew from this file at every question.
        private func environment(_ arena: Arena) throws -> [String] {
            let library = try #require(
                ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu/faketime/libfaketimeMT.so.1" }
                    .first { (try? Files.exists($0)) == true })
            return [
                "LD_PRELOAD=\(library)", "FAKETIME_TIMESTAMP_FILE=\(arena.folder)/offset",
                "FAKETIME_NO_CACHE=1", "DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_RESET=1",
            ]
        }

        /// libfaketime keeps its state in memory that the first process of a family makes, and ends
        /// one that makes it and starts threads; so the broker is not the first.
        private static let wrapper = ["timeout", "600"]

        private func set(_ offset: String, _ arena: Arena) throws {
            try Files.writeAtomically(Array("\(offset)\n".utf8), to: "\(arena.folder)/offset")
        }

        private func events(_ arena: Arena, _ type: String) throws -> [JSONValue] {
            let client = try arena.client()
            return try client.events(of: type)
        }

        @Test("steps expire nothing, are recorded, and never turn the journal's time back")
        func steps() throws {
            let arena = try Arena()
            try set("+0", arena)
            try arena.start(try environment(arena), wrapper: Self.wrapper)
            try arena.register()
            let client = try arena.client()
            let worker = try arena.startWorker()
            defer { worker.signal(.kill) }

            for offset in ["+3d", "-2d", "+0", "+400d", "-1h"] {
                try set(offset, arena)
                let task = try arena.submit(client).id
                try arena.eventually("\(task) is accepted") {
                    try client.show(.task, task).json()["state"]?.stringValue == "accepted"
                }
            }

            #expect(try events(arena, "clock.stepped").count >= 5)
            #expect(try events(arena, "task.expired").isEmpty)
            #expect(arena.life?.stop() == .code(0))
            // Its rules compare the time of every event with that of the one before.
            #expect(try arena.check().violations == [])
        }

        @Test("a start whose clock lies a day behind the journal goes on from the journal's time")
        func behind() throws {
            let arena = try Arena()
            try set("+0", arena)
            try arena.start(try environment(arena), wrapper: Self.wrapper)
            try arena.register()
            try arena.submit(try arena.client())
            arena.life?.kill()

            try set("-1d", arena)
            try arena.start(try environment(arena), wrapper: Self.wrapper)
            try arena.submit(try arena.client())

            #expect(try events(arena, "clock.stepped").count == 1)
            #expect(arena.life?.stop() == .code(0))
            #expect(try arena.check().violations == [])
        }
    }
}

extension Client {
    /// All events of a type, payloads left out.
    fileprivate func events(of type: String) throws -> [JSONValue] {
        try openTail(TailQuery(since: 0, payload: false, type: type))
        var lines: [JSONValue] = []
        while let chunk = try nextEvents(timeout: .seconds(10)) {
            lines += try chunk.lines.map { try JSONValue(parsing: $0) }
            if chunk.isEnd { break }
        }
        return lines
    }
}
