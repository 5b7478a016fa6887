// Every bound of the core, with unit and reason. Reaching one is a `Rejection`, never a silent
// drop. `decide` reads them and writes what will matter later into the event; `apply` never reads
// them.

package struct Limits: Sendable, Hashable {
    /// How long a lease lasts without a heartbeat. Four heartbeats: three may be lost.
    package var leasePeriod: Duration = .seconds(60)
    /// How often a worker is asked to send BEAT.
    package var heartbeatPeriod: Duration = .seconds(15)
    /// How long a session may be silent before it is closed; as long as a lease, so that a session
    /// never ends before what it holds.
    package var sessionPeriod: Duration = .seconds(60)
    /// After a start, how long instances have to come back and list their leases.
    package var settlePeriod: Duration = .seconds(30)
    /// One attempt ends as expired after this, whatever its heartbeats say.
    package var attemptTimeout: Duration = .seconds(1800)
    /// One attempt ends as expired after this without progress or output.
    package var silenceTimeout: Duration = .seconds(600)
    /// Expired and failed attempts before a task is dead. With the backoff below the eighth comes
    /// about 20 minutes after the first: an outage of nine minutes kills nothing.
    package var attemptsMax = 8
    /// The first wait after a failure; each further one is three times as long, up to the cap.
    package var backoffBase: Duration = .seconds(5)
    package var backoffCap: Duration = .seconds(300)
    /// The wait after a release, which costs the task nothing.
    package var releaseWait: Duration = .seconds(1)
    /// Every so many releases count as one failure, so a task that is always given back ends too.
    package var releasesPerFailure = 10
    /// Rejections by the gate before people are asked.
    package var rejectionsMax = 3
    package var escalationsPerBriefMax = 16
    /// Decisions of people and evidence for gates, of one brief.
    package var statementsPerBriefMax = 1_000
    /// How often an unanswered escalation is raised again after its deadline.
    package var raisedAgainMax = 2
    package var tasksPerPlanMax = 64
    package var dependencyChainMax = 16
    /// Open tasks, the reserve of briefs without an accepted plan included.
    package var queuedTasksMax = 1_000_000
    /// Tasks that a brief without an accepted plan may still bring: a whole plan and its close.
    package var reservePerBrief = 65
    /// Bytes that what is open was submitted with: parts of direct tasks and briefs, attachments
    /// aside. At a full queue 8 KiB a task; a million tasks of 1 MiB would be a terabyte.
    package var queuedBytesMax = 8 << 30
    package var priorityMax = 9
    /// Leases of one agent in any minute, for agents whose card states no rate; 0: as many as its
    /// instances take.
    package var agentLeasesPerMinuteMax = 0
    /// What one submitter may submit in a minute in the long run, briefs and direct tasks together;
    /// 0: as much as the queue holds. Off by default: whoever may submit on one host is one user.
    package var submissionsPerMinuteMax = 0
    /// What one submitter who has been quiet may submit at once, before the rate binds.
    package var submissionsBurstMax = 100
    /// Submitters whose rates are kept apart at once; beyond it the one that has used up least is
    /// forgotten.
    package var submittersMax = 4_096
    /// Failures in a row of distinct tasks that open an agent's circuit.
    package var circuitFailuresMax = 5
    /// How long an open circuit waits before its one probe.
    package var circuitProbeWait: Duration = .seconds(30)
    package var sessionsMax = 1_024
    /// Leases of one session at once, whatever credit it grants.
    package var leasesPerSessionMax = 256
    package var agentsMax = 1_024
    /// Repeats of one refusal of right are folded into one event in this time.
    package var refusalFold: Duration = .seconds(60)
    /// Different subjects of one actor's refusals in that time; further ones are folded without
    /// their subject, which a peer may choose. At 300 bytes an event 40 KiB a minute.
    package var refusalSubjectsMax = 128
    /// Different refusals remembered for folding; beyond it the oldest is written at once.
    package var refusalsFoldedMax = 1_024

    package init() {}
}
