// The probability that everything a request needs is up at once.
//
// Multiplying paths overstates a system whose branches share a component. The shared components are
// conditioned on instead: for each combination of their states the rest is independent and exact.
// Retries do not appear: against an outage they are no second chance.

import Arithmetic
package import JSON

/// The dependencies of a service as a structure function.
package struct AvailabilityGraph: Sendable {
    /// Shared components whose combinations are enumerated: 2¹⁶ of them take a moment.
    package static let sharedMax = 16
    /// Components that a decision diagram may ask about; more are a mistake in the brief.
    package static let componentsMax = 256

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
    ///   - remaining: what other calls beside it leave of the deadline to each soft dependency in
    ///     turn, in seconds; empty where each has the whole deadline.
    ///   - outage: how long an outage may last, in seconds; a cache that goes stale sooner counts.
    ///   - unstated: the availability taken for parts that state none.
    package init?(
        _ dependencies: JSONValue, deadline: Double?, remaining: [Double] = [], outage: Double?,
        unstated: Double?
    ) {
        guard let list = dependencies.arrayValue else { return nil }
        let soft = list.indices.filter { SoftCall.isSoft(list[$0]) }
        guard remaining.isEmpty || remaining.count == soft.count else { return nil }
        var limits: [Int: Double] = [:]
        for (index, left) in zip(soft, remaining) { limits[index] = left }
        // The same dependency listed twice is one dependency; differing figures never get this far.
        var names: Set<String> = []
        parts = list.enumerated().map { index, item in
            let part = Self.part(
                item, index: index, deadline: deadline, left: limits[index], outage: outage)
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
    /// `unstated` was given, so the result is then an upper bound. Up to `sharedMax` shared
    /// components are enumerated, more are left to a decision diagram.
    /// - Parameters:
    ///   - name: a component to try another availability for; its maintenance is then included.
    ///   - value: that availability, 0..1.
    package func probability(setting name: String? = nil, to value: Double = 1) -> Double? {
        let model = model(setting: name, to: value)
        return model.shared.count <= Self.sharedMax
            ? enumerated(model) : diagrammed(model)
    }

    /// The same by the decision diagram, however few components are shared: a second way to the
    /// same figure, against which the first is tested.
    package func probabilityByDiagram() -> Double? { diagrammed(model(setting: nil, to: 1)) }

    /// The availability that the dependency `name` would need, all else unchanged, for `target`
    /// together with the service's own availability; nil when it alone cannot reach it.
    package func needed(of name: String, for target: Double, own: Double) -> Double? {
        guard own > 0, let down = probability(setting: name, to: 0),
            let up = probability(setting: name, to: 1), up > down
        else { return nil }
        let value = (target / own - down) / (up - down)
        return value <= 1 ? max(0, value) : nil
    }

    // MARK: components

    /// The graph in numbers: parts by their position.
    private struct Model {
        /// The probability of each part to be up by itself.
        var up: [Double]
        /// What each part needs, itself excluded: its shares, theirs, and so on.
        var needs: [[Int]]
        /// Positions of the parts that count.
        var counted: [Int]
        /// Positions of what more than itself needs, in the order of first use.
        var shared: [Int]
        /// Members of each group, in the order of first use.
        var groups: [(name: String, need: Int, members: [Int])]
    }

    private func model(setting name: String?, to value: Double) -> Model {
        var positions: [String: Int] = [:]
        for (index, part) in parts.enumerated() where positions[part.name] == nil {
            positions[part.name] = index
        }
        var up = parts.map { $0.availability ?? unstated ?? 1 }
        if let name, let index = positions[name] { up[index] = value }
        let direct = parts.map { $0.shares.compactMap { positions[$0] } }
        let needs = parts.indices.map { Self.reached(from: $0, direct) }
        let counted = parts.indices.filter { parts[$0].role != .free }
        var shared: [Int] = []
        var groups: [(name: String, need: Int?, members: [Int])] = []
        for index in counted {
            for other in needs[index] where !shared.contains(other) { shared.append(other) }
            guard case .member(let group) = parts[index].role else { continue }
            if let at = groups.firstIndex(where: { $0.name == group }) {
                groups[at].members.append(index)
                groups[at].need = groups[at].need ?? parts[index].need
            } else {
                groups.append((group, parts[index].need, [index]))
            }
        }
        return Model(
            up: up, needs: needs, counted: counted, shared: shared,
            groups: groups.map { ($0.name, $0.need ?? 1, $0.members) })
    }

    /// Everything that `start` shares, directly or through what it shares; circles end.
    private static func reached(from start: Int, _ direct: [[Int]]) -> [Int] {
        var found: [Int] = []
        var open = direct[start]
        while let next = open.first {
            open.removeFirst()
            guard next != start, !found.contains(next) else { continue }
            found.append(next)
            open += direct[next]
        }
        return found
    }

    // MARK: enumeration

    /// Total probability over the states of the shared components.
    private func enumerated(_ model: Model) -> Double? {
        var bits: [Int: Int] = [:]
        for (bit, index) in model.shared.enumerated() { bits[index] = 1 << bit }
        // What must be up among the shared, itself included where it is shared.
        let masks = parts.indices.map { index in
            (model.needs[index] + [index]).reduce(0) { $0 | (bits[$1] ?? 0) }
        }
        let own = parts.indices.map { bits[$0] == nil ? model.up[$0] : 1 }
        var total = 0.0
        for state in 0..<(1 << model.shared.count) {
            var weight = 1.0
            for (bit, index) in model.shared.enumerated() {
                weight *= state >> bit & 1 == 1 ? model.up[index] : 1 - model.up[index]
            }
            guard weight > 0 else { continue }
            func up(_ index: Int) -> Double {
                state & masks[index] == masks[index] ? own[index] : 0
            }
            var given = 1.0
            for index in model.counted where parts[index].role == .hard { given *= up(index) }
            for group in model.groups {
                guard let reached = Self.atLeast(group.need, of: group.members.map(up)) else {
                    return nil
                }
                given *= reached
            }
            total += weight * given
        }
        return total
    }

    // MARK: decision diagram

    private func diagrammed(_ model: Model) -> Double? {
        for group in model.groups where group.need < 1 || group.need > group.members.count {
            return nil
        }
        // What every request needs is up in every good state: a factor, and no question any more.
        var settled: Set<Int> = []
        for index in model.counted where parts[index].role == .hard {
            settled.formUnion(model.needs[index] + [index])
        }
        let factor = settled.sorted().reduce(1.0) { $0 * model.up[$1] }
        // Components of a group stand together, what its members share first: small diagrams.
        var numbers: [Int: Int] = [:]
        var up: [Double] = []
        for index in model.groups.flatMap(\.members) {
            for component in model.needs[index] + [index]
            where !settled.contains(component) && numbers[component] == nil {
                numbers[component] = up.count
                up.append(model.up[component])
            }
        }
        guard up.count <= Self.componentsMax else { return nil }
        var diagram = DecisionDiagram()
        var all = DecisionDiagram.always
        for group in model.groups.reversed() {
            let members = group.members.map { index in
                (model.needs[index] + [index]).compactMap { numbers[$0] }.sorted().reversed()
                    .reduce(DecisionDiagram.always) { reached, component in
                        let isUp = diagram.isUp(component)
                        return diagram.both(isUp, reached)
                    }
            }
            let enough = diagram.atLeast(group.need, of: members)
            all = diagram.both(enough, all)
        }
        return diagram.probability(of: all, up: up).map { $0 * factor }
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
        _ item: JSONValue, index: Int, deadline: Double?, left: Double?, outage: Double?
    ) -> Part {
        let name = PacketView.name(ofDependency: item, at: index)
        let maintenance = share(of: item["maintenance"])
        let availability = Evidence.number(item["availability"]).map { $0 * (1 - maintenance) }
        let (role, reason) = role(
            of: item, name: name, deadline: deadline, left: left, outage: outage)
        return Part(
            name: name, availability: availability, role: role, reason: reason,
            shares: (item["shares"]?.arrayValue ?? []).compactMap(\.stringValue),
            need: Evidence.number(item["need"]).map { Int(min(max($0, 0), 1_000_000)) })
    }

    /// The part of the time that announced maintenance takes.
    private static func share(of maintenance: JSONValue?) -> Double {
        guard let length = Evidence.number(maintenance?["for"]),
            let every = Evidence.number(maintenance?["every"]), every > 0
        else { return 0 }
        return min(1, length / every)
    }

    private static func role(
        of item: JSONValue, name: String, deadline: Double?, left: Double?, outage: Double?
    ) -> (Role, String) {
        switch item["kind"]?.stringValue ?? "hard" {
        case "redundant":
            let group = item["group"]?.stringValue ?? name
            return (.member(group: group), "one of group \(group)")
        case "soft":
            if let timeout = Evidence.number(item["timeout"]), let deadline,
                !SoftCall.fits(timeout, within: deadline)
            {
                return (.hard, "soft, but its timeout is longer than the latency objective")
            }
            if let timeout = Evidence.number(item["timeout"]), let left,
                !SoftCall.fits(timeout, within: left)
            {
                return (.hard, "soft, but its timeout does not fit beside the other calls")
            }
            guard item["timeout"] != nil else {
                return (.free, "soft: free once its timeout ends before the latency objective")
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
