// STATUS: health at a glance, and every limit in force.

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
        let core = views.core.limits
        return .object(
            JSONObject([
                ("lease_ms", .milliseconds(core.leasePeriod)),
                ("heartbeat_ms", .milliseconds(core.heartbeatPeriod)),
                ("session_ms", .milliseconds(core.sessionPeriod)),
                ("settle_ms", .milliseconds(core.settlePeriod)),
                ("attempt_timeout_ms", .milliseconds(core.attemptTimeout)),
                ("silence_timeout_ms", .milliseconds(core.silenceTimeout)),
                ("attempts_max", .integer(Int64(core.attemptsMax))),
                ("backoff_base_ms", .milliseconds(core.backoffBase)),
                ("backoff_cap_ms", .milliseconds(core.backoffCap)),
                ("release_wait_ms", .milliseconds(core.releaseWait)),
                ("releases_per_failure", .integer(Int64(core.releasesPerFailure))),
                ("rejections_max", .integer(Int64(core.rejectionsMax))),
                ("escalations_per_brief_max", .integer(Int64(core.escalationsPerBriefMax))),
                ("raised_again_max", .integer(Int64(core.raisedAgainMax))),
                ("tasks_per_plan_max", .integer(Int64(core.tasksPerPlanMax))),
                ("dependency_chain_max", .integer(Int64(core.dependencyChainMax))),
                ("queued_tasks_max", .integer(Int64(core.queuedTasksMax))),
                ("reserve_per_brief", .integer(Int64(core.reservePerBrief))),
                ("priority_max", .integer(Int64(core.priorityMax))),
                ("circuit_failures_max", .integer(Int64(core.circuitFailuresMax))),
                ("circuit_probe_wait_ms", .milliseconds(core.circuitProbeWait)),
                ("sessions_max", .integer(Int64(core.sessionsMax))),
                ("leases_per_session_max", .integer(Int64(core.leasesPerSessionMax))),
                ("agents_max", .integer(Int64(core.agentsMax))),
                ("refusal_fold_ms", .milliseconds(core.refusalFold)),
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
