// Moments as text: UTC microseconds to RFC 3339 and back to what a person reads at a glance.

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
            let day: Int64 = 86_400_000_000
            var days = microseconds / day
            var rest = microseconds % day
            if rest < 0 {
                rest += day
                days -= 1
            }
            let (year, month, dayOfMonth) = Self.civil(days)
            let seconds = rest / 1_000_000
            date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
            clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
                .joined(separator: ":")
            fraction = rest % 1_000_000
        }

        /// Howard Hinnant's `civil_from_days`: years that begin in March, in eras of 400 years.
        private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
            let shifted = days + 719_468
            let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
            let dayOfEra = shifted - era * 146_097
            let yearOfEra =
                (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
            let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
            let shiftedMonth = (5 * dayOfYear + 2) / 153
            let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
            let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
            return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
        }
    }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(width - digits.count, 0)) + digits
}
