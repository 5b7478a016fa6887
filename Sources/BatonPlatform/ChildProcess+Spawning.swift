// Starting a child process. What posix_spawn has no word for (to end with its parent, to begin its
// life in a cgroup) has to happen between fork and exec: shim.h of CLinux does that.
import CLinux
import Glibc

/// What to start, and with what.
package struct LaunchPlan: Sendable {
    /// Where one of the standard streams leads.
    package enum Stream: Hashable, Sendable {
        /// To where our own leads.
        case inherit
        /// Nothing to read; what is written is lost.
        case null
        /// To us, by the methods of `ChildProcess`.
        case pipe
        /// To the end of a file, made (0600) where missing. Not for input.
        case append(path: String)
        /// To an open descriptor of ours, which stays open here.
        case descriptor(Int32)
    }

    /// Which process group the child belongs to.
    package enum Group: Hashable, Sendable {
        /// Ours: it gets what the terminal sends us.
        case inherited
        /// A new one, in our session.
        case own
        /// A new one in a new session, without a terminal.
        case session
    }

    /// The file to run; see `Host.findExecutable`.
    package var executable: String
    /// What the program gets as its arguments, after its own name.
    package var arguments: [String]
    /// Each `NAME=value`; nothing else is passed on.
    package var environment: [String]
    /// Where it starts; nil is where we are.
    package var directory: String?
    package var group: Group
    package var input: Stream
    package var output: Stream
    package var errorOutput: Stream
    /// Descriptors of ours that the child gets beside its streams, by the number it gets them
    /// under (3 or more). For a lifeline: the reading end of a pipe whose writing end we keep, so
    /// that the child sees its end when we die, in whatever way.
    package var inherited: [Int32: Int32]
    /// What the kernel sends the process when the thread that started it ends, in whatever way;
    /// nil is nothing. Not for what that process starts in turn, nor for a setuid program.
    package var parentDeathSignal: Signal?
    /// Where it and whatever it starts belong; nil is where we are.
    package var controlGroup: ControlGroup?

    package init(
        executable: String, arguments: [String] = [],
        environment: [String] = Host.environment(), directory: String? = nil,
        group: Group = .own, input: Stream = .null, output: Stream = .inherit,
        errorOutput: Stream = .inherit, inherited: [Int32: Int32] = [:],
        parentDeathSignal: Signal? = nil, controlGroup: ControlGroup? = nil,
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.group = group
        self.input = input
        self.output = output
        self.errorOutput = errorOutput
        self.inherited = inherited
        self.parentDeathSignal = parentDeathSignal
        self.controlGroup = controlGroup
    }
}

extension ChildProcess {
    /// Starts a process. Calls `fork` and `execve`; a program that is missing or cannot be run is
    /// reported here. Its signals are as at a fresh start, whatever we block or ignore, and of our
    /// descriptors it gets those in the plan only.
    ///
    /// A group that cannot be joined is told from other failures by `ControlGroup.joiningCall`.
    package static func spawn(_ plan: LaunchPlan) throws(SystemError) -> ChildProcess {
        var input = try StreamEnds(plan.input, isInput: true)
        var output = try StreamEnds(plan.output, isInput: false)
        var errorOutput = try StreamEnds(plan.errorOutput, isInput: false)

        var moves: [(from: Int32, to: Int32)] = []
        if let source = input.childSide { moves.append((source, 0)) }
        if let source = output.childSide { moves.append((source, 1)) }
        if let source = errorOutput.childSide { moves.append((source, 2)) }
        for (target, source) in plan.inherited.sorted(by: { $0.key < $1.key }) {
            precondition(target >= 3, "0 to 2 are the standard streams")
            moves.append((source, target))
        }

        let processID = try start(plan, moves)
        return ChildProcess(
            processID: processID, leadsGroup: plan.group != .inherited,
            input: input.takeOurSide(), output: output.takeOurSide(),
            errorOutput: errorOutput.takeOurSide())
    }

    private static func start(
        _ plan: LaunchPlan, _ moves: [(from: Int32, to: Int32)],
    ) throws(SystemError) -> Int32 {
        // All sources go above all targets first: otherwise one move could overwrite what a
        // later one is to take. The copies close here at the end, and in the child at its exec.
        let firstFree = max(3, (moves.map(\.to).max() ?? 0) + 1)
        var copies: [Int32] = []
        defer { for copy in copies { Glibc.close(copy) } }
        for move in moves {
            let copy = fcntl(move.from, F_DUPFD_CLOEXEC, firstFree)
            guard copy >= 0 else {
                throw SystemError.last("pass on a descriptor to", plan.executable)
            }
            copies.append(copy)
        }
        let group = try plan.controlGroup?.openForJoining().release() ?? -1
        defer { if group >= 0 { Glibc.close(group) } }

        let name = Files.name(of: plan.executable)
        let path = CStringArray([plan.executable, plan.directory].compactMap(\.self))
        let arguments = CStringArray([name] + plan.arguments)
        let environment = CStringArray(plan.environment)
        let targets = moves.map(\.to)
        var failure = baton_launch_failure()
        let processID = ChildRegistry.starting {
            unsafe copies.withUnsafeBufferPointer { sources in
                unsafe targets.withUnsafeBufferPointer { targets in
                    var launch = unsafe baton_launch_plan(
                        path: path.pointers[0], arguments: arguments.pointers,
                        environment: environment.pointers,
                        directory: plan.directory == nil ? nil : path.pointers[1],
                        sources: sources.baseAddress, targets: targets.baseAddress,
                        count: Int32(sources.count),
                        is_group_leader: plan.group == .own ? 1 : 0,
                        is_session_leader: plan.group == .session ? 1 : 0,
                        death_signal: plan.parentDeathSignal?.rawValue ?? 0,
                        cgroup: group)
                    return unsafe baton_launch(&launch, &failure)
                }
            }
        }
        guard processID > 0 else { throw error(failure, plan) }
        return processID
    }

    private static func error(
        _ failure: baton_launch_failure, _ plan: LaunchPlan,
    ) -> SystemError {
        switch failure.step {
        case Int32(BATON_STEP_CGROUP):
            SystemError(
                code: failure.code, call: ControlGroup.joiningCall,
                path: plan.controlGroup?.path ?? "")
        case Int32(BATON_STEP_DIRECTORY):
            SystemError(
                code: failure.code, call: "enter the directory", path: plan.directory ?? "")
        default:
            SystemError(code: failure.code, call: "start", path: plan.executable)
        }
    }
}

/// The two sides of one standard stream of a child to be.
private struct StreamEnds: ~Copyable {
    /// What the child is to get; nil leaves the number as it is here.
    private(set) var childSide: Int32?
    private var ourSide: Descriptor?
    /// Kept open until the child has its copy.
    private var opened: Descriptor?

    init(_ stream: LaunchPlan.Stream, isInput: Bool) throws(SystemError) {
        childSide = nil
        ourSide = nil
        opened = nil
        switch stream {
        case .inherit: return
        case .null: opened = try Descriptor.open("/dev/null", isInput ? O_RDONLY : O_WRONLY)
        case .append(let path):
            precondition(!isInput, "a file to append to is no input")
            opened = try Files.openForAppending(path, mode: 0o600)
        case .descriptor(let number):
            childSide = number
            return
        case .pipe:
            var pipe = try Descriptor.pipe()
            if isInput {
                opened = pipe.takeReading()
                let end = pipe.takeWriting()
                try end.setNonBlocking()
                ourSide = consume end
            } else {
                opened = pipe.takeWriting()
                let end = pipe.takeReading()
                try end.setNonBlocking()
                ourSide = consume end
            }
        }
        childSide = opened?.rawValue
    }

    mutating func takeOurSide() -> Descriptor? { ourSide.take() }
}

/// Strings as C wants them for `exec`: an array of pointers that ends with a null.
@safe
private final class CStringArray {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        unsafe pointers = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() { unsafe pointers[index] = strdup(string) }
        unsafe pointers[count] = nil
    }

    deinit {
        for index in 0..<count { unsafe free(pointers[index]) }
        unsafe pointers.deallocate()
    }
}
