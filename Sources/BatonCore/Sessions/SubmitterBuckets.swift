// How much each submitter may submit now: a token bucket for each one who has not been quiet long
// enough for a full one. Integers only: a bucket holds shares of which a submission takes as many
// as a minute has microseconds, and each microsecond adds as many as a minute allows submissions.

struct SubmitterBuckets: Sendable {
    /// What one submission takes.
    private static let submissionShares: Int64 = 60_000_000

    private struct Bucket {
        /// At `since`; what is missing to a full bucket.
        var missing: Int64
        var since: Instant
    }

    private var buckets: [String: Bucket] = [:]

    var count: Int { buckets.count }

    /// How long the submitter has to wait until there is room for one more; nil: there is room.
    func wait(of submitter: String, perMinute: Int, burst: Int, at now: Instant) -> Duration? {
        guard let bucket = buckets[submitter] else { return nil }
        let missing = Self.missing(in: bucket, perMinute: perMinute, at: now)
        let excess = missing + Self.submissionShares - Int64(burst) * Self.submissionShares
        guard excess > 0 else { return nil }
        let rate = Int64(perMinute)
        return .microseconds((excess + rate - 1) / rate)
    }

    /// Takes one submission out of the submitter's bucket. Beyond `countMax` buckets the full ones
    /// are forgotten, which changes nothing, and then the fullest.
    mutating func take(
        from submitter: String, perMinute: Int, countMax: Int, at now: Instant
    ) {
        let missing = buckets[submitter].map { Self.missing(in: $0, perMinute: perMinute, at: now) }
        buckets[submitter] = Bucket(missing: (missing ?? 0) + Self.submissionShares, since: now)
        guard buckets.count > countMax else { return }
        let others = buckets.filter { $0.key != submitter }.map { name, bucket in
            (missing: Self.missing(in: bucket, perMinute: perMinute, at: now), name: name)
        }
        for other in others where other.missing == 0 { buckets[other.name] = nil }
        guard buckets.count > countMax, let fullest = others.min(by: { $0 < $1 }) else { return }
        buckets[fullest.name] = nil
    }

    private static func missing(in bucket: Bucket, perMinute: Int, at now: Instant) -> Int64 {
        let rate = Int64(perMinute)
        // What is over after the time to fill is not multiplied: it could be too large a number.
        let elapsed = min((now - bucket.since).wholeMicroseconds, bucket.missing / rate + 1)
        return max(bucket.missing - elapsed * rate, 0)
    }
}
