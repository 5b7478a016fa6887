// The side of a fuzz run that survives: it starts the child, hears where it is, and says what came
// of it.
import BatonPlatform
import ZeroMQ

struct FuzzParent {
    let options: FuzzOptions
    let target: String

    /// A child that has not said where it is for so long hangs in one input.
    private static let silenceMillisecondsMax = 20_000

    private struct Heard {
        var last: UInt64
        var report: String?
        var violation: String?

        mutating func take(_ line: String) {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2 else { return }
            switch words[0] {
            case "at": last = UInt64(words[1]) ?? last
            case "report": report = String(words[1])
            case "violation": violation = String(words[1])
            default: return
            }
        }
    }

    /// True when nothing was violated.
    func run() throws -> Bool {
        let heard = try listen(first: options.first, isCareful: false)
        if let report = heard.report, heard.violation == nil {
            FuzzProgram.say("\(padded(target)) \(report) violations 0\n")
            return true
        }
        if let violation = heard.violation {
            tell(violation, number: heard.last)
            return false
        }
        // It died without a word, somewhere behind the last number that it told.
        let again = try listen(first: heard.last, isCareful: true)
        tell(again.violation ?? "the process does not survive it", number: again.last)
        return false
    }

    private func tell(_ what: String, number: UInt64) {
        FuzzProgram.say(
            "\(padded(target)) VIOLATED by input \(number): \(what)\n"
                + "  replay: \(options.replay(target, number))\n")
    }

    private func listen(first: UInt64, isCareful: Bool) throws -> Heard {
        var ends = try Descriptor.pipe()
        let reading = ends.takeReading()
        try reading.setNonBlocking()
        let child = try start(first, isCareful, output: ends.takeWriting())
        var poller = Poller()
        _ = poller.add(descriptor: reading.rawValue, for: .readable)
        var lines = LineReader(descriptor: reading.rawValue)
        var heard = Heard(last: first)
        listening: while true {
            switch try lines.next() {
            case .endOfFile: break listening
            case .cut(let bytes), .line(let bytes):
                heard.take(String(decoding: bytes, as: UTF8.self))
            case .wouldBlock:
                if try poller.poll(timeoutMilliseconds: Self.silenceMillisecondsMax) == .timedOut {
                    child.signal(.kill)
                }
            }
        }
        if child.waitForExit() == .signal(.kill), heard.violation == nil {
            heard.violation = isCareful ? "it never ends" : nil
        }
        return heard
    }

    private func start(
        _ first: UInt64, _ isCareful: Bool, output: consuming Descriptor
    ) throws -> ChildProcess {
        var arguments = [
            "--child", "--target", target, "--seed", "\(options.seed)", "--first", "\(first)",
        ]
        if let runs = options.runs { arguments += ["--runs", "\(runs)"] }
        if let time = options.milliseconds { arguments += ["--for", "\(time)ms"] }
        if isCareful { arguments.append("--careful") }
        return try ChildProcess.spawn(
            LaunchPlan(
                executable: Host.executablePath(), arguments: arguments, group: .inherited,
                output: .descriptor(output.rawValue), errorOutput: .null))
    }

    private func padded(_ name: String) -> String {
        name + String(repeating: " ", count: max(0, 15 - name.utf8.count))
    }
}
