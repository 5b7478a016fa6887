// Simulated quantities: formulas like all others, because their seed is part of them.
// Spec: Protocols/formulas.md, "Simulation".

import Arithmetic

private let quantile = FormulaInput(
    "quantile", .optional, "quantile of the wait, 0..1; the mean when absent")

/// Whether a quantile is absent or usable.
private func hasUsableQuantile(_ values: FormulaValues) -> Bool {
    values.number("quantile").map { $0 > 0 && $0 < 1 } ?? true
}

/// The simulation that the inputs describe; nil outside its limits.
private func simulation(_ values: FormulaValues) -> StationSimulation? {
    guard let station = station(values), let count = values.whole("workers") else { return nil }
    return StationSimulation(station, servers: count)
}

/// Discrete event simulation; sources: Law, Simulation Modeling and Analysis, ch. 9, and the files
/// in Simulation/.
let simulationFormulas: [Formula] = [
    Formula(
        "wait-simulated", "upper end of the 95 % interval of the simulated wait",
        source: "simulation, section 6", unit: "s",
        inputs: [
            arrival, service, FormulaInput("workers", "workers"), quantile, arrivalsCV, serviceCV,
        ],
        range: "utilisation ≤ 0.95, workers ≤ 100", evidence: .inference,
        effort: { values in simulation(values)?.messagesMax ?? 1 }
    ) { values in
        guard let simulation = simulation(values), hasUsableQuantile(values) else { return nil }
        return simulation.plannedWait(quantile: values.number("quantile"))
    },
    Formula(
        "workers-simulated", "smallest c with wait-simulated ≤ wait",
        source: "simulation, section 6", unit: "workers",
        inputs: [
            arrival, service, FormulaInput("wait", "wait allowed in seconds"), quantile,
            arrivalsCV, serviceCV,
        ],
        range: "as wait-simulated, wait > 0", evidence: .inference,
        effort: { values in
            station(values).flatMap(WorkerSearch.messagesMax) ?? 1
        }
    ) { values in
        guard let station = station(values), let wait = values.number("wait"), wait > 0,
            hasUsableQuantile(values)
        else { return nil }
        return WorkerSearch.servers(
            for: station, wait: wait, quantile: values.number("quantile")
        ).map(Double.init)
    },
    Formula(
        "ride-through", "quantile share of Σ U(0, min(cap, base × factorⁱ)), i < delays",
        source: "simulation, section 6", unit: "s",
        inputs: backoffInputs
            + [FormulaInput("share", "share of the messages whose delays end earlier, 0..1")],
        range: "full jitter; delays < 1,000, base > 0, factor ≥ 1, cap > 0, 0 < share < 1",
        evidence: .inference, rounding: .down,
        effort: { DelaySums.messages * min(max(1, $0.whole("delays") ?? 1), 1000) }
    ) { values in
        guard let delays = values.whole("delays"), (0..<1000).contains(delays),
            let backoff = Backoff(values), let share = values.number("share"), share > 0, share < 1
        else { return nil }
        return DelaySums.quantile(share, of: backoff, delays: delays)
    },
]
