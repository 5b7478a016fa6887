// Facts about the machine, the user and this process.
import CLinux
import Glibc

/// What this process can learn about where it runs.
package enum Host {
    /// A variable of the environment; nil when unset.
    package static func environment(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// All variables, as `NAME=value`, in the order the system keeps them.
    package static func environment() -> [String] {
        var lines: [String] = []
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            lines.append(unsafe String(cString: text))
            unsafe entry += 1
        }
        return lines
    }

    /// The number of this process.
    package static var processID: Int32 { getpid() }

    /// Names the time since the machine was started; empty where the kernel does not say.
    package static func bootID() -> String {
        let bytes = (try? Files.read("/proc/sys/kernel/random/boot_id", bytesMax: 256)) ?? []
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// The user this process acts as.
    package static var userID: UInt32 { geteuid() }

    /// The user's name; the number in digits when the system knows no name for it.
    package static func userName(of userID: UInt32 = geteuid()) -> String {
        var record = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 1 << 14)
        let code = unsafe getpwuid_r(userID, &record, &buffer, buffer.count, &found)
        guard code == 0, let entry = unsafe found else { return String(userID) }
        return unsafe String(cString: entry.pointee.pw_name)
    }

    /// The machine's name.
    package static func name() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(
            decoding: buffer.prefix(while: { $0 != 0 }).map { UInt8(bitPattern: $0) },
            as: UTF8.self)
    }

    /// Where the running program's file is. Reads `/proc/self/exe`.
    package static func executablePath() throws(SystemError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw SystemError.last("read", "/proc/self/exe") }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Where a program named in a file is looked for: names with a slash count from that file's
    /// folder, wherever we are ourselves; others are left for `PATH`.
    package static func programPath(_ name: String, in folder: String) -> String {
        guard name.contains("/"), !name.hasPrefix("/") else { return name }
        let plain = name.hasPrefix("./") ? String(name.dropFirst(2)) : name
        return folder == "." ? "./\(plain)" : "\(folder)/\(plain)"
    }

    /// The file a command name stands for: as the shell looks it up in `PATH`.
    package static func findExecutable(
        _ name: String, searching path: String? = environment("PATH"),
    ) -> String? {
        let candidates =
            name.contains("/")
            ? [name]
            : (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }
        return candidates.first { candidate in
            let status = try? Files.status(of: candidate)
            return unsafe status?.kind == .file && access(candidate, X_OK) == 0
        }
    }
}

/// What a terminal is like, if there is one.
package enum Terminal {
    /// Whether a descriptor is a terminal: 0, 1 and 2 are the standard streams.
    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Columns and rows; nil when the descriptor is no terminal or does not say.
    package static func size(of descriptor: Int32 = 1) -> (columns: Int, rows: Int)? {
        var columns: Int32 = 0
        var rows: Int32 = 0
        guard unsafe baton_window_size(descriptor, &columns, &rows) == 0, columns > 0 else {
            return nil
        }
        return (Int(columns), Int(rows))
    }
}
