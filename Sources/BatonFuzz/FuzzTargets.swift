// All that is fuzzed, by name.

package enum FuzzTargets {
    package static let all: [any FuzzTarget.Type] = [
        JSONTarget.self, MessageTarget.self, ParcelTarget.self, LeafTarget.self,
        SnapshotTarget.self,
        ControlDocumentTarget.self, LoopTarget.self, ClientSessionTarget.self,
        WorkerSessionTarget.self, YAMLTarget.self, BriefTarget.self, CardTarget.self,
        MarkdownTarget.self, DeliverablesTarget.self, CommandOutputTarget.self, UnitsTarget.self,
        OpenAPITarget.self, ReportTarget.self,
    ]

    package static func named(_ name: String) -> (any FuzzTarget.Type)? {
        all.first { $0.name == name }
    }
}
