// Which processes are behind which sessions, told by real processes.
import BatonPlatform
import Testing

@testable import BatonSupervisor

@Suite(.timeLimit(.minutes(5))) struct ChildTableTests {
    private static let agent = "test.one"

    /// A table with these instances of one agent, each running a shell script.
    private func withChildren(
        _ scripts: [String], _ body: (ChildTable, [Int32]) throws -> Void
    ) throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-children")
        defer { try? Files.removeTree(folder) }
        try Files.makeDirectory(folder + "/logs")
        let home = Home(path: folder)
        let children = try ChildTable(
            home: home, containment: Containment(home), logLimits: LogLimits()
        ) { _ in "T" }
        let names = scripts.indices.map { ChildName.agent(Self.agent, instance: $0 + 1) }
        defer { end(names, of: children) }
        for (name, script) in zip(names, scripts) {
            let program = Program(
                executable: "/bin/sh", arguments: ["-c", script], environment: [],
                directory: folder)
            try children.start(name, program, endpoint: nil)
        }
        let numbers = try names.map { try #require(children.process(of: $0)?.0).processID }
        try body(children, numbers)
    }

    /// Kills them and waits for each. A child that nobody waits for is found again and again by
    /// whoever waits for any child of this process: exit tests would never end.
    private func end(_ names: [ChildName], of children: ChildTable) {
        for name in names {
            children.kill(name)
            _ = children.running[name]?.process.waitForExit()
        }
    }

    @Test(
        "sessions of processes that are none of ours are nobody's presence, however many")
    func strangers() throws {
        try withChildren(["exec sleep 100", "exec sleep 100"]) { children, numbers in
            let strangers = [Host.processID, 1, Host.processID]

            #expect(children.present(of: Self.agent, sessions: strangers) == [])
            #expect(
                children.present(of: Self.agent, sessions: strangers + [numbers[1]])
                    == [.agent(Self.agent, instance: 2)])
        }
    }

    @Test("two sessions of one process leave its neighbour absent")
    func twice() throws {
        try withChildren(["exec sleep 100", "exec sleep 100"]) { children, numbers in
            let present = children.present(
                of: Self.agent, sessions: [numbers[0], numbers[0]])

            #expect(present == [.agent(Self.agent, instance: 1)])
        }
    }

    @Test("a session of a descendant counts for its ancestor")
    func descendant() throws {
        try withChildren(["sleep 100 & wait"]) { children, numbers in
            var idle: ProcessFacts?
            let deadline = MonotonicClock.nowMicroseconds() + 20_000_000
            while idle == nil, MonotonicClock.nowMicroseconds() < deadline {
                idle = ProcessTable.all().first { $0.parentID == numbers[0] }
            }
            let grandchild = try #require(idle).processID

            #expect(
                children.present(of: Self.agent, sessions: [grandchild])
                    == [.agent(Self.agent, instance: 1)])
        }
    }
}
