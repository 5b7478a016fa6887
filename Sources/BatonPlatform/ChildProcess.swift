// A child process: its pipes, its end, and the group it takes with it. How it is started is in
// ChildProcess+Spawning.swift.
import CLinux
import Glibc

/// A process we started. It belongs to one thread.
///
/// Dropping it closes the pipes but neither ends nor reaps the process; whoever starts children
/// follows them to their exit.
package final class ChildProcess {
    /// How a process ended.
    package enum Exit: Hashable, Sendable, CustomStringConvertible {
        case code(Int32)
        case signal(Signal)

        package var isSuccess: Bool { self == .code(0) }

        package var description: String {
            switch self {
            case .code(let code): "exit \(code)"
            case .signal(let signal): "signal \(signal.rawValue)"
            }
        }
    }

    package let processID: Int32

    /// Whether the process leads a group of its own, so that `signalGroup` reaches only it and
    /// its descendants.
    package let leadsGroup: Bool

    /// Readable when the process has ended (a pidfd); nil where the kernel has none. Owned here.
    package var exitDescriptor: Int32? { pidDescriptor?.descriptor.rawValue }

    private let pidDescriptor: End?
    private var input: End?
    private var output: End?
    private var errorOutput: End?
    private var exit: Exit?

    /// A descriptor that a class can hold or not.
    private final class End {
        let descriptor: Descriptor

        init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

        static func from(_ descriptor: consuming Descriptor?) -> End? {
            guard let descriptor = consume descriptor else { return nil }
            return End(descriptor)
        }
    }

    init(
        processID: Int32, leadsGroup: Bool, input: consuming Descriptor?,
        output: consuming Descriptor?, errorOutput: consuming Descriptor?,
    ) {
        self.processID = processID
        self.leadsGroup = leadsGroup
        self.input = End.from(input)
        self.output = End.from(output)
        self.errorOutput = End.from(errorOutput)
        // Our child cannot be reaped by anybody else, so the number cannot mean another process.
        let opened = pidfd_open(processID, 0)
        pidDescriptor = opened >= 0 ? End(Descriptor(owning: opened)) : nil
    }

    // MARK: Pipes

    /// Writable when the child can be given more; nil without a pipe, and after `closeInput`.
    package var inputDescriptor: Int32? { input?.descriptor.rawValue }

    /// Readable when the child has said something; nil without a pipe, and after its end.
    package var outputDescriptor: Int32? { output?.descriptor.rawValue }

    /// Readable when the child has complained; nil without a pipe, and after its end.
    package var errorDescriptor: Int32? { errorOutput?.descriptor.rawValue }

    /// Gives the child some bytes, without waiting; tells how many it took, 0 when its pipe is
    /// full. `EPIPE` when it has closed its end.
    package func writeInput(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
        guard let input else { return 0 }
        return try input.descriptor.write(bytes) ?? 0
    }

    /// Ends the child's input.
    package func closeInput() { input = nil }

    /// What the child has written so far, without waiting.
    package func readOutput(bytesMax: Int = 1 << 16) throws(SystemError) -> ReadOutcome {
        guard let outcome = try output?.descriptor.read(bytesMax: bytesMax) else {
            return .endOfFile
        }
        if outcome == .endOfFile { output = nil }
        return outcome
    }

    /// What the child has written to its error stream so far, without waiting.
    package func readErrorOutput(bytesMax: Int = 1 << 16) throws(SystemError) -> ReadOutcome {
        guard let outcome = try errorOutput?.descriptor.read(bytesMax: bytesMax) else {
            return .endOfFile
        }
        if outcome == .endOfFile { errorOutput = nil }
        return outcome
    }

    // MARK: End

    /// How the process ended, or nil while it runs. Reaps it. Calls `waitpid(WNOHANG)`.
    /// - Parameter endingGroup: kills what is left of its group, before its number, which is the
    ///   group's, can be given to somebody else.
    package func pollExit(endingGroup: Bool = false) -> Exit? {
        if exit == nil, baton_has_ended(processID, 0) != 0 { collect(endingGroup: endingGroup) }
        return exit
    }

    /// Waits for the end of the process. Calls `waitpid`.
    /// - Parameter endingGroup: as in `pollExit`.
    package func waitForExit(endingGroup: Bool = false) -> Exit {
        while true {
            if let exit { return exit }
            // Interrupted by a signal: it is waited for again.
            if baton_has_ended(processID, 1) != 0 { collect(endingGroup: endingGroup) }
        }
    }

    /// Sends a signal to the process; nothing happens once it has been reaped.
    package func signal(_ signal: Signal) {
        guard exit == nil else { return }
        // It is our unreaped child, so the number is still its own, and it can only be dead.
        _ = Glibc.kill(processID, signal.rawValue)
    }

    /// Sends a signal to the child's whole group. False when the group is empty, and once the
    /// child has been reaped: see `pollExit` for what it leaves behind.
    @discardableResult
    package func signalGroup(_ signal: Signal) -> Bool {
        precondition(leadsGroup, "the group of process \(processID) is our own")
        guard exit == nil else { return false }
        return Glibc.kill(-processID, signal.rawValue) == 0
    }

    /// Reaps the process, which has ended.
    private func collect(endingGroup: Bool) {
        if endingGroup { signalGroup(.kill) }
        guard let status = ChildRegistry.reap(processID) else { return }
        if baton_wait_exited(status) != 0 {
            exit = .code(baton_wait_exit_code(status))
        } else if baton_wait_signalled(status) != 0 {
            exit = .signal(Signal(rawValue: baton_wait_signal(status)))
        }
    }
}
