// What the hard calls of an operation leave of the deadline to a soft call beside them.

import JSON

/// A soft dependency in the operation that leaves it the least of the deadline.
struct SoftCall: Sendable, Hashable {
    /// Positions in `/inputs/dependencies` and `/inputs/operations`.
    let dependency: Int
    let operation: Int
    /// Pointers to the times that are spent before or after it: one for each other stage of calls,
    /// its longest.
    let beside: [String]
    /// Their sum, in seconds.
    let seconds: Double

    /// One entry for each soft dependency, in the order of the list; nil for one that no operation
    /// calls beside anything else of a known length.
    static func tightest(_ inputs: JSONValue) -> [SoftCall?] {
        let dependencies = inputs["dependencies"]?.arrayValue ?? []
        let operations = inputs["operations"]?.arrayValue ?? []
        return dependencies.indices.filter { isSoft(dependencies[$0]) }.map { index in
            var tightest: SoftCall?
            for operation in operations.indices {
                let stages = (operations[operation]["calls"]?.arrayValue ?? [])
                    .map(CallReader.names)
                guard let call = call(to: index, dependencies, stages, operation),
                    call.seconds > tightest?.seconds ?? 0
                else { continue }
                tightest = call
            }
            return tightest
        }
    }

    static func isSoft(_ dependency: JSONValue) -> Bool {
        dependency["kind"]?.stringValue == "soft"
    }

    private static func call(
        to index: Int, _ dependencies: [JSONValue], _ stages: [[String]], _ operation: Int
    ) -> SoftCall? {
        let name = PacketView.name(ofDependency: dependencies[index], at: index)
        guard let own = stages.firstIndex(where: { $0.contains(name) }) else { return nil }
        var beside: [(pointer: String, seconds: Double)] = []
        // What runs at the same time takes nothing from it.
        for (position, stage) in stages.enumerated() where position != own {
            let times = dependencies.indices.filter { member in
                let isAgain = member == index && stage.contains(name)
                return isAgain
                    || isHard(dependencies[member]) && isCalled(member, dependencies, stage)
            }.compactMap { longest(dependencies[$0], at: $0) }
            beside += times.max { $0.seconds < $1.seconds }.map { [$0] } ?? []
        }
        return SoftCall(
            dependency: index, operation: operation, beside: beside.map(\.pointer),
            seconds: beside.reduce(0) { $0 + $1.seconds })
    }

    private static func isHard(_ dependency: JSONValue) -> Bool {
        ["hard", "redundant"].contains(dependency["kind"]?.stringValue ?? "hard")
    }

    private static func isCalled(
        _ member: Int, _ dependencies: [JSONValue], _ stage: [String]
    ) -> Bool {
        let item = dependencies[member]
        return stage.contains(PacketView.name(ofDependency: item, at: member))
            || item["group"]?.stringValue.map(stage.contains) ?? false
    }

    /// How long one attempt may take: its timeout, else its 99th percentile.
    private static func longest(
        _ dependency: JSONValue, at index: Int
    ) -> (pointer: String, seconds: Double)? {
        for field in ["timeout", "latency_p99"] {
            guard let seconds = Evidence.number(dependency[field]) else { continue }
            return ("/inputs/dependencies/\(index)/\(field)", seconds)
        }
        return nil
    }
}
