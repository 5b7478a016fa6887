// Moments as text: UTC microseconds to RFC 3339 and back to what a person reads at a glance.

import PlainText

/// Writes moments given as microseconds since 1970, UTC.
package enum MomentText {
    /// `2026-11-20T08:09:10.123456Z`.
    package static func rfc3339(_ microseconds: Int64) -> String {
        let parts = Parts(microseconds)
        return "\(parts.date)T\(parts.clock).\(padded(parts.fraction, 6))Z"
    }

    /// `2026-11-20 08:09:10`.
    package static func short(_ microseconds: Int64) -> String {
        let parts = Parts(microseconds)
        return "\(parts.date) \(parts.clock)"
    }

    /// `08:09:10.123`, for streams of one day.
    package static func clock(_ microseconds: Int64) -> String {
        let parts = Parts(microseconds)
        return "\(parts.clock).\(padded(parts.fraction / 1000, 3))"
    }

    private struct Parts {
        let date: String
        let clock: String
        let fraction: Int64

        init(_ microseconds: Int64) {
            let days = CivilDate.floorDivide(microseconds, by: 86_400_000_000)
            let rest = microseconds - days * 86_400_000_000
            let day = CivilDate(daysSince1970: days)
            let seconds = rest / 1_000_000
            date = "\(padded(day.year, 4))-\(padded(day.month, 2))-\(padded(day.day, 2))"
            clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
                .joined(separator: ":")
            fraction = rest % 1_000_000
        }
    }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(width - digits.count, 0)) + digits
}
