// Peers that mean no good, many at once and over real sockets, beside an honest client: the short
// run of Tests/interop/hostile_peers.py, which holds the broker against its bounds.

import BatonPlatform
import Testing

private let python = Host.findExecutable("/usr/bin/python3") ?? Host.findExecutable("python3")

@Suite("hostile peers", .timeLimit(.minutes(5)))
struct HostilePeersTests {
    @Test(
        "the broker's memory stays bounded and an honest client is served, whatever others do",
        .enabled(if: python != nil, "no python3"))
    func besideAnHonestClient() throws {
        let script =
            Files.parent(of: Files.parent(of: String(describing: #filePath)))
            + "/interop/hostile_peers.py"
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-hostile")
        defer { try? Files.removeTree(folder) }
        let environment = Host.environment().filter { !$0.hasPrefix("TMPDIR=") }
        let run = try ChildProcess.spawn(
            LaunchPlan(
                executable: try #require(python),
                arguments: [script, try BrokerProgram.path(), "--seconds", "1"],
                environment: environment + ["TMPDIR=\(folder)"], group: .own,
                output: .pipe, errorOutput: .pipe))
        // The broker and the hostile processes are in its group; none of them outlives the test.
        defer {
            run.signalGroup(.kill)
            _ = run.waitForExit(endingGroup: true)
        }

        var table: [UInt8] = []
        var complaints: [UInt8] = []
        func drain() throws {
            while case .bytes(let more) = try run.readOutput() { table += more }
            while case .bytes(let more) = try run.readErrorOutput() { complaints += more }
        }
        func said() -> String { String(decoding: table + complaints, as: UTF8.self) }
        do {
            try eventually("all scenarios are over", within: 200) {
                try drain()
                return run.pollExit(endingGroup: true) != nil
            }
        } catch {
            throw BrokerProgram.Failed(description: "\(error)\n\(said())")
        }
        try drain()

        #expect(run.waitForExit() == .code(0), "\(said())")
    }
}
