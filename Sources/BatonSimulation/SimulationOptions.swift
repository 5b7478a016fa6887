// What a simulation is asked for.

/// One simulation: everything else follows from the seed.
package struct SimulationOptions: Sendable {
    package var seed: UInt64
    /// Happenings before the faults stop.
    package var ticks: Int
    /// The journal in memory instead of SQLite on a simulated disk.
    package var isLite: Bool
    package var bug: PlantedBug?

    package init(seed: UInt64, ticks: Int = 20_000, isLite: Bool = false, bug: PlantedBug? = nil) {
        self.seed = seed
        self.ticks = ticks
        self.isLite = isLite
        self.bug = bug
    }
}
