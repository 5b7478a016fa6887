// How much a finding matters.

/// Later cases matter more.
package enum APISeverity: String, Sendable, CaseIterable, Comparable {
    /// Good to know; nothing is wrong.
    case info
    case low
    case medium
    case high

    package static func < (left: APISeverity, right: APISeverity) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}
