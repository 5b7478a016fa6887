// The k-th smallest of many numbers, without sorting them.

/// Selection by Hoare's algorithm (Communications of the ACM 4, 1961, algorithm 65).
package enum OrderStatistic {
    /// The value that the share `quantile` of `values` does not exceed: the smallest one whose rank
    /// is at least quantile × count. Reorders `values`.
    /// - Precondition: `values` is not empty and 0 < quantile <= 1.
    package static func quantile(_ quantile: Double, of values: inout [Double]) -> Double {
        precondition(!values.isEmpty, "no values have no quantile")
        precondition(quantile > 0 && quantile <= 1, "a quantile lies above 0 and at most at 1")
        let rank = Int((quantile * Double(values.count)).rounded(.up)) - 1
        var low = 0
        var high = values.count - 1
        while low < high {
            let pivot = values[(low + high) / 2]
            var left = low
            var right = high
            while left <= right {
                while values[left] < pivot { left += 1 }
                while values[right] > pivot { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if rank <= right {
                high = right
            } else if rank >= left {
                low = left
            } else {
                break
            }
        }
        return values[rank]
    }
}
