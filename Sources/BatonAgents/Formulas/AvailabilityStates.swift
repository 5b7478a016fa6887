// The availability of a graph by counting out every state of every part. Slower than conditioning
// on the shared parts, and free of its reasoning: the second route of `availability-graph`.

/// The states of the parts that a request needs, and of what those share.
struct AvailabilityStates {
    /// Beyond this many parts only the bounds are checked: each part doubles the states.
    static let partsMax = 14

    private let counted: [AvailabilityGraph.Part]
    private let names: [String]
    private let up: [Double]

    init(_ graph: AvailabilityGraph, unstated: Double) {
        counted = graph.parts.filter { $0.role != .free }
        let shared = counted.flatMap(\.shares).filter { name in
            graph.parts.contains { $0.name == name }
        }
        var names: [String] = []
        for name in counted.map(\.name) + shared where !names.contains(name) {
            names.append(name)
        }
        self.names = names
        up = names.map { name in
            graph.parts.first { $0.name == name }?.availability ?? unstated
        }
    }

    /// No graph is up more often than the part that every request needs.
    var leastHard: Double {
        counted.filter { $0.role == .hard }
            .compactMap { part in names.firstIndex(of: part.name).map { up[$0] } }.min() ?? 1
    }

    /// Boole's inequality: what can go wrong, each for itself, is the most that goes wrong.
    var unionBound: Double { 1 - up.reduce(0) { $0 + (1 - $1) } }

    /// The probability that a request succeeds; nil when the parts are too many to count out.
    var probability: Double? {
        guard names.count <= Self.partsMax else { return nil }
        var total = 0.0
        for state in 0..<(1 << names.count) where succeeds(state) {
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
        var groups: [(name: String, need: Int, up: Int)] = []
        for part in counted {
            let works = isUp(part.name) && part.shares.allSatisfy(isUp)
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
