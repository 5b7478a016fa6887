// What a simulation did and found.

/// The figures of one simulation, or of many together.
package struct SimulationReport: Sendable {
    /// What happened, counted.
    package struct Counters: Sendable {
        package var steps = 0
        package var requests = 0
        package var replies = 0
        package var assignments = 0
        package var messages = 0
        package var events = 0
        package var eventsRead = 0
        package var starts = 0
        /// Simulated time, in microseconds.
        package var time: Int64 = 0
        /// Faults and oddities by name.
        package private(set) var notes: [String: Int] = [:]

        package init() {}

        package mutating func note(_ what: String, _ count: Int = 1) {
            notes[what, default: 0] += count
        }

        package mutating func add(_ other: Counters) {
            steps += other.steps
            requests += other.requests
            replies += other.replies
            assignments += other.assignments
            messages += other.messages
            events += other.events
            eventsRead += other.eventsRead
            starts += other.starts
            time += other.time
            for (name, count) in other.notes { notes[name, default: 0] += count }
        }

        /// What the simulator did to the broker: requests, replies, assignments and events read.
        package var operations: Int { requests + replies + assignments + eventsRead + events }

        package var faults: Int { notes.values.reduce(0, +) }
    }

    package let seed: UInt64
    package var counters = Counters()
    package var violations: [String] = []
    /// The start was refused because of damage that the disk had done: what should happen.
    package var endedByDamage = false
    /// All stored leaves, one a line: what happened, for whoever looks into a violation.
    package var journal: [[UInt8]] = []
    /// SHA-256 of all stored leaves: the same seed gives the same history.
    package var history = ""

    package init(seed: UInt64) {
        self.seed = seed
    }
}
