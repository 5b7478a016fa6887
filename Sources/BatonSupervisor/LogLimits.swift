// How much of what processes say is kept.

/// Bounds of one process's log. All its files together hold at most `fileBytes` × `files`, and a
/// line or two.
package struct LogLimits: Sendable, Hashable {
    /// The file is turned over at this size.
    package var fileBytes = 5 << 20
    /// The file and the older ones beside it, `.1`, `.2` and so on.
    package var files = 3
    /// What is said beyond this within one second is dropped, and the log says how much: a process
    /// that floods its log neither wears the disk nor has to wait.
    package var bytesPerSecond = 1 << 20

    package init() {}
}
