// Starting, feeding, following and ending real processes.
import BatonPlatform
import Testing

@Suite("Child processes", .timeLimit(.minutes(5)))
struct ChildProcessTests {
    @Test("a child gets arguments, environment, directory and input, and gives output and exit")
    func everything() throws {
        try withTemporaryDirectory { directory in
            let child = try ChildProcess.spawn(
                LaunchPlan(
                    executable: "/bin/sh",
                    arguments: [
                        "-c", "read x; echo $1 $V $x; pwd; echo bad >&2; exit 3", "sh", "a",
                    ],
                    environment: ["V=v"], directory: directory, input: .pipe, output: .pipe,
                    errorOutput: .pipe))
            #expect(try child.writeInput([UInt8]("in\n".utf8)[...]) == 3)
            child.closeInput()
            #expect(child.inputDescriptor == nil)

            #expect(
                try text(child, \.outputDescriptor, { try child.readOutput() })
                    == "a v in\n\(try Files.realPath(directory))\n")
            #expect(try text(child, \.errorDescriptor, { try child.readErrorOutput() }) == "bad\n")
            #expect(child.waitForExit() == .code(3))
            #expect(child.pollExit() == .code(3))
        }
    }

    @Test("a missing program is reported by the start")
    func missing() {
        let error = #expect(throws: SystemError.self) {
            try ChildProcess.spawn(LaunchPlan(executable: "/no/such/program"))
        }
        #expect(error?.description == "cannot start /no/such/program: No such file or directory")
    }

    @Test("a signal to the group ends the child and its children; the exit shows in a poll")
    func group() throws {
        let child = try ChildProcess.spawn(
            LaunchPlan(
                executable: "/bin/sh", arguments: ["-c", "sleep 60 & echo $!; wait"],
                output: .pipe))
        let line = try firstLine(of: child)
        let grandchild = try #require(Int32(line))
        #expect(child.pollExit() == nil)
        #expect(ProcessFacts.read(grandchild)?.groupID == child.processID)

        child.signalGroup(.kill)
        if let descriptor = child.exitDescriptor { try waitUntilReadable(descriptor) }
        #expect(child.waitForExit() == .signal(.kill))
        // Its output ends only when the grandchild, which holds the other end too, has died.
        while try child.readOutput() != .endOfFile {
            try waitUntilReadable(try #require(child.outputDescriptor))
        }
    }

    @Test("a child's signals are fresh though ours are blocked and ignored")
    func signals() throws {
        ignoreBrokenPipes()
        let child = try ChildProcess.spawn(
            LaunchPlan(executable: "/bin/sh", arguments: ["-c", "kill -PIPE $$; exit 0"]))

        #expect(child.waitForExit() == .signal(Signal(rawValue: 13)))
    }

    @Test("a child gets the lifeline under its number, and no other descriptor of ours")
    func descriptors() throws {
        var pipe = try Descriptor.pipe()
        let lifeline = pipe.takeReading()
        let ours = pipe.takeWriting()
        let child = try ChildProcess.spawn(
            LaunchPlan(
                executable: "/bin/sh",
                arguments: ["-c", "ls /proc/$$/fd; cat <&7; echo end"],
                group: .session, output: .pipe, inherited: [7: lifeline.rawValue]))
        #expect(try firstLine(of: child) == "0")
        #expect(child.pollExit() == nil)

        try ours.close()
        let rest = try text(child, \.outputDescriptor, { try child.readOutput() })
        // Everything but the shell's own: 0, 1, 2 and 7, then the end of the lifeline.
        #expect(rest == "1\n2\n7\nend\n")
        #expect(child.waitForExit().isSuccess)
    }

    @Test("output appends to a file")
    func append() throws {
        try withTemporaryDirectory { directory in
            for word in ["one", "two"] {
                let child = try ChildProcess.spawn(
                    LaunchPlan(
                        executable: "/bin/sh", arguments: ["-c", "echo \(word)"],
                        group: .inherited, output: .append(path: "\(directory)/log")))
                #expect(child.waitForExit().isSuccess)
            }
            let log = try Files.read("\(directory)/log", bytesMax: 100)
            #expect(String(decoding: log, as: UTF8.self) == "one\ntwo\n")
        }
    }

    @Test("the kernel tells about this process, and not about one that is gone")
    func facts() throws {
        let facts = try #require(ProcessFacts.read(Host.processID))
        #expect(facts.residentBytes > 1 << 20)
        #expect(facts.processorMicroseconds >= 0)
        #expect(ProcessFacts.isRunning(Host.processID, startTicks: facts.startTicks))
        #expect(!ProcessFacts.isRunning(Host.processID, startTicks: facts.startTicks + 1))

        let child = try ChildProcess.spawn(LaunchPlan(executable: "/bin/true"))
        #expect(ProcessFacts.read(child.processID)?.parentID == Host.processID)
        _ = child.waitForExit()
        #expect(ProcessFacts.read(child.processID) == nil)
    }

    private func waitUntilReadable(_ descriptor: Int32) throws {
        try waitForInput(on: descriptor)
    }

    private func firstLine(of child: ChildProcess) throws -> String {
        var line: [UInt8] = []
        while line.last != 10 {
            guard let descriptor = child.outputDescriptor else { break }
            try waitForInput(on: descriptor)
            if case .bytes(let byte) = try child.readOutput(bytesMax: 1) { line += byte }
        }
        return String(decoding: line.dropLast(), as: UTF8.self)
    }

    private func text(
        _ child: ChildProcess, _ descriptor: KeyPath<ChildProcess, Int32?>,
        _ read: () throws -> ReadOutcome,
    ) throws -> String {
        var bytes: [UInt8] = []
        while let number = child[keyPath: descriptor] {
            try waitForInput(on: number)
            if case .bytes(let more) = try read() { bytes += more }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
