// What an operator may set about the supervisor: the member `supervisor` of `<home>/limits.json`
// (Protocols/supervision.md). One table serves reading and showing.
import BatonPlatform
package import JSON

/// The settings of one supervisor.
package struct SupervisorSettings: Sendable, Hashable {
    package var limits = Supervision.Limits()
    package var logs = LogLimits()
    /// Whether processes are kept in a cgroup where one can be made.
    package var usesControlGroup = true

    package init() {}

    /// One number: its name with the unit as ending, its range, and where it lives.
    private struct Setting: Sendable {
        let name: String
        let range: ClosedRange<Int64>
        let read: @Sendable (SupervisorSettings) -> Int64
        let write: @Sendable (inout SupervisorSettings, Int64) -> Void

        /// In milliseconds, at most a day: nobody waits longer for a process.
        static func duration(
            _ name: String, from least: Int64,
            _ path: any WritableKeyPath<SupervisorSettings, Duration> & Sendable
        ) -> Setting {
            Setting(
                name: name, range: least...86_400_000,
                read: { Int64($0[keyPath: path] / .milliseconds(1)) },
                write: { $0[keyPath: path] = .milliseconds($1) })
        }

        static func count(
            _ name: String, _ range: ClosedRange<Int64>,
            _ path: any WritableKeyPath<SupervisorSettings, Int> & Sendable
        ) -> Setting {
            Setting(
                name: name, range: range, read: { Int64($0[keyPath: path]) },
                write: { $0[keyPath: path] = Int($1) })
        }
    }

    private static let all: [Setting] = [
        .duration("backoff_ms", from: 10, \.limits.backoffFirst),
        .duration("backoff_cap_ms", from: 10, \.limits.backoffLongest),
        .duration("healthy_ms", from: 100, \.limits.healthyAfter),
        .count("crash_loop_ends", 1...1_000, \.limits.crashLoopEnds),
        .duration("crash_loop_window_ms", from: 100, \.limits.crashLoopWindow),
        .duration("agent_grace_ms", from: 100, \.limits.agentDrain),
        .duration("broker_grace_ms", from: 1_000, \.limits.brokerDrain),
        .duration("connect_ms", from: 1_000, \.limits.connectWait),
        .duration("absent_ms", from: 1_000, \.limits.absentWait),
        .count("hangs_max", 1...1_000, \.limits.hangsMax),
        .count("log_file_bytes", 4_096...1 << 30, \.logs.fileBytes),
        .count("log_files", 1...100, \.logs.files),
        .count("log_bytes_per_second", 1_024...1 << 30, \.logs.bytesPerSecond),
    ]
    private static let controlGroupName = "cgroup"

    /// The settings of a home; those that it does not name are as they are by default.
    package static func read(_ home: Home) throws(SettingFaults) -> SupervisorSettings {
        do {
            guard try Files.exists(home.limitsFile) else { return SupervisorSettings() }
            let document = try JSONValue(
                parsing: Files.read(home.limitsFile, bytesMax: 1 << 16))
            guard let member = document["supervisor"] else { return SupervisorSettings() }
            return try reading(member)
        } catch let faults as SettingFaults {
            throw SettingFaults(faults.faults, file: home.limitsFile)
        } catch {
            throw SettingFaults(["\(error)"], file: home.limitsFile)
        }
    }

    /// The settings that a JSON object makes. Every mistake at once.
    package static func reading(_ json: JSONValue) throws(SettingFaults) -> SupervisorSettings {
        guard let object = json.objectValue else {
            throw SettingFaults(["supervisor is no JSON object"])
        }
        var settings = SupervisorSettings()
        var faults: [String] = []
        for (name, value) in object.members {
            if name == controlGroupName {
                if let isWanted = value.boolValue {
                    settings.usesControlGroup = isWanted
                } else {
                    faults.append("supervisor.\(name) of \(value.encodedText) is not true or false")
                }
                continue
            }
            guard let setting = all.first(where: { $0.name == name }) else {
                let names = all.map(\.name) + [controlGroupName]
                faults.append(
                    "supervisor.\(name) is no setting; there are " + names.joined(separator: ", "))
                continue
            }
            guard let number = value.integerValue, setting.range.contains(number) else {
                faults.append(
                    "supervisor.\(name) of \(value.encodedText) is not between "
                        + "\(setting.range.lowerBound) and \(setting.range.upperBound)")
                continue
            }
            setting.write(&settings, number)
        }
        guard faults.isEmpty else { throw SettingFaults(faults) }
        return settings
    }

    /// Those in force, by their names.
    package var json: JSONValue {
        var object = JSONObject(Self.all.map { ($0.name, .integer($0.read(self))) })
        object[Self.controlGroupName] = .bool(usesControlGroup)
        return .object(object)
    }
}

/// Everything that is wrong with the settings of a supervisor.
package struct SettingFaults: Error, Hashable, Sendable, CustomStringConvertible {
    package let faults: [String]
    private let file: String?

    init(_ faults: [String], file: String? = nil) {
        self.faults = faults
        self.file = file
    }

    package var description: String {
        (file.map { "\($0): " } ?? "") + faults.joined(separator: "; ")
    }
}
