// Which answer counts for a wait: the formula where it is exact or known to hold, else the
// simulation. Spec: Protocols/formulas.md, "Simulation".

import Arithmetic

/// The workers that a station needs for a wait.
struct WaitSizing: Sendable {
    let station: Erlang.Station
    /// The wait allowed in seconds: the mean, or `quantile`.
    let wait: Double
    let quantile: Double?

    /// Allen–Cunneen holds up to this coefficient of variation, and from this utilisation on; the
    /// table of the specification shows how far it is off beyond.
    static let variationMax = 1.5
    static let utilisationMin = 0.7

    /// Whether times are exponential: then Erlang's formulas are exact, and nothing is simulated.
    static func isExact(_ station: Erlang.Station) -> Bool {
        Spread(cv: station.arrivalsCV) == .exponential
            && Spread(cv: station.serviceCV) == .exponential
    }

    /// Whether the formula decides that `servers` are needed.
    func isFormulaSound(servers: Int) -> Bool {
        Self.isExact(station) || quantile == nil && Self.isMeanSound(station, servers: servers)
    }

    /// Whether the formula holds for the mean wait with `servers` workers.
    static func isMeanSound(_ station: Erlang.Station, servers: Int) -> Bool {
        isExact(station)
            || max(station.arrivalsCV, station.serviceCV) <= variationMax
                && station.load >= utilisationMin * Double(servers)
    }

    /// What the formula says.
    var formulaServers: Int? { Erlang.servers(for: station, wait: wait, quantile: quantile) }

    /// The workers needed; nil where there is no answer. A station too large to simulate has the
    /// formula's.
    var servers: Int? {
        guard let formula = formulaServers else { return nil }
        if isFormulaSound(servers: formula) { return formula }
        return WorkerSearch.servers(for: station, wait: wait, quantile: quantile) ?? formula
    }
}
