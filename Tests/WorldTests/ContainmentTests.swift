// Keeping hold of processes that try to get away.
import BatonPlatform
import Testing

@testable import BatonPlatform

@Suite("Containment", .timeLimit(.minutes(10)))
struct ContainmentTests {
    @Test("a child with a death signal gets it when the thread that started it ends")
    func deathSignal() throws {
        let holder = Holder()
        let thread = try spawnThread(name: "parent") {
            holder.child = try? ChildProcess.spawn(
                LaunchPlan(
                    executable: "/bin/sleep", arguments: ["1000"], parentDeathSignal: .kill))
        }
        thread.join()
        let child = try #require(holder.child)

        // Reaped too: an unreaped child of this process would stand in the way of exit tests.
        #expect(child.waitForExit() == .signal(.kill))
    }

    // SAFETY: the thread that fills it is joined before anybody looks.
    private final class Holder: @unchecked Sendable {
        var child: ChildProcess?
    }

    @Test("what bears a mark is found and killed, out of its group and its parent's reach")
    func marks() throws {
        let mark = ProcessMark("BATON_TEST_MARK") { $0 == "ours-\(Host.processID)" }
        let child = try ChildProcess.spawn(
            LaunchPlan(
                executable: "/bin/sh", arguments: ["-c", "(setsid sleep 1000 &)"],
                environment: ["PATH=/usr/bin:/bin", "BATON_TEST_MARK=ours-\(Host.processID)"]))
        #expect(child.waitForExit().isSuccess)
        try waitUntil { mark.bearers().contains { $0.name == "sleep" } }

        let killed = mark.kill()

        #expect(killed.map(\.name) == ["sleep"])
        try waitUntil { mark.bearers().isEmpty }
    }

    @Test("a child that joins a group is killed with whatever it started")
    func controlGroup() throws {
        // Not every user may make one; then there is nothing to show.
        guard let own = try? ControlGroup.own(),
            let group = try? own.makeGroup("baton-test-\(Host.processID)"),
            group.isUsable(from: own)
        else { return }
        let child = try ChildProcess.spawn(
            LaunchPlan(
                executable: "/bin/sh",
                arguments: ["-c", "(setsid env -i sleep 1000 &) ; exec sleep 1000"],
                controlGroup: group))
        try waitUntil { group.members().count == 2 }

        try group.kill()

        #expect(child.waitForExit() == .signal(.kill))
        try waitUntil { group.members().isEmpty }
        group.remove()
        #expect(try !Files.exists(group.path))
    }

    @Test("a group that cannot be joined fails the start, by its own words")
    func noGroup() {
        let error = #expect(throws: SystemError.self) {
            try ChildProcess.spawn(
                LaunchPlan(
                    executable: "/bin/true", controlGroup: ControlGroup(path: "/no/such/group")))
        }
        #expect(error?.call == ControlGroup.joiningCall)
    }

    @Test("a group is found where its hierarchy is mounted, whole or in part")
    func mounts() {
        let whole = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw"
        let part = "41 31 0:38 /box /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup rw"
        let other = "40 31 0:37 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids"

        #expect(
            ControlGroup.location(of: "/a/b", mount: whole[...]) == "/sys/fs/cgroup/unified/a/b")
        #expect(ControlGroup.location(of: "/", mount: whole[...]) == "/sys/fs/cgroup/unified")
        #expect(ControlGroup.location(of: "/box/a", mount: part[...]) == "/sys/fs/cgroup/a")
        #expect(ControlGroup.location(of: "/boxer", mount: part[...]) == nil)
        #expect(ControlGroup.location(of: "/", mount: other[...]) == nil)
    }

    @Test("who listens at a named pipe hears whole messages; without a listener it is said")
    func namedPipe() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/pipe"
            #expect(throws: SystemError.self) { try NamedPipe.send([1], to: path) }
            let pipe = try NamedPipe(listeningAt: path)
            #expect(try pipe.takeAll() == [])

            try NamedPipe.send([UInt8]("one\n".utf8), to: path)
            try NamedPipe.send([UInt8]("two\n".utf8), to: path)

            #expect(try pipe.takeAll() == [UInt8]("one\ntwo\n".utf8))
            #expect(try Files.status(of: path)?.permissions == 0o600)
        }
    }

    /// At most ten seconds.
    private func waitUntil(_ isTrue: () -> Bool) throws {
        let deadline = MonotonicClock.nowMicroseconds() + 10_000_000
        while !isTrue() {
            try #require(MonotonicClock.nowMicroseconds() < deadline)
        }
    }
}
