// What the other calls of an operation leave of the deadline to a soft call beside them.

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
        let known = times(dependencies)
        let operations = (inputs["operations"]?.arrayValue ?? []).map { operation in
            (operation["calls"]?.arrayValue ?? []).map { call in
                let names = CallReader.names(call)
                return Stage(names: names, times: known)
            }
        }
        return dependencies.indices.filter { isSoft(dependencies[$0]) }.map { index in
            let name = PacketView.name(ofDependency: dependencies[index], at: index)
            let own = Time(dependencies[index], at: index)
            var tightest: SoftCall?
            for (position, stages) in operations.enumerated() {
                guard let first = stages.firstIndex(where: { $0.names.contains(name) }) else {
                    continue
                }
                // What runs at the same time takes nothing from it; calls again do.
                let beside = stages.indices.filter { $0 != first }.compactMap {
                    stages[$0].longest(of: name, own)
                }
                let seconds = beside.reduce(0) { $0 + $1.seconds }
                guard seconds > tightest?.seconds ?? 0 else { continue }
                tightest = SoftCall(
                    dependency: index, operation: position, beside: beside.map(\.pointer),
                    seconds: seconds)
            }
            return tightest
        }
    }

    /// Whether a wait of `timeout` seconds ends within what is `left`; a nine-digit rounding is no
    /// reason to refuse a plan that fits.
    static func fits(_ timeout: Double, within left: Double) -> Bool {
        timeout <= left * (1 + 1e-9)
    }

    static func isSoft(_ dependency: JSONValue) -> Bool {
        dependency["kind"]?.stringValue == "soft"
    }

    /// Calls that run at the same time.
    private struct Stage {
        let names: [String]
        let times: [String: Time]

        /// The longest of its calls, for a soft call of that name elsewhere: it may be made here
        /// again, and then hangs here, too.
        func longest(of name: String, _ own: Time?) -> Time? {
            Time.longest(names.compactMap { $0 == name ? own : times[$0] })
        }
    }

    /// How long one attempt may take: its timeout, else its 99th percentile.
    private struct Time {
        let pointer: String
        let seconds: Double

        /// - Parameter isHealthy: whether it is taken to answer, so that its usual time counts.
        init?(_ dependency: JSONValue, at index: Int, isHealthy: Bool = false) {
            let fields = isHealthy ? ["latency_p99", "timeout"] : ["timeout", "latency_p99"]
            guard let field = fields.first(where: { Evidence.number(dependency[$0]) != nil }),
                let seconds = Evidence.number(dependency[field])
            else { return nil }
            pointer = "/inputs/dependencies/\(index)/\(field)"
            self.seconds = seconds
        }

        static func longest(_ times: [Time]) -> Time? { times.max { $0.seconds < $1.seconds } }
    }

    /// The longest of what a call by this name may go to: a dependency, or a group of them. Another
    /// soft or cached one is taken to be well; that all of them hang at once is looked at nowhere.
    private static func times(_ dependencies: [JSONValue]) -> [String: Time] {
        var times: [String: Time] = [:]
        for (index, item) in dependencies.enumerated() {
            let isNeeded = ["hard", "redundant"].contains(item["kind"]?.stringValue ?? "hard")
            guard let time = Time(item, at: index, isHealthy: !isNeeded) else { continue }
            let name = PacketView.name(ofDependency: item, at: index)
            for key in [name, item["group"]?.stringValue].compactMap(\.self) {
                times[key] = Time.longest([times[key], time].compactMap(\.self))
            }
        }
        return times
    }
}
