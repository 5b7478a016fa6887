// Checks that need more than one field: names that must exist, numbers that contradict each other.
import JSON

/// Checks across the fields of a brief.
struct BriefChecks {
    private let fields: JSONObject
    private let lines: [String: Int]
    private(set) var diagnostics: [Diagnostic] = []

    init(fields: JSONObject, understood: [UnderstoodField]) {
        self.fields = fields
        lines = Dictionary(
            understood.map { ($0.field, $0.line) }, uniquingKeysWith: { first, _ in first })
        checkPercentiles("slo", fields["slo"], prefix: "latency_")
        checkPeak("traffic", fields["traffic"])
        checkDependencies()
        checkLayers()
        checkOperations()
        checkQueues()
        checkBudget()
    }

    /// Usage is reported in US dollars, and nobody here knows what others are worth.
    private mutating func checkBudget() {
        guard let cost = fields["budget"]?["cost"] else { return }
        let stated = cost["value"] ?? cost
        let currency = stated["currency"]?.stringValue ?? ""
        if currency != "USD" {
            report(
                "budget.cost", "budget.cost is in \(currency); agents report cost in USD",
                "write it in USD")
        } else if let amount = stated["amount"]?.doubleValue, !(0.000_001...1e6).contains(amount) {
            report(
                "budget.cost", "budget.cost of \(amount) USD is not between 0.000001 and 1000000")
        }
    }

    private func list(_ key: String) -> [JSONValue] { fields[key]?.arrayValue ?? [] }

    private func number(_ value: JSONValue?) -> Double? {
        value?.doubleValue ?? value?["value"]?.doubleValue
    }

    private mutating func report(
        _ path: String, _ message: String, _ suggestion: String? = nil,
        severity: Diagnostic.Severity = .error,
    ) {
        // The line of the field itself, else of anything below it.
        let line = lines[path] ?? lines.filter { $0.key.hasPrefix(path + ".") }.map(\.value).min()
        diagnostics.append(
            Diagnostic(severity, line: line, field: path, message, suggestion: suggestion))
    }

    private mutating func checkPercentiles(_ path: String, _ value: JSONValue?, prefix: String) {
        let names = ["p50", "p90", "p95", "p99"].map { prefix + $0 }
        var last: (name: String, value: Double)?
        for name in names {
            guard let current = number(value?[name]) else { continue }
            if let last, last.value > current {
                report("\(path).\(name)", "\(path).\(name) is below \(last.name)", "swap the two?")
            }
            last = (name, current)
        }
    }

    private mutating func checkPeak(_ path: String, _ value: JSONValue?) {
        guard let mean = number(value?["mean"]), let peak = number(value?["peak"]?["rate"]),
            peak < mean
        else { return }
        report("\(path).peak", "\(path).peak is below the mean")
    }

    private mutating func checkDependencies() {
        for dependency in list("dependencies") {
            let name = dependency["name"]?.stringValue ?? ""
            let path = "dependencies.\(name)"
            let kind = dependency["kind"]?.stringValue
            let group = dependency["group"]?.stringValue
            checkPercentiles(path, dependency, prefix: "latency_")
            if kind == "redundant", group == nil {
                report("\(path).kind", "\(path) is redundant but names no group", "add group: NAME")
            }
            if group != nil, kind != nil, kind != "redundant" {
                report(
                    "\(path).group", "\(path) has a group but is not redundant",
                    "write kind: redundant")
            }
            if kind == "cached", dependency["stale_ok"] == nil {
                report(
                    "\(path).kind", "\(path) is cached but stale_ok is not stated",
                    "add stale_ok: 30m", severity: .warning)
            }
            if let need = number(dependency["need"]), let group {
                let members = list("dependencies").filter { $0["group"]?.stringValue == group }
                if Int(need) > members.count {
                    report(
                        "\(path).need",
                        "\(path).need is \(Int(need)), but group \(group) has \(members.count)")
                }
            }
            if let length = number(dependency["maintenance"]?["for"]),
                let every = number(dependency["maintenance"]?["every"]), length >= every
            {
                report("\(path).maintenance", "\(path).maintenance never ends")
            }
        }
    }

    private mutating func checkLayers() {
        for layer in list("layers") {
            checkNames(
                "layers.\(layer["name"]?.stringValue ?? "").calls", layer["calls"]?.texts ?? [],
                known: dependencyNames, what: "dependency or group")
        }
    }

    private mutating func checkOperations() {
        var shares = 0.0
        for operation in list("operations") {
            let path = "operations.\(operation["id"]?.stringValue ?? "")"
            shares += number(operation["share"]) ?? 0
            checkCalls("\(path).calls", operation["calls"])
            checkNames(
                "\(path).writes", operation["writes"]?.texts ?? [], known: dependencyNames,
                what: "dependency")
            checkNames(
                "\(path).publishes", operation["publishes"]?.texts ?? [],
                known: list("queues").compactMap { $0["name"]?.stringValue }, what: "queue")
        }
        if shares > 1.000_001 {
            report("operations", "the shares of the operations add up to more than 100%")
        }
    }

    private mutating func checkQueues() {
        for queue in list("queues") {
            let path = "queues.\(queue["name"]?.stringValue ?? "")"
            checkPeak("\(path).arrival_rate", queue["arrival_rate"])
            checkPercentiles("\(path).service_time", queue["service_time"], prefix: "")
            checkPercentiles("\(path).max_wait", queue["max_wait"], prefix: "")
            checkCalls("\(path).calls", queue["calls"])
            checkPool(path, queue["pool"]?.stringValue)
        }
    }

    /// Nobody shares with a single queue: the name is a slip, or another queue lacks it.
    private mutating func checkPool(_ path: String, _ pool: String?) {
        let pools = list("queues").compactMap { $0["pool"]?.stringValue }
        guard let pool, pools.count(where: { $0 == pool }) == 1 else { return }
        let near = FieldCatalog.nearest(pool, in: pools.filter { $0 != pool })
        report(
            "\(path).pool", "\(path) is the only queue of pool \(pool) and shares no workers",
            near.map { "did you mean \($0)?" }, severity: .warning)
    }

    private var dependencyNames: [String] {
        var names: [String] = []
        for dependency in list("dependencies") {
            for key in ["name", "group"] {
                if let name = dependency[key]?.stringValue, !names.contains(name) {
                    names.append(name)
                }
            }
        }
        return names
    }

    private mutating func checkCalls(_ path: String, _ calls: JSONValue?) {
        let names = (calls?.arrayValue ?? []).flatMap { call in
            call.stringValue.map { [$0] } ?? call["parallel"]?.texts ?? []
        }
        checkNames(path, names, known: dependencyNames, what: "dependency or group")
    }

    private mutating func checkNames(
        _ path: String, _ names: [String], known: [String], what: String,
    ) {
        for name in names where !known.contains(name) {
            let near = FieldCatalog.nearest(name, in: known)
            // A slip changes the arithmetic; a name that resembles none may stand for something
            // the brief does not describe.
            report(
                path, "\(path) names \(name), which is no \(what) of this brief",
                near.map { "did you mean \($0)?" }, severity: near == nil ? .warning : .error)
        }
    }
}
