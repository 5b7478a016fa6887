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
        let run = try ChildProcess.spawn(
            LaunchPlan(
                executable: try #require(python),
                arguments: [script, try BrokerProgram.path(), "--seconds", "1"], group: .own,
                output: .pipe, errorOutput: .null))

        var table: [UInt8] = []
        try eventually("all scenarios are over", within: 200) {
            while case .bytes(let more) = try run.readOutput() { table += more }
            return run.pollExit() != nil
        }

        let text = String(decoding: table, as: UTF8.self)
        #expect(run.waitForExit() == .code(0), "\(text)")
    }
}
