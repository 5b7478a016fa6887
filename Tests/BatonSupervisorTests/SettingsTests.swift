// What an operator may set about the supervisor, and what is on record about its processes.
import BatonPlatform
import JSON
import Testing

@testable import BatonSupervisor

@Suite struct SettingsTests {
    @Test("settings set what they name and leave the rest; what is shown can be set")
    func some() throws {
        let settings = try SupervisorSettings.reading(["agent_grace_ms": 500, "cgroup": false])

        #expect(settings.limits.agentDrain == .milliseconds(500))
        #expect(!settings.usesControlGroup)
        #expect(settings.limits.backoffFirst == Supervision.Limits().backoffFirst)
        #expect(try SupervisorSettings.reading(settings.json) == settings)
    }

    @Test("every mistake is told, with the range and what there is")
    func mistakes() {
        let faults = #expect(throws: SettingFaults.self) {
            try SupervisorSettings.reading(
                ["agent_grace_ms": 1, "grace": 5, "log_files": "many", "cgroup": 1])
        }

        #expect(faults?.faults.count == 4)
        #expect(
            faults?.description.contains(
                "supervisor.agent_grace_ms of 1 is not between 100 and 86400000") == true)
        #expect(faults?.description.contains("there are backoff_ms, ") == true)
    }

    @Test("a record from before the machine was started anew names no processes")
    func otherBoot() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-record")
        defer { try? Files.removeTree(folder) }
        let home = Home(path: folder)
        let own = RecordedProcess(running: Host.processID)
        let entry = ProcessRecord.Entry(
            name: "supervisor", process: own, startedMicroseconds: 0, state: "running", log: "")
        try ProcessRecord(supervisor: entry, broker: entry, agents: [entry]).write(to: home)
        #expect(ProcessRecord.read(home)?.all.allSatisfy(\.isAlive) == true)

        let text = String(
            decoding: try Files.read(home.processesFile, bytesMax: 1 << 20), as: UTF8.self)
        let other = text.replacing(Host.bootID(), with: "11111111-2222-3333-4444-555555555555")
        try Files.writeAtomically([UInt8](other.utf8), to: home.processesFile)

        let read = try #require(ProcessRecord.read(home))
        #expect(read.all.allSatisfy { $0.process == nil && !$0.isAlive })
    }

    @Test("a mark names one home, also where a path looks like another's mark")
    func marks() {
        #expect(Containment.isMark("agent/x/1@/a/b", of: "/a/b"))
        #expect(!Containment.isMark("agent/x/1@/c@/a/b", of: "/a/b"))
        #expect(Containment.isMark("agent/x/1@/c@/a/b", of: "/c@/a/b"))
        #expect(!Containment.isMark("agent/x/1@/a/b/c", of: "/a/b"))
        #expect(!Containment.isMark("", of: ""))
    }

    @Test("numbers that mean whole groups to the kernel are no processes")
    func hostileNumbers() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-record")
        defer { try? Files.removeTree(folder) }
        let home = Home(path: folder)
        for number in ["-1", "0", "99999999999", "1.5"] {
            let entry = #"{"name":"x","state":"running","pid":\#(number),"start_ticks":-4}"#
            try Files.writeAtomically(
                [UInt8](#"{"supervisor":\#(entry),"broker":\#(entry),"agents":[\#(entry)]}"#.utf8),
                to: home.processesFile)

            #expect(ProcessRecord.read(home)?.all.allSatisfy { $0.process == nil } == true)
        }
    }
}
