// The smallest change of one figure that makes a promise hold.

/// One availability that would have to be higher.
struct SmallestChange: Sendable, Hashable {
    /// The dependency, or the service itself.
    let name: String
    /// Position in `/inputs/dependencies`; nil for the service itself.
    let position: Int?
    /// Availabilities, 0..1, maintenance included.
    let now: Double
    let needed: Double

    /// By how much its outages must become rarer; 1 is no change.
    var factor: Double { (1 - now) / (1 - needed) }
}
