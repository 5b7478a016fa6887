// How much a finding matters.

/// Later cases matter more.
package enum APISeverity: String, Sendable, CaseIterable, Comparable {
    /// Good to know; nothing is wrong.
    case info
    case low
    case medium
    case high

    package static func < (left: APISeverity, right: APISeverity) -> Bool {
        left.order < right.order
    }

    private var order: Int {
        switch self {
        case .info: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        }
    }
}
