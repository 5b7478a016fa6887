// Queues whose workers could be shared: one station instead of several.

import JSON

extension QueueRun {
    /// What one set of workers for all queues would take, beside what they take apart.
    mutating func sharedWorkers() {
        let shared = plans.filter { workings.value(of: $0.workers) != nil }
        guard shared.count > 1 else { return }
        let rates = shared.map { ("arrival_rate", $0.effective) }
        let services = shared.map { ("service_time", $0.service) }
        workings.derive(
            "shared.arrivals", "Attempts a second of all queues", by: "pooled-arrivals", rates)
        workings.derive(
            "shared.service", "Mean service time of all queues", by: "pooled-service-time",
            rates + services)
        workings.derive(
            "shared.cv", "Variation of the service times of all queues", by: "pooled-service-cv",
            rates + services + shared.map { ("service_cv", $0.serviceCV) })
        let mixed = workings.assume(
            "The arrivals of several queues together are independent (cv 1).", .inference,
            confidence: 0.6, "Many sources together come close to a Poisson process.")
        let flow = QueueFlow(
            rate: .quantity("shared.arrivals"), service: .quantity("shared.service"),
            arrivalsCV: .assumed(1, assumption: mixed), serviceCV: .quantity("shared.cv"))
        guard workings.quantity("shared.cv") != nil else { return }
        var candidates: [(String, Source)] = []
        for plan in shared {
            let id = plan.id("shared.workers")
            let label = "Workers of all queues for the wait objective of \(plan.name)"
            if let objective = objective(plan.base) {
                size(
                    id, label, flow, wait: .pointer(objective.pointer),
                    quantile: objective.quantile)
            } else {
                sizeByUtilisation(id, "Workers of all queues at 80 % utilisation", flow)
            }
            if workings.quantity(id) != nil { candidates.append(("workers", .quantity(id))) }
        }
        workings.derive(
            "shared.workers", "Workers of all queues, if they share them", by: "largest", candidates
        )
        let apart = shared.compactMap { workings.value(of: $0.workers) }.reduce(0, +)
        workings.sections.append(
            Section(
                title: "Shared workers",
                text: "If one set of workers served all queues, oldest message first,"
                    + " \(workings.shown("shared.workers")) would keep every wait objective at the"
                    + " mean rates; apart the plan has \(Shown.significant(apart)), peaks included."
                    + " Shared workers stand in for each other, and a slow queue takes them from"
                    + " the others: give each queue a share of its own where that matters.",
                columns: ["Figure", "Value"],
                rows: figures(
                    ["shared.arrivals", "shared.service", "shared.cv"]
                        + shared.map { $0.id("shared.workers") })))
    }
}
