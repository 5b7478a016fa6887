// Clocks, chance, threads, signals and facts about the host.
import BatonPlatform
import Testing

@Suite("Platform", .timeLimit(.minutes(5)))
struct PlatformTests {
    @Test("both clocks go on, and the wall clock is in this age")
    func clocks() {
        let (wall, monotonic) = (WallClock.nowMicroseconds(), MonotonicClock.nowMicroseconds())

        #expect(wall > 1_700_000_000_000_000)
        #expect(monotonic > 0)
        #expect(MonotonicClock.nowMicroseconds() >= monotonic)
    }

    @Test("random bytes come in the asked number and differ")
    func entropy() {
        #expect(Entropy.bytes(count: 0).isEmpty)
        #expect(Entropy.bytes(count: 1000).count == 1000)
        #expect(Entropy.bytes(count: 16) != Entropy.bytes(count: 16))
        #expect(Entropy.uint64() != Entropy.uint64())
    }

    @Test("a thread runs, and its work is visible after the join")
    func thread() throws {
        let bell = try WakeUp()
        #expect(!bell.drain())

        let thread = try spawnThread(name: "a name longer than the kernel keeps") {
            bell.ring()
            bell.ring()
        }
        thread.join()

        #expect(bell.drain())
        #expect(!bell.drain())
    }

    @Test("a blocked signal is read from the inbox")
    func signals() throws {
        // On a thread of its own: the test runner's threads must keep their signals.
        let bell = try WakeUp()
        let thread = try spawnThread(name: "signals") {
            do {
                let inbox = try SignalInbox([.user1])
                guard try inbox.next() == nil else { return }
                sendToThisThread(.user1)
                if try inbox.next() == .user1, try inbox.next() == nil { bell.ring() }
            } catch {
                Issue.record(error)
            }
        }
        thread.join()

        #expect(bell.drain())
    }

    @Test("a system error is a sentence")
    func systemError() throws {
        let error = #expect(throws: SystemError.self) {
            try Files.read("/no/such/file", bytesMax: 1)
        }

        #expect(error?.description == "cannot open /no/such/file: No such file or directory")
        #expect(error?.isNotFound == true)
    }

    @Test("the host tells who and where we are")
    func host() throws {
        #expect(try Files.exists(Host.executablePath()))
        #expect(!Host.userName().isEmpty)
        #expect(Host.userName(of: 4_000_000_000) == "4000000000")
        #expect(!Host.name().isEmpty)
        #expect(Host.environment("PATH") != nil)
        #expect(Host.environment("NO_SUCH_VARIABLE") == nil)
        #expect(Host.environment().contains { $0.hasPrefix("PATH=") })
        #expect(Host.findExecutable("sh")?.hasSuffix("/sh") == true)
        #expect(Host.findExecutable("sh", searching: "/nowhere") == nil)
        #expect(Host.findExecutable("/bin/sh") == "/bin/sh")
        #expect(Host.findExecutable("/etc/passwd") == nil)
    }

    @Test("lines are cut at newlines, an overlong one once, and the last needs none")
    func lines() throws {
        var pipe = try Descriptor.pipe()
        let writing = pipe.takeWriting()
        let reading = pipe.takeReading()
        try reading.setNonBlocking()
        var lines = LineReader(descriptor: reading.rawValue, lineBytesMax: 4)

        #expect(try lines.next() == .wouldBlock)
        try writing.writeAll([UInt8]("ab\n\ncd".utf8))
        #expect(try lines.next() == .line([UInt8]("ab".utf8)))
        #expect(try lines.next() == .line([]))
        #expect(try lines.next() == .wouldBlock)
        try writing.writeAll([UInt8]("ef\n123456".utf8))
        #expect(try lines.next() == .line([UInt8]("cdef".utf8)))
        #expect(try lines.next() == .cut([UInt8]("1234".utf8)))
        try writing.writeAll([UInt8]("789\n12345\nend".utf8))
        #expect(try lines.next() == .cut([UInt8]("1234".utf8)))
        try writing.close()
        #expect(try lines.next() == .line([UInt8]("end".utf8)))
        #expect(try lines.next() == .endOfFile)
        #expect(try lines.next() == .endOfFile)
    }

    @Test("writing all waits for a reader that is slower than the pipe is long")
    func writeAll() throws {
        var pipe = try Descriptor.pipe()
        let writing = pipe.takeWriting()
        let reading = pipe.takeReading()
        try writing.setNonBlocking()
        let number = reading.rawValue
        let bell = try WakeUp()
        let thread = try spawnThread(name: "reader") {
            var lines = LineReader(descriptor: number, lineBytesMax: 1 << 20)
            if case .line(let line)? = try? lines.next(), line.count == 1 << 20 { bell.ring() }
        }

        try writing.writeAll([UInt8](repeating: 65, count: 1 << 20) + [10])
        thread.join()

        #expect(bell.drain())
        #expect(reading.rawValue == number)
    }
}
