// STATUS: health at a glance, and every limit in force.

import BatonBrief
package import BatonCore
import BatonWire
import JSON

struct StatusView {
    let views: Views
    let counters: BrokerLoop.Counters
    let process: ProcessFactsForStatus
    let wireLimits: WireLimits
    let contentLimits: ContentLimits

    func json() throws(RecordsFault) -> JSONValue {
        let state = views.state
        let open = state.escalations.values.filter { $0.state == .open }.map(\.id).sorted()
        var status = JSONObject()
        status["broker"] = broker
        status["head"] = .integer(Int64(state.head))
        status["escalations"] = .array(try open.compactMapThrowing(views.escalationRow))
        status["briefs"] = briefCounts
        status["tasks"] = taskCounts
        status["queued"] = [
            "tasks": .integer(
                Int64(state.admittedTasks(reservePerBrief: views.core.limits.reservePerBrief))),
            "bytes": .integer(Int64(state.queuedBytes)),
        ]
        status["agents"] = .array(views.agentNames.map { views.agentRow($0) })
        status["refused"] = [
            "malformed": .integer(Int64(counters.malformed)),
            "overloaded": .integer(Int64(counters.overloaded)),
            "reopened": .integer(Int64(counters.reopened)),
        ]
        status["batches"] = [
            "count": .integer(Int64(counters.batches)), "events": .integer(Int64(counters.events)),
            "commands": .integer(Int64(counters.commands)),
            "largest": .integer(Int64(counters.largestBatch)),
        ]
        status["disk_free_percent"] = .integer(Int64(process.diskFreePercent))
        status["limits"] = limits
        return .object(status)
    }

    private var broker: JSONValue {
        [
            "version": .string(process.version), "pid": .integer(Int64(process.processID)),
            "origin": .string(views.state.origin ?? ""), "home": .string(process.home),
            "endpoint": .string(process.endpoint), "started_us": .instant(process.started),
            "now_us": .instant(views.moment.now),
            "uptime_ms": .milliseconds(views.moment.now - process.started),
        ]
    }

    private var briefCounts: JSONValue {
        var counts: [BriefState: Int] = [:]
        for brief in views.state.briefs.values { counts[brief.state, default: 0] += 1 }
        for brief in views.state.finishedBriefs.values { counts[brief.state, default: 0] += 1 }
        return .object(
            JSONObject(
                BriefState.allCases.map { ($0.rawValue, .integer(Int64(counts[$0] ?? 0))) }))
    }

    /// Tasks in memory; those of finished briefs are not counted.
    private var taskCounts: JSONValue {
        var counts: [TaskState: Int] = [:]
        for task in views.state.tasks.values { counts[task.state, default: 0] += 1 }
        return .object(
            JSONObject(TaskState.allCases.map { ($0.rawValue, .integer(Int64(counts[$0] ?? 0))) }))
    }

    private var limits: JSONValue {
        let core = LimitSetting.all.map { setting in
            (setting.name, JSONValue.integer(setting.read(views.core.limits)))
        }
        return .object(
            JSONObject(
                core + [
                    ("priority_max", .integer(Int64(views.core.limits.priorityMax))),
                    (
                        "packet_inline_bytes_max",
                        .integer(Int64(PacketAssembler.packetInlineBytesMax))
                    ),
                    ("frames_max", .integer(Int64(wireLimits.framesMax))),
                    ("header_bytes_max", .integer(Int64(wireLimits.headerBytesMax))),
                    ("control_bytes_max", .integer(Int64(wireLimits.controlBytesMax))),
                    ("part_bytes_max", .integer(Int64(wireLimits.partBytesMax))),
                    ("parcel_bytes_max", .integer(Int64(wireLimits.parcelBytesMax))),
                    ("parts_max", .integer(Int64(wireLimits.partsMax))),
                    ("chunk_bytes_max", .integer(Int64(wireLimits.chunkBytesMax))),
                    ("attachment_bytes_max", .integer(Int64(contentLimits.attachmentBytesMax))),
                    (
                        "attachments_bytes_per_brief_max",
                        .integer(Int64(contentLimits.attachmentsBytesPerBriefMax))
                    ),
                    (
                        "attachments_per_brief_max",
                        .integer(Int64(contentLimits.attachmentsPerBriefMax))
                    ),
                    ("uploads_bytes_max", .integer(Int64(contentLimits.uploadsBytesMax))),
                    ("tail_credit_bytes_max", .integer(Int64(contentLimits.tailCreditBytesMax))),
                    ("tails_per_session_max", .integer(Int64(contentLimits.tailsPerSessionMax))),
                    (
                        "tails_bytes_per_session_max",
                        .integer(Int64(contentLimits.tailsBytesPerSessionMax))
                    ),
                    ("tails_bytes_max", .integer(Int64(contentLimits.tailsBytesMax))),
                    ("receive_memory_max", .integer(MemoryWatch.receiveMemoryMax)),
                    ("outbox_bytes_max", .integer(Int64(Outbox.bytesMax))),
                    ("leaf_bytes_max", .integer(Int64(leafBytesMax))),
                ]))
    }
}

/// What the process tells STATUS about itself.
package struct ProcessFactsForStatus: Sendable {
    package var version: String
    package var processID: Int
    package var home: String
    package var endpoint: String
    package var started: Instant
    package var diskFreePercent: Int

    package init(
        version: String, processID: Int, home: String, endpoint: String, started: Instant,
        diskFreePercent: Int
    ) {
        self.version = version
        self.processID = processID
        self.home = home
        self.endpoint = endpoint
        self.started = started
        self.diskFreePercent = diskFreePercent
    }
}
