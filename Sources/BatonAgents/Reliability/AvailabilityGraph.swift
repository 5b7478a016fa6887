// The probability that everything a request needs is up at once.
//
// Multiplying paths overstates a system whose branches share a component. The shared components are
// conditioned on instead: for each combination of their states the rest is independent and exact.

package import JSON

/// The dependencies of a service as a structure function.
package struct AvailabilityGraph: Sendable {
    /// Combinations of shared components are enumerated; beyond this many the answer is refused.
    package static let sharedMax = 16

    /// How a dependency counts, and why.
    package enum Role: Sendable, Hashable {
        case hard
        case member(group: String)
        /// Its outage does not take the service down.
        case free
    }

    /// One dependency, as far as availability is concerned.
    package struct Part: Sendable {
        package let name: String
        package let availability: Double?
        package let role: Role
        package let reason: String
        let shares: [String]
        let need: Int?
    }

    package let parts: [Part]
    private let unstated: Double?

    /// Reads `/inputs/dependencies`.
    /// - Parameters:
    ///   - deadline: the latency objective in seconds; a soft dependency that may take longer
    ///     counts.
    ///   - outage: how long an outage may last, in seconds; a cache that goes stale sooner counts.
    ///   - unstated: the availability taken for parts that state none.
    package init?(
        _ dependencies: JSONValue, deadline: Double?, outage: Double?, unstated: Double?
    ) {
        guard let list = dependencies.arrayValue else { return nil }
        // The same dependency listed twice is one dependency; differing figures never get this far.
        var names: Set<String> = []
        parts = list.enumerated().map { index, item in
            let part = Self.part(item, index: index, deadline: deadline, outage: outage)
            guard !names.insert(part.name).inserted else { return part }
            return Part(
                name: part.name, availability: part.availability, role: .free,
                reason: "listed before", shares: [], need: nil)
        }
        self.unstated = unstated
    }

    /// The names of needed parts without an availability.
    package var withoutFigure: [String] {
        parts.filter { $0.role != .free && $0.availability == nil }.map(\.name)
    }

    /// Shared components that are not among the dependencies, so that nothing is known about them.
    package var unknownShares: [String] {
        var names: [String] = []
        for part in parts where part.role != .free {
            for name in part.shares
            where !parts.contains(where: { $0.name == name }) && !names.contains(name) {
                names.append(name)
            }
        }
        return names
    }

    /// The probability that the graph is up; parts without a figure count as always up unless
    /// `unstated` was given, so the result is then an upper bound.
    package func probability() -> Double? {
        let counted = parts.filter { $0.role != .free }
        var shared: [String] = []
        for part in counted {
            for name in part.shares where !shared.contains(name) {
                if parts.contains(where: { $0.name == name }) { shared.append(name) }
            }
        }
        guard shared.count <= Self.sharedMax else { return nil }
        var total = 0.0
        for state in 0..<(1 << shared.count) {
            var weight = 1.0
            var down: Set<String> = []
            for (bit, name) in shared.enumerated() {
                let up = value(of: name)
                if state >> bit & 1 == 1 {
                    weight *= up
                } else {
                    weight *= 1 - up
                    down.insert(name)
                }
            }
            guard weight > 0 else { continue }
            guard let given = conditional(counted, shared: shared, down: down) else { return nil }
            total += weight * given
        }
        return total
    }

    private func value(of name: String) -> Double {
        let part = parts.first { $0.name == name }
        return part?.availability ?? unstated ?? 1
    }

    /// The probability for one combination of shared states.
    private func conditional(
        _ counted: [Part], shared: [String], down: Set<String>
    ) -> Double? {
        var result = 1.0
        var groups: [(name: String, need: Int?, members: [Double])] = []
        for part in counted {
            var up = part.availability ?? unstated ?? 1
            if shared.contains(part.name) { up = down.contains(part.name) ? 0 : 1 }
            if part.shares.contains(where: { down.contains($0) }) { up = 0 }
            switch part.role {
            case .free: continue
            case .hard: result *= up
            case .member(let group):
                if let at = groups.firstIndex(where: { $0.name == group }) {
                    groups[at].members.append(up)
                    groups[at].need = groups[at].need ?? part.need
                } else {
                    groups.append((group, part.need, [up]))
                }
            }
        }
        for group in groups {
            guard let up = Self.atLeast(group.need ?? 1, of: group.members) else { return nil }
            result *= up
        }
        return result
    }

    /// The probability that at least `need` of independent parts are up.
    package static func atLeast(_ need: Int, of probabilities: [Double]) -> Double? {
        guard need >= 1, need <= probabilities.count else { return nil }
        var exactly = [1.0] + Array(repeating: 0.0, count: probabilities.count)
        for (index, up) in probabilities.enumerated() {
            for count in stride(from: index + 1, through: 1, by: -1) {
                exactly[count] = exactly[count] * (1 - up) + exactly[count - 1] * up
            }
            exactly[0] *= 1 - up
        }
        return exactly[need...].reversed().reduce(0, +)
    }

    private static func part(
        _ item: JSONValue, index: Int, deadline: Double?, outage: Double?
    ) -> Part {
        let name = item["name"]?.stringValue ?? "dependency \(index + 1)"
        let maintenance = share(of: item["maintenance"])
        let availability = Evidence.number(item["availability"]).map { $0 * (1 - maintenance) }
        let (role, reason) = role(of: item, name: name, deadline: deadline, outage: outage)
        return Part(
            name: name, availability: availability, role: role, reason: reason,
            shares: (item["shares"]?.arrayValue ?? []).compactMap(\.stringValue),
            need: Evidence.number(item["need"]).map { Int($0) })
    }

    /// The part of the time that announced maintenance takes.
    private static func share(of maintenance: JSONValue?) -> Double {
        guard let length = Evidence.number(maintenance?["for"]),
            let every = Evidence.number(maintenance?["every"]), every > 0
        else { return 0 }
        return min(1, length / every)
    }

    private static func role(
        of item: JSONValue, name: String, deadline: Double?, outage: Double?
    ) -> (Role, String) {
        switch item["kind"]?.stringValue ?? "hard" {
        case "redundant":
            let group = item["group"]?.stringValue ?? name
            return (.member(group: group), "one of group \(group)")
        case "soft":
            if let timeout = Evidence.number(item["timeout"]), let deadline, timeout > deadline {
                return (.hard, "soft, but its timeout is longer than the latency objective")
            }
            return (.free, "soft: the request succeeds without it")
        case "cached":
            guard let stale = Evidence.number(item["stale_ok"]) else {
                return (.hard, "cached, but how stale an answer may be is not stated")
            }
            let longest = max(outage ?? 0, Evidence.number(item["maintenance"]?["for"]) ?? 0)
            if stale < longest {
                return (.hard, "cached, but an outage may outlast the cache")
            }
            return (.free, "cached: stale answers serve for \(Shown.duration(stale, .down))")
        default:
            return (.hard, "hard: no request succeeds without it")
        }
    }
}
