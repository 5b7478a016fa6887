// The availability of a graph by counting out every state of every part. Slower than conditioning
// on the shared parts, and free of its reasoning: the second route of `availability-graph`.

/// The states of the parts that a request needs, and of what those share.
struct AvailabilityStates {
    /// Beyond this many parts only the bounds are checked: each part doubles the states.
    static let partsMax = 14

    private let counted: [AvailabilityGraph.Part]
    private let parts: [AvailabilityGraph.Part]
    private let names: [String]
    private var up: [Double]

    init(_ graph: AvailabilityGraph, unstated: Double) {
        parts = graph.parts
        counted = graph.parts.filter { $0.role != .free }
        var names: [String] = []
        var open = counted.map(\.name)
        while !open.isEmpty {
            let name = open.removeFirst()
            guard !names.contains(name), let part = parts.first(where: { $0.name == name })
            else { continue }
            names.append(name)
            open += part.shares
        }
        self.names = names
        up = names.map { name in
            graph.parts.first { $0.name == name }?.availability ?? unstated
        }
    }

    /// The same parts, one of them with another availability.
    func setting(_ name: String, to availability: Double) -> AvailabilityStates {
        var states = self
        if let at = names.firstIndex(of: name) { states.up[at] = availability }
        return states
    }

    /// How often a part is down; 0 for one that nothing needs.
    func downtime(of name: String) -> Double {
        names.firstIndex(of: name).map { 1 - up[$0] } ?? 0
    }

    /// No graph is up more often than the part that every request needs.
    var leastHard: Double {
        counted.filter { $0.role == .hard }
            .compactMap { part in names.firstIndex(of: part.name).map { up[$0] } }.min() ?? 1
    }

    /// Boole's inequality: what can go wrong, each for itself, is the most that goes wrong.
    var unionBound: Double { 1 - up.reduce(0) { $0 + (1 - $1) } }

    /// The probability that a request succeeds; nil when the parts are too many to count out.
    var probability: Double? { probability(where: succeeds) }

    /// The probability that a request fails and would succeed if this part were up; nil when the
    /// parts are too many to count out.
    func probabilityLost(to name: String) -> Double? {
        guard let at = names.firstIndex(of: name) else { return 0 }
        return probability { !succeeds($0) && succeeds($0 | 1 << at) }
    }

    private func probability(where isCounted: (Int) -> Bool) -> Double? {
        guard names.count <= Self.partsMax else { return nil }
        var total = 0.0
        for state in 0..<(1 << names.count) where isCounted(state) {
            total += names.indices.reduce(1.0) {
                $0 * (state >> $1 & 1 == 1 ? up[$1] : 1 - up[$1])
            }
        }
        return total
    }

    private func succeeds(_ state: Int) -> Bool {
        func isUp(_ name: String) -> Bool {
            names.firstIndex(of: name).map { state >> $0 & 1 == 1 } ?? true
        }
        // What a part shares may share something in turn.
        func works(_ part: AvailabilityGraph.Part) -> Bool {
            var seen = [part.name]
            var next = 0
            while next < seen.count {
                guard isUp(seen[next]) else { return false }
                let shares = parts.first { $0.name == seen[next] }?.shares ?? []
                for name in shares where !seen.contains(name) { seen.append(name) }
                next += 1
            }
            return true
        }
        var groups: [(name: String, need: Int, up: Int)] = []
        for part in counted {
            let works = works(part)
            switch part.role {
            case .free: continue
            case .hard: if !works { return false }
            case .member(let group):
                if let at = groups.firstIndex(where: { $0.name == group }) {
                    groups[at].up += works ? 1 : 0
                } else {
                    let stated = counted.first { $0.role == part.role && $0.need != nil }?.need
                    groups.append((group, stated ?? 1, works ? 1 : 0))
                }
            }
        }
        return groups.allSatisfy { $0.up >= $0.need }
    }
}
