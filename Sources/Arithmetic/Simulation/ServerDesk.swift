// When each worker of a simulated station is free again.

/// Workers as a heap of the instants, in seconds, from which they are free; the earliest first.
struct ServerDesk {
    private var free: [Double]

    /// All `count` workers are free from the start.
    init(_ count: Int) {
        precondition(count >= 1, "a station has at least one worker")
        free = [Double](repeating: 0, count: count)
    }

    /// Gives a message that arrives `at` an instant, not before any earlier one, to the worker that
    /// is free first. Returns its wait in seconds.
    mutating func serve(at arrival: Double, for service: Double) -> Double {
        let start = max(arrival, free[0])
        let end = start + service
        // The root takes its new place: its children move up while they are free earlier.
        let count = free.count
        var place = 0
        while true {
            var child = 2 * place + 1
            guard child < count else { break }
            var earliest = free[child]
            if child + 1 < count {
                let other = free[child + 1]
                if other < earliest {
                    child += 1
                    earliest = other
                }
            }
            guard earliest < end else { break }
            free[place] = earliest
            place = child
        }
        free[place] = end
        return start - arrival
    }
}
