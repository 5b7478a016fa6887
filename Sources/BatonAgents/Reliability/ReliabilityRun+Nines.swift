// What one more nine would take: its budget, whether the figures allow it, and the smallest change
// that does.

import JSON

extension ReliabilityRun {
    /// The objective that allows a tenth of the failures, beside what is attainable.
    mutating func nextNine() {
        guard let promised else { return }
        let next = workings.derive(
            "nine.objective", "The promise with one more nine", by: "one-more-nine",
            [("availability", promised)])
        guard let next else { return }
        var text = "One more nine is \(workings.shown("nine.objective"))"
        if let window {
            workings.derive(
                "nine.minutes", "Error budget with one more nine", by: "error-budget",
                [("availability", .quantity("nine.objective")), ("window", window)])
            text += ": \(workings.shown("nine.minutes")) in the window"
        }
        text += ". "
        let id =
            workings.quantity("availability.attainable") == nil
            ? "availability.dependencies" : "availability.attainable"
        if let attainable = workings.quantity(id) {
            text +=
                attainable.value >= next - 1e-12
                ? "What is stated allows \(attainable.shown), so it could be promised."
                : "What is stated allows \(attainable.shown), which is less. \(change(to: next))"
        } else {
            text += "Whether it can be reached is not known: no availability is stated."
        }
        if let left = workings.quantity("availability.own_downtime") {
            text +=
                " Of today's budget \(left.shown) are left for failures of the service itself."
        }
        workings.sections.append(Section(title: "One more nine", text: text))
    }

    /// What would have to change first, as sentences.
    private mutating func change(to target: Double) -> String {
        guard let change = smallestChange(to: target) else {
            return "No single figure is enough to reach it: it takes redundancy, or taking"
                + " dependencies out of the request."
        }
        guard let position = change.position else {
            return "The smallest change: the service itself at"
                + " \(shownAvailability(change.needed, .up))."
        }
        var inputs =
            graphSources + [
                ("dependency", .pointer("/inputs/dependencies/\(position)/name")),
                ("availability", .quantity("nine.objective")),
            ]
        if packet.number("/inputs/own_availability") != nil {
            inputs.append(("own", .pointer("/inputs/own_availability")))
        }
        workings.derive(
            "nine.needed", "What \(change.name) would need for one more nine",
            by: "availability-needed", inputs)
        return "The smallest change: \(change.name) at \(workings.shown("nine.needed"))."
    }

    /// The one figure whose outages have to become rarer by the smallest factor to reach `target`;
    /// nil when no single one is enough. Among equals the first stated.
    func smallestChange(to target: Double) -> SmallestChange? {
        let own = packet.number("/inputs/own_availability")
        var best: SmallestChange?
        func consider(_ name: String, _ position: Int?, now: Double, needed: Double) {
            // Nothing is always up, so 1 can be no advice.
            guard needed > now, needed <= 0.999_999_999 else { return }
            let change = SmallestChange(name: name, position: position, now: now, needed: needed)
            if best.map({ change.factor < $0.factor }) ?? true { best = change }
        }
        let graph = graph(packet.inputs)
        for (index, part) in (graph?.parts ?? []).enumerated() where part.role != .free {
            guard let now = part.availability,
                let needed = graph?.needed(of: part.name, for: target, own: own ?? 1)
            else { continue }
            consider(part.name, index, now: now, needed: needed)
        }
        let all = graph?.probability() ?? 1
        if let own, all > 0 {
            consider("the service itself", nil, now: own, needed: target / all)
        }
        return best
    }
}
