// What an operation calls: a dependency or a redundant group, and the paths through them.

import Arithmetic
import JSON

/// A dependency, or a group of which one member answers.
struct CallTarget: Sendable {
    let name: String
    /// Part of quantity ids: unique among the targets.
    let slug: String
    /// Positions in `/inputs/dependencies`, and the names there.
    let members: [Int]
    let memberNames: [String]
    /// What its failure means: hard, redundant, soft or cached.
    let kind: String
    var timeout: Source?
    /// How the timeout came about, for the table.
    var timeoutOrigin = "not stated"
    var attempts = 1
    /// `attempts` as an input of formulas.
    var attemptsSource: Source?
    /// The most attempts that the brief wants, or that make sense.
    var attemptsMax = 2
}

/// The calls of one operation, stage after stage; calls of one stage run at the same time.
struct CallPath: Sendable {
    let name: String
    let slug: String
    let stages: [[Int]]
    var fits = true
}

enum CallReader {
    static let delay = Backoff(base: 0.05, factor: 2, cap: 1)

    /// One target per dependency, with redundant ones gathered by group.
    static func targets(
        _ dependencies: [JSONValue], without paths: [Int] = [],
    ) -> [CallTarget] {
        var result: [CallTarget] = []
        for (index, item) in dependencies.enumerated() where !paths.contains(index) {
            let name = PacketView.name(ofDependency: item, at: index)
            let isRedundant = item["kind"]?.stringValue == "redundant"
            let group = isRedundant ? item["group"]?.stringValue ?? name : name
            if isRedundant, let at = result.firstIndex(where: { $0.name == group }) {
                let known = result[at]
                result[at] = CallTarget(
                    name: group, slug: known.slug, members: known.members + [index],
                    memberNames: known.memberNames + [name], kind: "redundant")
            } else {
                result.append(
                    CallTarget(
                        name: group, slug: "\(result.count).\(PointerText.slug(group))",
                        members: [index], memberNames: [name],
                        kind: item["kind"]?.stringValue ?? "hard"))
            }
        }
        return result
    }

    /// Positions of what others share and nobody calls, such as a gateway on their way: the calls
    /// that go through it have the timeouts.
    static func sharedPaths(_ dependencies: [JSONValue], _ operations: [JSONValue]) -> [Int] {
        let shared = Set(
            dependencies.flatMap { $0["shares"]?.arrayValue ?? [] }.compactMap(\.stringValue))
        let called = Set(operations.flatMap { $0["calls"]?.arrayValue ?? [] }.flatMap(names))
        return dependencies.indices.filter {
            let name = dependencies[$0]["name"]?.stringValue ?? ""
            return shared.contains(name) && !called.contains(name)
        }
    }

    /// Positions of what only the workers of queues call: no request waits for it, and nothing of
    /// a request multiplies there.
    static func queueOnly(
        _ dependencies: [JSONValue], _ operations: [JSONValue], _ queues: [JSONValue]
    ) -> [Int] {
        func called(_ items: [JSONValue]) -> Set<String> {
            Set(items.flatMap { $0["calls"]?.arrayValue ?? [] }.flatMap(names))
        }
        let byRequests = called(operations)
        let byWorkers = called(queues)
        guard !byRequests.isEmpty else { return [] }
        return dependencies.indices.filter { index in
            let item = dependencies[index]
            let names = [
                PacketView.name(ofDependency: item, at: index), item["group"]?.stringValue,
            ].compactMap(\.self)
            return names.contains(where: byWorkers.contains)
                && !names.contains(where: byRequests.contains)
        }
    }

    /// Pointers to the shares of the operations that call one of `names`, one for each call; nil if
    /// one of them states no share.
    static func shares(_ packet: PacketView, of names: Set<String>) -> [String]? {
        var result: [String] = []
        for (index, operation) in packet.operations.enumerated() {
            let calls = (operation["calls"]?.arrayValue ?? []).flatMap(Self.names)
            let pointer = "/inputs/operations/\(index)/share"
            let count = calls.count { names.contains($0) }
            guard count > 0 else { continue }
            guard packet.number(pointer) != nil else { return nil }
            result += Array(repeating: pointer, count: count)
        }
        return result
    }

    /// The path of each operation; without operations, one path through everything a request needs.
    static func paths(
        _ operations: [JSONValue], targets: [CallTarget], needed: [Int]
    ) -> [CallPath] {
        var result: [CallPath] = []
        for (index, operation) in operations.enumerated() {
            let name = PacketView.name(ofOperation: operation, at: index)
            let stages = (operation["calls"]?.arrayValue ?? [])
                .map { names($0).compactMap { find($0, targets) } }
                .filter { !$0.isEmpty }
            guard !stages.isEmpty else { continue }
            result.append(
                CallPath(
                    name: name, slug: "\(index).\(PointerText.slug(name))", stages: stages))
        }
        if result.isEmpty, !needed.isEmpty {
            result.append(
                CallPath(name: "every request", slug: "all", stages: needed.map { [$0] }))
        }
        return result
    }

    /// The names of one call: a text, or those that are called at the same time.
    static func names(_ call: JSONValue) -> [String] {
        call.stringValue.map { [$0] }
            ?? (call["parallel"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// A call names a dependency, or the group of several.
    private static func find(_ name: String, _ targets: [CallTarget]) -> Int? {
        targets.firstIndex { $0.name == name }
            ?? targets.firstIndex { $0.memberNames.contains(name) }
    }

    /// Names that operations call and nobody describes.
    static func unknownCalls(_ operations: [JSONValue], targets: [CallTarget]) -> [String] {
        var unknown: [String] = []
        for operation in operations {
            for call in operation["calls"]?.arrayValue ?? [] {
                for name in names(call) where find(name, targets) == nil && !unknown.contains(name)
                {
                    unknown.append(name)
                }
            }
        }
        return unknown
    }
}
