// A disk that fills up, and one that can only be read: a small file system of our own, which only
// root may mount.
import BatonClient
import BatonCrash
import BatonPlatform
import JSON
import Testing

/// A file system in memory with a size; unmounted with the test.
private final class SmallDisk {
    let folder: String

    /// Whether this user, on this machine, may mount one.
    static let isPossible: Bool = {
        guard Host.userID == 0, Host.findExecutable("mount") != nil else { return false }
        return (try? SmallDisk(mebibytes: 1)) != nil
    }()

    init(mebibytes: Int) throws {
        folder = try Files.makeTemporaryDirectory(prefix: "baton-disk")
        try run(["mount", "-t", "tmpfs", "-o", "mode=700,size=\(mebibytes)m", "baton", folder])
    }

    deinit {
        // Lazily: whatever still holds a file there is about to end. An empty folder that is left
        // in the temporary directory harms nobody.
        try? run(["umount", "-l", folder])
        try? Files.remove(folder)
    }

    /// Fills it up to a free rest, with a file that can be removed again.
    func fill(leaving bytes: Int) throws {
        let block = [UInt8](repeating: 1, count: 4_096)
        let file = try Files.openForAppending(ballast)
        while (try? file.writeAll(block)) != nil {}
        for _ in 0..<bytes / block.count { try shorten(by: block.count) }
    }

    func empty() throws { try Files.remove(ballast) }

    var ballast: String { "\(folder)/ballast" }

    private func shorten(by bytes: Int) throws {
        try run(["truncate", "--size=-\(bytes)", ballast])
    }

    func makeReadOnly() throws { try run(["mount", "-o", "remount,ro", folder]) }
    func makeWritable() throws { try run(["mount", "-o", "remount,rw", folder]) }

    private func run(_ words: [String]) throws {
        guard let program = Host.findExecutable(words[0]) else {
            throw Arena.Failed(description: "no \(words[0])")
        }
        let process = try ChildProcess.spawn(
            LaunchPlan(
                executable: program, arguments: Array(words.dropFirst()), output: .null,
                errorOutput: .null))
        guard process.waitForExit().isSuccess else {
            throw Arena.Failed(description: "\(words.joined(separator: " ")) failed")
        }
    }
}

extension Crashes {
    @Suite("full disk", .enabled(if: SmallDisk.isPossible, "no file system can be mounted here"))
    struct FullDiskTests {
        @Test("a disk that is full ends the broker with 74; when there is room again, all is there")
        func full() throws {
            let disk = try SmallDisk(mebibytes: 16)
            let arena = try Arena(in: disk.folder)
            let life = try arena.start()
            try arena.register()
            let client = try arena.client()
            for _ in 0..<20 { try arena.submit(client) }
            try disk.fill(leaving: 64 << 10)

            #expect(arena.submitUntilFailure(client) > 0)

            #expect(life.end(within: 5_000) == .code(74))
            #expect(life.complaints.count == 1 && life.said.contains("full"), "\(life.said)")
            let again = try BrokerLife(arena.stage)
            #expect(again.waitUntilServing() == .code(74))
            #expect(again.complaints.count == 1, "\(again.said)")
            try disk.empty()
            try arena.start()
            #expect(arena.life?.stop() == .code(0))
            #expect(try arena.check().violations == [])
        }

        @Test("below 5 % submissions are refused as disk_low, and what is in work is taken")
        func low() throws {
            let disk = try SmallDisk(mebibytes: 16)
            let arena = try Arena(in: disk.folder)
            try arena.start()
            try arena.register()
            let client = try arena.client()
            let task = try arena.submit(client).id
            #expect(arena.life?.stop() == .code(0))
            try disk.fill(leaving: 640 << 10)
            try arena.start()
            let other = try arena.client()

            let error = #expect(throws: ClientError.self) { try arena.submit(other) }
            let worker = try arena.startWorker()
            defer { worker.signal(.kill) }

            #expect(error?.code == "disk_low")
            try arena.eventually("\(task) is accepted") {
                try other.show(.task, task).json()["state"]?.stringValue == "accepted"
            }
            #expect(arena.life?.stop() == .code(0))
            #expect(try arena.check().violations == [])
        }

        @Test("on a disk that can only be read a start says so and ends with 74")
        func readOnly() throws {
            let disk = try SmallDisk(mebibytes: 16)
            let arena = try Arena(in: disk.folder)
            try arena.start()
            try arena.register()
            try arena.submit(try arena.client())
            arena.life?.kill()
            try disk.makeReadOnly()

            let life = try BrokerLife(arena.stage)

            #expect(life.waitUntilServing() == .code(74))
            #expect(life.complaints.count == 1, "\(life.said)")
            #expect(life.said.lowercased().contains("read-only"), "\(life.said)")
            try disk.makeWritable()
            try arena.start()
            #expect(arena.life?.stop() == .code(0))
            #expect(try arena.check().violations == [])
        }
    }
}
