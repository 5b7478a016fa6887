// What queue products allow at most, so that no plan rests on a setting that nobody can make.
// Source: Amazon SQS Developer Guide, quotas; others allow as much or more.

/// The strictest maxima of a widely used queue.
enum QueueMaxima {
    /// Longest visibility timeout, heartbeats included, in seconds: 12 h from the first receipt.
    static let visibility = 43_200.0
    /// Longest retention of a queue and of its dead letters, in seconds: 14 d.
    static let retention = 1_209_600.0
    /// Most attempts that a plan asks for, about ten hours of them. Products allow up to 1,000; for
    /// longer outages the consumers pause, or something stands in.
    static let attempts = 250
    /// Most messages that all workers together may hold unacknowledged.
    static let inFlight = 120_000.0
    /// Largest message in bytes: 256 KiB, which every region and client takes.
    static let payload = 262_144.0
}
