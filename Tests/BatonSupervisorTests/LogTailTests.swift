// What a process said last, as people are told when it ends.
import Testing

@testable import BatonSupervisor

@Suite struct LogTailTests {
    @Test("of a traceback the last line is told, not its middle")
    func traceback() {
        let lines = [
            "T -- started, process 7", "T Traceback (most recent call last):",
            "T   File \"worker.py\", line 3", "T     import zmq",
            "T ModuleNotFoundError: No module named 'zmq'", "T -- ended: exit 1",
        ]

        #expect(
            LogTail.lastWords(in: lines) == "ModuleNotFoundError: No module named 'zmq'")
    }

    @Test("what an earlier process said is not this one's last word")
    func silence() {
        let lines = ["T good-bye", "T -- started, process 8", "T -- ended: signal 9"]

        #expect(LogTail.lastWords(in: lines) == nil)
        #expect(LogTail.lastWords(in: []) == nil)
    }
}
