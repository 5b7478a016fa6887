// backend.api_reliability: error budget, availability, deadlines, retries, alerts, failure
// semantics.
// The order of the work: what is promised, whether it can be kept, how each call must behave.

import BatonBrief
import JSON
import OpenAPI

/// The engine of `backend.api_reliability`.
package struct ReliabilityEngine: Engine {
    package let agentID = "backend.api_reliability"

    package init() {}

    package func run(_ input: EngineInput) -> EngineOutcome {
        run(input, as: ReliabilityRun.self)
    }
}

extension ReliabilityRun: SpecialistRun {
    mutating func work() -> JSONValue? {
        if isRolloutOnly {
            rolloutOnly()
            return nil
        }
        promise()
        if let escalation = availability() { return escalation }
        nextNine()
        deadlines()
        latency()
        retries()
        capacity()
        alerts()
        budgetPlot()
        describedAPI()
        operations()
        failures()
        observability()
        nameFindings()
        finish()
        rollout()
        answerContract()
        return nil
    }
}

/// One run, with what its stages hand to each other.
struct ReliabilityRun {
    var workings: Workings
    /// The promised availability and the window of the budget.
    var promised: Source?
    var window: Source?
    /// The time in which a request must be answered.
    var deadline: Source?
    /// How long an outage may last; only where a cache has to outlast it.
    var recovery: Source?
    /// The availability taken for dependencies that state none; only where the brief allows it.
    var unstated: Double?
    var targets: [CallTarget] = []
    var paths: [CallPath] = []
    /// The API's description and what was found in it; nil where the brief names none.
    var api: (document: APIDocument, report: APIReport)?
    /// The dependencies and what decides how they count, as inputs of the formulas over the graph.
    var graphSources: [(String, Source)] = []
    /// The alerts on the burn of the budget, those left out included.
    var alertRows: [AlertRow] = []
    /// What was found and has a name that a team can search for.
    var named: [ReliabilityFinding] = []

    init(_ workings: Workings) { self.workings = workings }

    var packet: PacketView { workings.packet }
    var owner: String { packet.serviceOwner }

    /// Error budget: what may fail, in time and in requests.
    mutating func promise() {
        promised = workings.source("/inputs/slo/availability")
        window = workings.source("/inputs/slo/window")
        guard let promised else {
            workings.ask("slo.availability is not stated, so there is no error budget.")
            return
        }
        workings.derive(
            "error_budget.ratio", "Share of requests that may fail", by: "error-ratio-allowed",
            [("availability", promised)])
        var text =
            "A promise of \(Shown.percent(workings.value(of: promised) ?? 0)) leaves"
            + " \(workings.shown("error_budget.ratio")) for failures"
        if let window {
            workings.derive(
                "error_budget.minutes", "Error budget in the window", by: "error-budget",
                [("availability", promised), ("window", window)])
            let length = Shown.duration(workings.value(of: window) ?? 0, .nearest)
            text += ": \(workings.shown("error_budget.minutes")) of complete outage in \(length)"
            if packet.number("/inputs/traffic/mean") != nil {
                workings.derive(
                    "error_budget.requests", "Requests that may fail in the window",
                    by: "failed-requests-allowed",
                    [
                        ("availability", promised), ("rate", .pointer("/inputs/traffic/mean")),
                        ("window", window),
                    ])
                text += ", or \(workings.shown("error_budget.requests"))"
            }
        } else {
            workings.ask(
                "slo.window is not stated, so the error budget is a share and not yet minutes.")
            text += "; without slo.window it cannot be said in minutes"
        }
        workings.sections.append(Section(title: "Error budget", text: text + "."))
    }

    /// What a manager reads first.
    var summary: String {
        if isRolloutOnly { return rolloutSummary }
        var sentences: [String] = []
        let slo = Shown.percent(workings.value(of: promised) ?? 0)
        if let minutes = workings.quantity("error_budget.minutes") {
            let length = Shown.duration(workings.value(of: window) ?? 0, .nearest)
            sentences.append(
                "The promise of \(slo) leaves an error budget of \(minutes.shown) in \(length).")
        } else {
            sentences.append(
                "The promise of \(slo) leaves \(workings.shown("error_budget.ratio")) for errors.")
        }
        if let total = workings.quantity("availability.attainable") {
            sentences.append("The dependencies and the service together allow \(total.shown).")
        } else if let graph = workings.quantity("availability.dependencies") {
            sentences.append("The dependencies allow \(graph.shown) at most.")
        }
        if let worst = workings.quantity("retry.amplification") {
            sentences.append(
                "Each call of a request becomes at most \(worst.shown) calls to its dependency.")
        }
        let slow = paths.filter { !$0.fits }.map(\.name)
        if !slow.isEmpty {
            sentences.append(
                "The timeouts of \(slow.joined(separator: ", ")) had to be cut to fit the latency"
                    + " objective.")
        } else if let deadline = workings.value(of: deadline), !paths.isEmpty {
            sentences.append(
                "All calls, retries included, end within \(Shown.duration(deadline, .nearest)).")
        }
        if let sentence = apiSentence { sentences.append(sentence) }
        if !workings.openQuestions.isEmpty {
            let count = workings.openQuestions.count
            sentences.append("\(count) \(count == 1 ? "question stays" : "questions stay") open.")
        }
        return sentences.joined(separator: " ")
    }

    /// Where the contract of each operation stands, for a playbook that asks for it.
    private mutating func answerContract() {
        let titles = [Self.semanticsTitle, "Failures by operation", "Timeouts and attempts"]
        let there = titles.filter { title in workings.sections.contains { $0.title == title } }
        workings.answer(
            "contract",
            there.isEmpty
                ? .notApplicable("the brief and its files describe no operation") : .at(there))
    }

    /// An availability of the whole as people read it here: truncated, two digits beyond the
    /// promise.
    func shownAvailability(_ value: Double, _ rounding: Shown.Rounding = .down) -> String {
        Shown.availability(
            value, promised: packet.number("/inputs/slo/availability"), rounding)
    }

    /// What has a name, in one place.
    mutating func nameFindings() {
        guard !named.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Findings", text: "What stands in the way of the promise, by name.",
                columns: ["Finding", "Where", "What"],
                rows: named.map { [$0.name, $0.place, $0.message] }))
    }
}
