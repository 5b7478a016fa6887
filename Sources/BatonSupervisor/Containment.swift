// What keeps the processes of one home together, so that none is forgotten
// (Protocols/supervision.md §3). In force always: each child leads a process group; orphans are
// adopted; each process bears a mark in its environment. And where this user may make one, a cgroup
// for each child.
package import BatonPlatform
import Crypto
import JSON

/// Finds and ends what children leave behind. It belongs to one thread.
package final class Containment {
    /// What is in force beside groups, adoption and marks.
    package enum Kind: Sendable, Hashable {
        /// All processes are in groups below this one.
        case controlGroup(String)
        /// There is no cgroup, and why.
        case marks(String)
    }

    /// Inherited by whatever a child starts: `NAME@HOME`.
    private static let variable = "BATON_SUPERVISED"

    private let home: String
    private var group: ControlGroup?
    /// Why there is no cgroup.
    private var reason = "not made yet"

    init(_ home: Home) { self.home = Self.mark(of: home) }

    /// Makes the cgroup, if this user may. Only when nothing of an earlier run is left: that is
    /// removed with the cgroup it was in, which may be the same.
    func makeGroup() {
        do throws(SystemError) {
            let own = try ControlGroup.own()
            let made = try own.makeGroup(Self.groupName(of: home))
            if made.isUsable(from: own) {
                group = made
            } else {
                made.remove()
                reason = "\(made.path) cannot be used by this user"
            }
        } catch {
            reason = "\(error)"
        }
    }

    /// Leaves cgroups alone, by the operator's wish.
    func refuseGroup(_ reason: String) { self.reason = reason }

    package var kind: Kind { group.map { .controlGroup($0.path) } ?? .marks(reason) }

    /// The home as it stands in marks, whatever links lead there.
    private static func mark(of home: Home) -> String {
        // A home that cannot be resolved has no processes but those that name it as it is.
        (try? Files.realPath(home.path)) ?? home.path
    }

    private static func groupName(of home: String) -> String {
        "baton-" + Hex.encode(SHA256.hash([UInt8](home.utf8)).bytes.prefix(8))
    }

    // MARK: Starting

    /// The environment entry of a child, by which what it starts is known again.
    func entry(for name: ChildName) -> String { "\(Self.variable)=\(name.mark)@\(home)" }

    /// The entry of a program of the supervisor's own.
    func entry(forHook name: String) -> String { "\(Self.variable)=\(name)@\(home)" }

    /// The group that a child is to be started in.
    func group(for name: ChildName) -> ControlGroup? {
        do throws(SystemError) {
            return try group?.makeGroup("\(name)")
        } catch {
            giveUpGroups(error)
            return nil
        }
    }

    /// No child could be put into its group: from now on the other means have to do.
    func giveUpGroups(_ error: SystemError) {
        group?.remove()
        group = nil
        reason = "\(error)"
    }

    // MARK: Ending

    /// Kills what a child has left behind, after its own end; what was killed.
    /// - Parameter isLast: no other agent runs, so that what cannot be assigned is its as well.
    func endStrays(of name: ChildName, isLast: Bool) -> [ProcessFacts] {
        var killed: [ProcessFacts] = []
        if let group {
            let own = ControlGroup(path: "\(group.path)/\(name)")
            killed += Self.kill(own)
            own.remove()
        }
        let wanted = "\(name.mark)@\(home)"
        killed += ProcessMark(Self.variable) { $0 == wanted }.kill()
        if isLast {
            let marked = Self.marks(of: home)
            killed += Orphans.kill { !marked.isBorne(by: $0.processID) }
        }
        Orphans.reap()
        return killed
    }

    /// Kills everything that is left, when all children have ended; what was killed.
    func endAll() -> [ProcessFacts] {
        var killed: [ProcessFacts] = []
        if let group {
            killed += Self.kill(group)
            group.remove()
        }
        killed += Self.marks(of: home).kill()
        killed += Orphans.kill()
        return killed
    }

    static func kill(_ group: ControlGroup) -> [ProcessFacts] {
        let members = group.members().compactMap { ProcessFacts.read($0) }
            .filter { !$0.hasEnded }
        if members.contains(where: { $0.processID == Host.processID }) {
            // A command that an agent runs is in the agent's group itself.
            for facts in members where facts.processID != Host.processID {
                facts.recorded.signal(.kill)
            }
        } else {
            // One that cannot be killed this way is found by its mark.
            try? group.kill()
        }
        return members.filter { $0.processID != Host.processID }
    }

    // MARK: Finding

    private static func marks(of home: String) -> ProcessMark {
        ProcessMark(variable) { isMark($0, of: home) }
    }

    /// Whether a mark's value names this home. No name has an `@`; a path may.
    static func isMark(_ value: Substring, of home: String) -> Bool {
        guard let at = value.firstIndex(of: "@") else { return false }
        return value[value.index(after: at)...] == home
    }

    /// Every process that was started for a home by whatever supervisor, by its mark.
    package static func marks(of home: Home) -> ProcessMark { marks(of: mark(of: home)) }

    /// The group on record, if it is one of this home: never anybody else's.
    static func recordedGroup(_ kind: Kind, of home: Home) -> ControlGroup? {
        guard case .controlGroup(let path) = kind,
            Files.name(of: path) == groupName(of: mark(of: home))
        else { return nil }
        return ControlGroup(path: path)
    }
}

extension Containment.Kind {
    var json: JSONValue {
        switch self {
        case .controlGroup(let path): ["kind": "cgroup", "path": .string(path)]
        case .marks(let reason): ["kind": "marks", "reason": .string(reason)]
        }
    }

    init(json: JSONValue?) {
        if let path = json?["path"]?.stringValue {
            self = .controlGroup(path)
        } else {
            self = .marks(json?["reason"]?.stringValue ?? "")
        }
    }

    /// For people.
    package var text: String {
        switch self {
        case .controlGroup(let path): "process groups, adoption, marks and the cgroup \(path)"
        case .marks(let reason):
            "process groups, adoption and marks; no cgroup"
                + (reason.isEmpty ? "" : " (\(reason))")
        }
    }
}

extension ChildName {
    /// As it stands in marks: no two children share one.
    var mark: String {
        switch self {
        case .broker: "broker"
        case .agent(let agent, let instance): "agent/\(agent)/\(instance)"
        }
    }
}
