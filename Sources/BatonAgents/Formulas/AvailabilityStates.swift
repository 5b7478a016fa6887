// The availability of a graph by counting out every state of every part. Slower than conditioning
// on the shared parts, and free of its reasoning: the second route of `availability-graph`.

/// The states of the parts that a request needs, and of what those share. A state is a set of bits:
/// those of the parts that are up.
struct AvailabilityStates {
    /// Beyond this many parts only the bounds are checked: each part doubles the states.
    static let partsMax = 14

    /// The parts by their bits.
    private let names: [String]
    private var up: [Double]
    /// The bits of the parts that every request needs by themselves.
    private let hard: [Int]
    /// What each of those needs in turn, itself included.
    private let hardNeeds: [Int]
    /// Of each group how many members are needed, and what each member needs.
    private let groups: [(need: Int, members: [Int])]

    init(_ graph: AvailabilityGraph, unstated: Double) {
        let counted = graph.parts.filter { $0.role != .free }
        var names: [String] = []
        var open = counted.map(\.name)
        while !open.isEmpty {
            let name = open.removeFirst()
            guard !names.contains(name), let part = graph.parts.first(where: { $0.name == name })
            else { continue }
            names.append(name)
            open += part.shares
        }
        self.names = names
        up = names.map { name in
            graph.parts.first { $0.name == name }?.availability ?? unstated
        }
        let isCountable = names.count <= Self.partsMax
        // What a part shares may share something in turn.
        func needs(_ part: AvailabilityGraph.Part) -> Int {
            guard isCountable else { return 0 }
            var met = [part.name]
            var next = 0
            while next < met.count {
                let shares = graph.parts.first { $0.name == met[next] }?.shares ?? []
                met += shares.filter { !met.contains($0) }
                next += 1
            }
            return met.compactMap(names.firstIndex).reduce(0) { $0 | 1 << $1 }
        }
        var hard: [Int] = []
        var hardNeeds: [Int] = []
        var groups: [(role: AvailabilityGraph.Role, need: Int, members: [Int])] = []
        for part in counted {
            if part.role == .hard {
                hard += names.firstIndex(of: part.name).map { [$0] } ?? []
                hardNeeds.append(needs(part))
            } else if let at = groups.firstIndex(where: { $0.role == part.role }) {
                groups[at].members.append(needs(part))
            } else {
                let stated = counted.first { $0.role == part.role && $0.need != nil }?.need
                groups.append((part.role, stated ?? 1, [needs(part)]))
            }
        }
        self.hard = hard
        self.hardNeeds = hardNeeds
        self.groups = groups.map { ($0.need, $0.members) }
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
    var leastHard: Double { hard.map { up[$0] }.min() ?? 1 }

    /// Boole's inequality: what can go wrong, each for itself, is the most that goes wrong.
    var unionBound: Double { 1 - up.reduce(0) { $0 + (1 - $1) } }

    /// The probability that a request succeeds; nil when the parts are too many to count out.
    var probability: Double? { Self.probability(up, where: succeeds) }

    /// The probability that a request fails and would succeed if this part were up; nil when the
    /// parts are too many to count out.
    func probabilityLost(to name: String) -> Double? {
        guard let at = names.firstIndex(of: name) else { return 0 }
        return Self.probability(up) { !succeeds($0) && succeeds($0 | 1 << at) }
    }

    /// The probability of the states that are counted, of parts that are `up` so often; nil for too
    /// many parts.
    static func probability(_ up: [Double], where isCounted: (Int) -> Bool) -> Double? {
        guard up.count <= partsMax else { return nil }
        var total = 0.0
        for state in 0..<(1 << up.count) where isCounted(state) {
            total += up.indices.reduce(1.0) {
                $0 * (state >> $1 & 1 == 1 ? up[$1] : 1 - up[$1])
            }
        }
        return total
    }

    private func succeeds(_ state: Int) -> Bool {
        hardNeeds.allSatisfy { state & $0 == $0 }
            && groups.allSatisfy { group in
                group.members.count { state & $0 == $0 } >= group.need
            }
    }
}
