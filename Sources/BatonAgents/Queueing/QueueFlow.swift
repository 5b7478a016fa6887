// The figures that wait formulas take, as sources.

/// Arrivals and service of a station, each with where it comes from.
struct QueueFlow: Sendable {
    /// Arrivals a second, retries included.
    var rate: Source
    /// Mean service time in seconds.
    var service: Source
    /// Coefficients of variation.
    var arrivalsCV: Source
    var serviceCV: Source

    /// What the load is made of.
    var load: [(String, Source)] { [("arrival_rate", rate), ("service_time", service)] }
    var variation: [(String, Source)] {
        [("arrivals_cv", arrivalsCV), ("service_cv", serviceCV)]
    }
}
