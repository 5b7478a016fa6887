// `baton api`: what an API's description says, and what it takes away from the clients of the
// version before. Needs no broker: the same check that backend.api_reliability makes for a brief.
import CommandTree
import JSON
import OpenAPI

extension CommandLineTree {
    static let apiCommands = Command(
        group: "api", "descriptions of APIs: what makes them fail badly",
        alsoCalled: ["openapi"],
        subcommands: [
            Command(
                "check", "findings on an OpenAPI 3 document; needs no broker",
                notes: [
                    "Each rule makes one finding: how often it applies, the first places with JSON "
                        + "pointer and line, why it matters and how to mend it. The rules are in "
                        + "Protocols/openapi-rules.md."
                ],
                arguments: [
                    Argument(
                        "FILE", "OpenAPI 3.0 or 3.1, JSON or YAML; - reads standard input",
                        kind: .file)
                ],
                options: [
                    Option(
                        "baseline", "FILE", "the version before: what breaks its clients",
                        kind: .file),
                    Option(
                        "fail-on", "SEVERITY", "exit with 1 if a finding is as bad or worse",
                        kind: .choice(APISeverity.allCases.reversed().map(\.rawValue))),
                    Option(flag: "all", "the first 50 places of each finding, not 5"),
                ],
                examples: [
                    Example("baton api check openapi.yaml", "what a careful reader would say"),
                    Example(
                        "baton api check v2.yaml --baseline v1.yaml --fail-on high",
                        "in a pipeline: no change that breaks clients"),
                ],
                exits: [ExitNote(.failed, "a finding as bad as --fail-on says")],
                alsoCalled: ["lint", "validate"], action: APIActions.check)
        ])
}

/// What the commands do.
enum APIActions {
    static func check(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let document = try read(invocation.argument("FILE"))
        var baseline: APIDocument?
        if let path = invocation.option("baseline") { baseline = try read(path) }
        let report = APICheck.report(document, baseline: baseline)
        let view = APIReportView(report, console, isLong: invocation.flag("all"))
        console.result(report.json) { view.text }
        guard let bound = invocation.option("fail-on").flatMap(APISeverity.init(rawValue:)) else {
            return .done
        }
        return report.findings(from: bound).isEmpty ? .done : .failed
    }

    private static func read(_ path: String) throws(CommandFailure) -> APIDocument {
        let file = try SourceFile.read(path, bytesMax: APILimits.standard.bytesMax + 1)
        do throws(APIReadError) {
            return try APIDocument(reading: file.bytes)
        } catch {
            let name = file.isStandardInput ? "standard input" : file.path
            throw CommandFailure(
                .badInput, code: "bad_openapi", "\(name) is no OpenAPI 3 document to be checked",
                problems: [.init(name, line: error.line > 0 ? error.line : nil, error.message)])
        }
    }
}
