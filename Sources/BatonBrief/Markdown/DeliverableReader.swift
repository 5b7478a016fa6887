// Reads one of the five sections of a Markdown delivery into its JSON document.
import JSON
import Markdown
import PlainText

/// Reads one section.
struct DeliverableReader {
    let packet: HandoffPacket
    let zone: DeliverableZone
    var diagnostics: [Diagnostic] = []

    init(packet: HandoffPacket, zone: DeliverableZone) {
        self.packet = packet
        self.zone = zone
    }

    mutating func document(_ kind: DocumentKind) -> JSONValue {
        var document = JSONObject([
            ("format", .string(kind.format)), ("agent", .string(packet.agent)),
            ("task", .string(packet.taskID)),
        ])
        let members: [(String, JSONValue)]
        switch kind {
        case .objectiveSnapshot: members = objectiveSnapshot()
        case .executionPlan: members = executionPlan()
        case .riskRegister: members = riskRegister()
        case .validationChecklist: members = validationChecklist()
        case .handoffPacket: members = handoffPacket()
        default: members = []
        }
        for (key, value) in members { document[key] = value }
        return .object(document)
    }

    // MARK: Sections

    private mutating func objectiveSnapshot() -> [(String, JSONValue)] {
        let stated = zone.part("objective") + zone.opening
        let objective = stated.first { $0.kind == .paragraph }?.text ?? packet.objective
        if objective == nil {
            refuse(zone.line, "the objective is not stated", "write a paragraph")
        }
        let requirements = entries(zone.part("requirements"), prefix: "R").map {
            entry -> JSONValue in
            let kind = entry.field("kind")?.lowercased() ?? "inferred"
            return [
                "id": .string(entry.id ?? ""), "text": .string(entry.text),
                "kind": .string(["hard", "soft"].contains(kind) ? kind : "inferred"),
                "source": .string(entry.field("source") ?? "line \(entry.line)"),
            ]
        }
        return [
            ("objective", .string(objective ?? noneStated)),
            (
                "success_criteria",
                criteria(zone.part("success criteria"), packet.successCriteria, prefix: "SC")
            ),
            (
                "acceptance_criteria",
                criteria(zone.part("acceptance criteria"), packet.acceptanceCriteria, prefix: "AC")
            ),
            ("requirements", PacketAssembler.orNone(requirements)),
            ("constraints", packet.document["constraints"] ?? .string(noneStated)),
            ("assumptions", PacketAssembler.orNone(assumptions())),
            ("decides", list(zone.part("decides", "decided here"))),
            ("must_ask", list(zone.part("must ask", "left to a person"))),
            ("out_of_scope", list(zone.part("out of scope"))),
            ("decided", decided()),
        ]
    }

    /// A bare assumption is inference, at most as sure as inference can be.
    private mutating func assumptions() -> [JSONValue] {
        entries(zone.part("assumptions"), prefix: "A").map { entry in
            let written = entry.field("confidence")
            let whole = written.flatMap { ConfidenceText($0) }
            let evidence =
                entry.field("evidence")?.lowercased() ?? whole?.kind ?? "inference"
            let ceiling = whole?.ceiling ?? DeliverableRules.ceiling(for: evidence) ?? 0.7
            let confidence = whole?.confidence ?? written.flatMap { try? Units.ratio($0) }
            return [
                "id": .string(entry.id ?? ""),
                "statement": .string(entry.field("statement", "assumption") ?? entry.text),
                "evidence": .string(evidence),
                "confidence": JSONValue(canonical: confidence ?? ceiling),
                "ceiling": JSONValue(canonical: ceiling),
                "rationale": .string(
                    entry.field("rationale", "why") ?? whole?.rationale ?? noneStated),
            ]
        }
    }

    private func decided() -> JSONValue {
        PacketAssembler.orNone(
            packet.answers.map { answer in
                [
                    "escalation": answer["escalation"] ?? .null,
                    "option": answer["option"] ?? .null, "label": answer["label"] ?? .null,
                    "reason": answer["reason"] ?? .null, "by": answer["by"] ?? .null,
                ]
            })
    }

    private mutating func executionPlan() -> [(String, JSONValue)] {
        let steps = entries(zone.except("decisions"), prefix: "S")
        if steps.isEmpty {
            refuse(zone.line, "the execution plan has no step", "write a list or table")
        }
        let stepValues = steps.map { entry -> JSONValue in
            let title = entry.field("title", "step", "action") ?? entry.text
            return [
                "id": .string(entry.id ?? ""), "title": .string(title),
                "detail": .string(entry.field("detail", "details", "description") ?? title),
                "owner": .string(need("owner", of: entry, as: "step")),
                "depends_on": references(entry.field("depends_on", "after", "needs")),
                "done_when": .string(entry.field("done_when", "done") ?? noneStated),
            ]
        }
        let decisions = entries(zone.part("decisions"), prefix: "D").map { entry -> JSONValue in
            let options = entry.field("alternatives", "alternative").map { text in
                [
                    [
                        "option": .string(text),
                        "why_not": .string(entry.field("why_not") ?? noneStated),
                    ]
                        as JSONValue
                ]
            }
            return [
                "id": .string(entry.id ?? ""),
                "decision": .string(entry.field("decision") ?? entry.text),
                "alternatives": PacketAssembler.orNone(options ?? []),
                "rank": .string(choice("rank", DocumentKind.ranks, of: entry, as: "decision")),
                "rationale": .string(entry.field("rationale", "why") ?? noneStated),
                "evidence": PacketAssembler.orNone(
                    entry.field("evidence", "rests_on").map { [.string($0)] } ?? []),
            ]
        }
        return [("steps", .array(stepValues)), ("decisions", PacketAssembler.orNone(decisions))]
    }

    /// The heading over the sources of risks that several agents tell of.
    static let toldTitle = "Who told of each"

    private mutating func riskRegister() -> [(String, JSONValue)] {
        let risks = entries(zone.except(Self.toldTitle.lowercased()), prefix: "K")
        let told = DeliverableEntry.entries(in: zone.part(Self.toldTitle.lowercased()))
        if risks.isEmpty {
            refuse(zone.line, "the risk register has no risk", "write a list or table")
        }
        return [
            (
                "risks",
                .array(
                    risks.map { entry -> JSONValue in
                        var risk: JSONValue = [
                            "id": .string(entry.id ?? ""),
                            "risk": .string(entry.field("risk", "description") ?? entry.text),
                            "severity": .string(
                                choice("severity", DocumentKind.severities, of: entry, as: "risk")),
                            "likelihood": .string(
                                choice(
                                    "likelihood", DocumentKind.likelihoods, of: entry,
                                    as: "risk")),
                            "impact": .string(entry.field("impact") ?? noneStated),
                            "mitigation": .string(need("mitigation", of: entry, as: "risk")),
                            "owner": .string(need("owner", of: entry, as: "risk")),
                            "trigger": .string(need("trigger", of: entry, as: "risk")),
                        ]
                        if entry.field("impact_level") != nil {
                            risk["impact_level"] = .string(
                                choice(
                                    "impact_level", DocumentKind.impactLevels, of: entry,
                                    as: "risk"))
                        }
                        let sources = told.filter { $0.id == entry.id }.map {
                            source -> JSONValue in
                            [
                                "agent": .string(source.field("agent") ?? packet.agent),
                                "risk": .string(source.field("in_its_words") ?? noneStated),
                            ]
                        }
                        if !sources.isEmpty { risk["sources"] = .array(sources) }
                        return risk
                    })
            )
        ]
    }

    private mutating func validationChecklist() -> [(String, JSONValue)] {
        let checks = numbered(
            DeliverableEntry.entries(in: zone.blocks).map { entry in
                // `AC1: …` says what the check proves; several checks may prove the same.
                guard let id = entry.id, id.hasPrefix("AC") else { return entry }
                var check = entry
                check.id = nil
                if check.fields["traces"] == nil { check.fields["traces"] = id }
                return check
            }, prefix: "C")
        if checks.isEmpty {
            refuse(zone.line, "the checklist has no check", "write a list or table")
        }
        return [("checks", .array(checks.map { MeasuredCheck($0).json }))]
    }

    private mutating func handoffPacket() -> [(String, JSONValue)] {
        let opening = DeliverableEntry.entries(in: zone.opening)
        let pairs = Dictionary(
            (opening.map(\.text) + zone.opening.map(\.text)).compactMap(DeliverableEntry.pair)
                .map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        let plain = zone.opening.first {
            $0.kind == .paragraph && DeliverableEntry.pair($0.text) == nil
        }
        let summary =
            zone.part("summary").first { $0.kind == .paragraph }?.text ?? pairs["summary"]
            ?? plain?.text
        if summary == nil { refuse(zone.line, "the handoff has no summary", "write a paragraph") }
        let to = pairs["to"] ?? zone.part("to").first { $0.kind == .paragraph }?.text ?? noneStated
        let steps = entries(zone.part("next steps"), prefix: "N").map { JSONValue.string($0.text) }
        let questions = entries(zone.part("open questions"), prefix: "Q")
            .map { JSONValue.string($0.text) }
        var members: [(String, JSONValue)] = [
            ("to", .string(to)), ("objective", packet.document["objective"] ?? .string(noneStated)),
        ]
        for key in [
            "success_criteria", "constraints", "inputs", "route", "artifacts", "definition_of_done",
            "findings", "answers", "decisions",
        ] {
            members.append((key, packet.document[key] ?? .string(noneStated)))
        }
        let proposed = entries(zone.part("proposed tasks"), prefix: "P").map { entry -> JSONValue in
            [
                "agent": .string(need("agent", of: entry, as: "proposed task")),
                "title": .string(entry.field("title") ?? entry.text),
                "why": .string(entry.field("why") ?? noneStated),
            ]
        }
        let commands = entries(zone.part("recommended commands"), prefix: "M").map {
            entry -> JSONValue in
            [
                "command": .string(entry.field("command") ?? entry.text),
                "why": .string(need("why", of: entry, as: "recommended command")),
            ]
        }
        var delivered: [DeliveredItem] = []
        for entry in DeliverableEntry.entries(in: zone.part("delivered")) {
            delivered.append(deliveredItem(entry))
        }
        if !delivered.isEmpty { members.append(("delivered", .array(delivered.map(\.json)))) }
        return members + [
            ("open_questions", PacketAssembler.orNone(questions)),
            ("proposed_tasks", PacketAssembler.orNone(proposed)),
            ("recommended_commands", PacketAssembler.orNone(commands)),
            ("summary", .string(summary ?? noneStated)),
            ("next_steps", PacketAssembler.orNone(steps)),
        ]
    }

    /// `migrations: S2, S3`, or `migrations: not applicable - why`; as a table, what is written
    /// below “Item”, “Where” and “Not applicable because”.
    private mutating func deliveredItem(_ entry: DeliverableEntry) -> DeliveredItem {
        let halves = entry.text.split(separator: ":", maxSplits: 1).map(\.trimmed)
        let isPair = entry.fields["item"] == nil && halves.count == 2
        let id = isPair ? halves[0] : entry.field("item") ?? entry.text
        let written = isPair ? halves[1] : entry.field("where") ?? ""
        if let reason = entry.field("not_applicable_because", "not_applicable") {
            return DeliveredItem(id: id, .notApplicable(reason))
        }
        let mark = "not applicable"
        if written.lowercased().hasPrefix(mark) {
            let reason = written.dropFirst(mark.count).drop { !$0.isLetter && !$0.isNumber }
            if reason.isEmpty {
                refuse(entry.line, "\(id) is not applicable for no reason", "write why after -")
            }
            return DeliveredItem(id: id, .notApplicable(String(reason)))
        }
        let places = written.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }
        if places.isEmpty {
            refuse(
                entry.line, "\(id) says neither where it stands nor why it does not apply",
                "write \(id): S1, or \(id): not applicable - why")
        }
        return DeliveredItem(id: id, .at(places))
    }

    // MARK: Reading entries

    /// Entries with an id each; those without one are numbered.
    private func entries(_ blocks: [MarkdownBlock], prefix: String) -> [DeliverableEntry] {
        numbered(DeliverableEntry.entries(in: blocks), prefix: prefix)
    }

    private func numbered(_ stated: [DeliverableEntry], prefix: String) -> [DeliverableEntry] {
        var entries = stated
        let taken = Set(entries.compactMap(\.id))
        var number = 1
        for index in entries.indices where entries[index].id == nil {
            while taken.contains("\(prefix)\(number)") { number += 1 }
            entries[index].id = "\(prefix)\(number)"
            number += 1
        }
        return entries
    }

    private func list(_ blocks: [MarkdownBlock]) -> JSONValue {
        PacketAssembler.orNone(entries(blocks, prefix: "O").map { .string($0.text) })
    }

    private func criteria(
        _ blocks: [MarkdownBlock], _ stated: [String], prefix: String,
    ) -> JSONValue {
        let found = entries(blocks, prefix: prefix)
        let pairs =
            found.isEmpty
            ? stated.enumerated().map { ("\(prefix)\($0.offset + 1)", $0.element) }
            : found.map { ($0.id ?? "", $0.field("text", "criterion") ?? $0.text) }
        return PacketAssembler.orNone(
            pairs.map { ["id": .string($0.0), "text": .string($0.1)] })
    }

    private func references(_ text: String?) -> JSONValue {
        let words = (text ?? "").split { $0 == "," || $0 == " " }.map(String.init)
        return JSONValue(
            texts: words.filter { TextPattern.identifier.matches($0) && $0 != "-" && $0 != "none" })
    }

    private mutating func need(_ name: String, of entry: DeliverableEntry, as what: String)
        -> String
    {
        if let value = entry.fields[name], TextPattern.visible.matches(value) { return value }
        refuse(entry.line, "\(what) \(entry.id ?? "") states no \(name)", "add \(name): …")
        return noneStated
    }

    private mutating func choice(
        _ name: String, _ names: [String], of entry: DeliverableEntry, as what: String,
    ) -> String {
        let value = entry.fields[name]?.lowercased().trimmed ?? ""
        if names.contains(value) { return value }
        refuse(
            entry.line, "\(what) \(entry.id ?? "") has \(name) \"\(value.prefix(40))\"",
            "write \(name): and one of " + names.joined(separator: ", "))
        return names[0]
    }

    private mutating func refuse(_ line: Int, _ message: String, _ suggestion: String) {
        diagnostics.append(Diagnostic(.error, line: line, message, suggestion: suggestion))
    }
}
