// Cost as the broker keeps it, in whole millionths of a US dollar, and as people write it.

/// Millionths of a US dollar; shown as dollars with at least two decimals and no more than needed.
package struct MicroDollars: Sendable, Hashable, CustomStringConvertible {
    package let amount: Int64

    /// - Parameter amount: not negative.
    package init(_ amount: Int64) { self.amount = amount }

    package var description: String {
        let digits = String(amount % 1_000_000)
        var decimals = String(repeating: "0", count: 6 - digits.utf8.count) + digits
        while decimals.utf8.count > 2, decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(amount / 1_000_000).\(decimals)"
    }
}
