// The library of fault.c, built when it is needed, and what it is told.
import BatonPlatform

/// Stands between one broker and its files.
package struct FaultShim: Sendable {
    /// A call that is to fail.
    package struct Fault: Sendable, Hashable, CustomStringConvertible {
        package enum Call: String, Sendable { case write, sync }
        package enum Kind: String, Sendable, CaseIterable {
            case inputOutput = "EIO"
            case noSpace = "ENOSPC"
            case readOnly = "EROFS"
            /// Writes half of what it was given, and says so.
            case short = "SHORT"
            /// Reports success and does nothing.
            case lie = "LIE"
        }

        package var call: Call
        package var kind: Kind
        /// Counted from 1, over the files whose path contains `path`.
        package var number: Int
        /// All calls from that one on.
        package var isLasting = false
        package var path = "journal.db"

        package init(
            _ call: Call, _ kind: Kind, number: Int, isLasting: Bool = false,
            path: String = "journal.db"
        ) {
            self.call = call
            self.kind = kind
            self.number = number
            self.isLasting = isLasting
            self.path = path
        }

        package var description: String {
            "\(call.rawValue):\(kind.rawValue):\(number)\(isLasting ? "+" : ""):\(path)"
        }
    }

    /// The library's file.
    private let library: String
    /// The folder whose files are watched.
    package let root: String
    /// The order of calls, by all processes that were started with it.
    package let log: String
    /// Images of the files as a loss of power would leave them.
    package let shadow: String

    /// Builds the library in a folder with the machine's C compiler, the one that comes with the
    /// Swift toolchain if there is no other.
    package init(root: String, in folder: String) throws {
        self.root = root
        library = "\(folder)/fault.so"
        log = "\(folder)/fault.log"
        shadow = "\(folder)/shadow"
        try Files.makeDirectory(shadow, mode: 0o700)
        let source = "\(folder)/fault.c"
        try Files.writeAtomically(PackageResources.fault_c, to: source)
        guard let compiler = Host.findExecutable("cc") ?? Host.findExecutable("clang") else {
            throw Violation("there is neither cc nor clang to build \(source) with")
        }
        let process = try ChildProcess.spawn(
            LaunchPlan(
                executable: compiler,
                arguments: [
                    "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl", "-lpthread",
                ]))
        guard process.waitForExit().isSuccess else {
            throw Violation("\(compiler) could not build \(source)")
        }
    }

    /// What to put into the environment of the process to watch.
    package func environment(_ fault: Fault? = nil, pauseMilliseconds: Int = 0) -> [String] {
        var lines = [
            "LD_PRELOAD=\(library)", "BATON_FAULT_ROOT=\(root)", "BATON_FAULT_LOG=\(log)",
            "BATON_FAULT_SHADOW=\(shadow)", "BATON_FAULT_PAUSE_MS=\(pauseMilliseconds)",
        ]
        if let fault { lines.append("BATON_FAULT=\(fault)") }
        return lines
    }

    /// What the last processes did, in order.
    package func order() throws -> FaultOrder {
        let bytes = try Files.read(log, bytesMax: 1 << 30)
        return FaultOrder(String(decoding: bytes, as: UTF8.self))
    }

    /// Begins a new log.
    package func forgetOrder() throws {
        if try Files.exists(log) { try Files.remove(log) }
    }
}
