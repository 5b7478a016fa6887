// A cgroup (version 2): the one thing that no descendant of a process can leave by itself, neither
// by setsid nor by outliving its parent. Used where this user may make one, and nowhere required.
import CLinux
import Glibc

/// A group of processes, a directory of the kernel's. See cgroups(7).
package struct ControlGroup: Sendable, Hashable {
    /// Where it is, from the root.
    package let path: String

    /// What cannot be done, in the error of a start that could not join its group.
    package static let joiningCall = "join the cgroup"

    /// A group known by its path; it need not be there.
    package init(path: String) { self.path = path }

    /// The group that this process belongs to. Fails where there is no such hierarchy.
    package static func own() throws(SystemError) -> ControlGroup {
        let memberships = try text("/proc/self/cgroup").split(separator: "\n")
        guard let line = memberships.first(where: { $0.hasPrefix("0::") }) else {
            throw SystemError(code: ENOENT, call: "find a cgroup version 2")
        }
        let inside = String(line.dropFirst(3))
        for line in try text("/proc/self/mountinfo").split(separator: "\n") {
            if let path = location(of: inside, mount: line) { return ControlGroup(path: path) }
        }
        throw SystemError(code: ENOENT, call: "find a mounted cgroup version 2")
    }

    /// A group below this one. It is made if this user may: EACCES and EROFS say not.
    package func makeGroup(_ name: String) throws(SystemError) -> ControlGroup {
        precondition(!name.contains("/"), "\(name) is no name")
        let group = ControlGroup(path: "\(path)/\(name)")
        if unsafe mkdir(group.path, 0o755) != 0, errno != EEXIST {
            throw SystemError.last("make the cgroup", group.path)
        }
        return group
    }

    /// Whether processes of another group can be started in this one and killed together.
    package func isUsable(from own: ControlGroup) -> Bool {
        // Who moves a process needs to be allowed to write where both have their root.
        let files = ["\(path)/cgroup.procs", "\(path)/cgroup.kill", "\(own.path)/cgroup.procs"]
        return files.allSatisfy { unsafe access($0, W_OK) == 0 }
    }

    /// To be given to a child that is about to join.
    func openForJoining() throws(SystemError) -> Descriptor {
        try Descriptor.open(path + "/cgroup.procs", O_WRONLY, call: Self.joiningCall)
    }

    /// The processes in it and in the groups below it; none when it is not there.
    package func members() -> [Int32] {
        // A group that cannot be read has nothing that could be ended by it.
        let own = (try? Self.text(path + "/cgroup.procs")) ?? ""
        let numbers = own.split(separator: "\n").compactMap { Int32($0) }
        return numbers + groups().flatMap { $0.members() }
    }

    /// Kills every process in it and below, those that are started at this moment too. Writes
    /// `cgroup.kill`.
    package func kill() throws(SystemError) {
        do throws(SystemError) {
            try Descriptor.open(path + "/cgroup.kill", O_WRONLY).writeAll([UInt8(ascii: "1")])
        } catch {
            if error.isNotFound { return }
            throw SystemError(code: error.code, call: "kill the cgroup", path: path)
        }
    }

    /// Removes it and what is below, as far as nothing lives there.
    package func remove() {
        for group in groups() { group.remove() }
        // One that is still occupied is left to the next time.
        _ = unsafe rmdir(path)
    }

    private func groups() -> [ControlGroup] {
        // Not there: nothing below it either.
        let names = (try? Files.list(path)) ?? []
        return names.map { ControlGroup(path: "\(path)/\($0)") }.filter { group in
            (try? Files.status(of: group.path))??.kind == .directory
        }
    }

    private static func text(_ path: String) throws(SystemError) -> String {
        String(decoding: try Files.read(path, bytesMax: 1 << 20), as: UTF8.self)
    }

    /// Where a group lies in the file system, if this line of mountinfo(5) mounts its hierarchy:
    /// `ID PARENT DEVICE ROOT MOUNTPOINT OPTIONS … - TYPE SOURCE OPTIONS`.
    static func location(of inside: String, mount line: Substring) -> String? {
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 1,
            fields[dash + 1] == "cgroup2"
        else { return nil }
        let root = fields[3]
        let point = String(fields[4])
        if root == "/" { return inside == "/" ? point : point + inside }
        guard inside == root || inside.hasPrefix(root + "/") else { return nil }
        return point + inside.dropFirst(root.utf8.count)
    }
}
