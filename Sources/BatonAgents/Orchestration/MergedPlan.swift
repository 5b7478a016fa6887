// One order for the steps of all agents. A step waits for what its own plan says, for the tasks
// that its agent waited for, and for what another agent has to build first; of the steps that can
// start, the earlier delivery's stands first, so that the same deliveries give the same plan.

import JSON
import PlainText

/// The steps of several deliveries while they are put in order.
struct MergedPlan {
    /// A step with the places of those that it waits for.
    private struct Entry {
        var step: PlanStep
        /// The delivery that it is from; nil for a step of the closing.
        let source: Int?
        var needs: [Int] = []
        /// What its title and detail are about.
        let words: Set<String>
        /// Whether it is a stage of a rollout that a delivery plans.
        var isStage = false

        init(_ step: PlanStep, source: Int?) {
            self.step = step
            self.source = source
            words = TellingWords.of("\(step.title) \(step.detail)")
        }
    }

    private var entries: [Entry] = []

    /// Reads the steps of all deliveries.
    /// - Parameter owner: of a step that names none.
    init(_ upstream: [Upstream], owner: String) {
        for (position, source) in upstream.enumerated() {
            let items = source.documents.list("execution_plan", "steps")
            let first = entries.count
            let ids = items.map { $0["id"]?.stringValue ?? "" }
            for item in items {
                entries.append(
                    Entry(
                        PlanStep(
                            title: item["title"]?.stringValue ?? "",
                            detail: "\(item["detail"]?.stringValue ?? "") (\(source.agent))",
                            owner: item["owner"]?.stringValue ?? owner,
                            doneWhen: item["done_when"]?.stringValue ?? ""),
                        source: position))
            }
            for place in source.places(of: ReliabilityRun.RolloutItem.canaries.rawValue) {
                guard let at = ids.firstIndex(of: place) else { continue }
                entries[first + at].isStage = true
            }
            for (index, item) in items.enumerated() {
                for name in Router.texts(item["depends_on"]) {
                    guard let at = ids.firstIndex(of: name) else { continue }
                    link(first + index, after: first + at)
                }
            }
        }
        linkTasks(upstream)
        linkOutbox()
    }

    /// A plan that another one was made after: its last steps come before that one's first steps.
    private mutating func linkTasks(_ upstream: [Upstream]) {
        for (position, source) in upstream.enumerated() {
            let earlier = upstream.indices.filter { source.dependsOn.contains(upstream[$0].task) }
            let first = places(of: position).filter { entries[$0].needs.isEmpty }
            let last = earlier.flatMap { places(of: $0) }.filter { place in
                !entries.contains { $0.needs.contains(place) }
            }
            for start in first {
                for end in last { link(start, after: end) }
            }
        }
    }

    /// Consumers rely on messages that an outbox of another plan sends.
    private mutating func linkOutbox() {
        let outboxes = entries.indices.filter { entries[$0].words.contains("outbox") }
        for consumer in entries.indices
        where entries[consumer].words.contains("consumer")
            && !entries[consumer].words.isDisjoint(with: ["idempotent", "message"])
        {
            for outbox in outboxes where entries[outbox].source != entries[consumer].source {
                link(consumer, after: outbox)
            }
        }
    }

    private func places(of source: Int) -> [Int] {
        entries.indices.filter { entries[$0].source == source }
    }

    /// Notes that one step waits for another, unless the other already waits for it: plans may
    /// contradict each other, an order may not.
    private mutating func link(_ step: Int, after other: Int) {
        guard step != other, !entries[step].needs.contains(other), !reaches(other, step) else {
            return
        }
        entries[step].needs.append(other)
    }

    /// Whether `step` waits for `other`, directly or through others.
    private func reaches(_ step: Int, _ other: Int) -> Bool {
        var open = [step]
        var seen: Set<Int> = [step]
        while let next = open.popLast() {
            if next == other { return true }
            open += entries[next].needs.filter { seen.insert($0).inserted }
        }
        return false
    }

    /// Steps whose words include one of these, by place.
    func steps(about words: Set<String>) -> [Int] {
        entries.indices.filter { !entries[$0].words.isDisjoint(with: words) }
    }

    /// Steps that no other waits for.
    var leaves: [Int] {
        entries.indices.filter { place in !entries.contains { $0.needs.contains(place) } }
    }

    /// The stages of the rollout that the deliveries plan; empty where none does.
    var stages: [Int] { entries.indices.filter { entries[$0].isStage } }

    /// Steps that nothing waits for before the rollout begins.
    var leavesBeforeStages: [Int] {
        let stages = stages
        let before = entries.indices.filter { place in !stages.contains { reaches(place, $0) } }
        return before.filter { place in !before.contains { entries[$0].needs.contains(place) } }
    }

    /// Adds a step of the closing; returns its place.
    mutating func add(_ step: PlanStep, after needs: [Int]) -> Int {
        entries.append(Entry(step, source: nil))
        for need in needs { link(entries.count - 1, after: need) }
        return entries.count - 1
    }

    /// Makes an existing step wait for a step of the closing.
    mutating func hold(_ steps: [Int], until other: Int) {
        for step in steps { link(step, after: other) }
    }

    /// The load tests of all plans as one, in the place of the first, that waits for everything
    /// each of them waited for; nil where no plan has one.
    mutating func joinLoadTests(doneWhen: String) -> Int? {
        let tests = entries.indices.filter { place in
            let title = TellingWords.of(entries[place].step.title)
            return title.contains("load") && !title.isDisjoint(with: ["test", "prove"])
        }
        guard let first = tests.first else { return nil }
        guard tests.count > 1 else { return first }
        var joined = entries[first].step
        joined.title = "Load test of everything at once, then each failure"
        joined.detail = tests.map { entries[$0].step.detail }.joined(separator: " ")
        joined.doneWhen = doneWhen
        var owners: [String] = []
        for test in tests where !owners.contains(entries[test].step.owner) {
            owners.append(entries[test].step.owner)
        }
        joined.owner = owners.joined(separator: ", ")
        entries[first].step = joined
        let others = Set(tests.dropFirst())
        // Whoever waited for one of them waits for the one that there is now.
        for place in entries.indices where !entries[place].needs.isEmpty {
            let needs = entries[place].needs
            entries[place].needs = []
            guard !others.contains(place) else {
                for need in needs where !tests.contains(need) { link(first, after: need) }
                continue
            }
            for need in needs { link(place, after: others.contains(need) ? first : need) }
        }
        remove(others)
        return entries.indices.first { entries[$0].step == joined }
    }

    private mutating func remove(_ places: Set<Int>) {
        let kept = entries.indices.filter { !places.contains($0) }
        var moved: [Int: Int] = [:]
        for (position, place) in kept.enumerated() { moved[place] = position }
        entries = kept.map { place in
            var entry = entries[place]
            entry.needs = entry.needs.compactMap { moved[$0] }
            return entry
        }
    }

    /// The steps so that each comes after what it waits for, what can start first first; places in
    /// `needs` are of this list.
    var ordered: [(step: PlanStep, needs: [Int])] {
        var depths = Array(repeating: 0, count: entries.count)
        // Links make no circle, so the longest chain has no more steps than there are.
        for _ in entries.indices {
            for place in entries.indices {
                for need in entries[place].needs {
                    depths[place] = max(depths[place], depths[need] + 1)
                }
            }
        }
        let order = entries.indices.sorted {
            depths[$0] == depths[$1] ? $0 < $1 : depths[$0] < depths[$1]
        }
        var positions = Array(repeating: 0, count: entries.count)
        for (position, place) in order.enumerated() { positions[place] = position }
        return order.map { place in
            (entries[place].step, entries[place].needs.map { positions[$0] }.sorted())
        }
    }
}
