// The keys of a card's front matter.
import JSON
import PlainText
import YAML

extension CardReader {
    /// Reads one key. Unknown ones are kept.
    mutating func readKey(_ member: YAMLMember) {
        let line = member.line + front.yamlLineOffset
        let node = member.value
        switch member.key.lowercased() {
        case "id": readID(node, line)
        case "name": card.name = text(node, member.key, line) ?? ""
        case "description": card.description = text(node, member.key, line) ?? ""
        case "tags":
            card.tags = list(node, member.key, line)
            listLines["tags"] = line
        case "hosts":
            card.hosts = list(node, member.key, line)
            listLines["hosts"] = line
        case "dependencies", "depends-on", "depends_on":
            card.dependencies = list(node, member.key, line)
            listLines["dependencies"] = line
            for id in card.dependencies where !TextPattern.agent.matches(id) {
                note(
                    .error, line, "dependency \(id.prefix(80)) is no agent id",
                    TextPattern.agent.expectation, field: "dependencies")
            }
        case "brain": readBrain(node, line)
        case "preset":
            let preset = text(node, member.key, line) ?? ""
            if ["claude", "codex"].contains(preset) {
                card.preset = preset
            } else {
                note(
                    .error, line, "preset \(preset.prefix(40)) is unknown", "write claude or codex")
            }
        case "command": card.command = arguments(node, member.key, line)
        case "worker": card.worker = arguments(node, member.key, line)
        case "context": readContext(node, line)
        case "env": card.env = list(node, member.key, line)
        case "review": readReview(node, line)
        case "attempt_timeout": card.attemptTimeout = duration(node, member.key, line)
        case "silence_timeout": card.silenceTimeout = duration(node, member.key, line)
        case "rate": card.rate = rate(node, line)
        case "instances": card.instances = count(node, member.key, line, 0...256) ?? 1
        case "concurrency": card.concurrency = count(node, member.key, line, 1...256) ?? 1
        case "activation": readActivation(node, line)
        case "required_inputs": readRequiredInputs(node, line)
        case "deliverables": card.deliverables = list(node, member.key, line)
        default: card.extra[member.key] = JSONValue(node)
        }
    }

    private mutating func readID(_ node: YAMLNode, _ line: Int) {
        let id = node.text?.trimmed ?? ""
        guard TextPattern.agent.matches(id), id.utf8.count <= 128 else {
            note(
                .error, line, "id \(id.prefix(80)) is no agent id",
                CardParser.slug(id).map { "write \($0)" } ?? TextPattern.agent.expectation,
                field: "id")
            return
        }
        card.id = id
    }

    private mutating func readBrain(_ node: YAMLNode, _ line: Int) {
        let word = node.text?.trimmed ?? ""
        if let brain = Card.Brain(rawValue: word) {
            card.brain = brain
        } else {
            let hint =
                word == "http"
                ? "http comes later; write builtin or command" : "write builtin or command"
            note(.error, line, "brain \(word.prefix(40)) is unknown", hint, field: "brain")
        }
    }

    private mutating func readReview(_ node: YAMLNode, _ line: Int) {
        switch node.text?.trimmed.lowercased() {
        case "required", "true", "yes": card.isReviewed = true
        case "none", "false", "no": card.isReviewed = false
        default: note(.error, line, "review is neither required nor none", "write review: required")
        }
    }

    private mutating func readContext(_ node: YAMLNode, _ line: Int) {
        // Cards made for other tools may have a text of that name.
        guard node.elements != nil else {
            card.extra["context"] = JSONValue(node)
            return
        }
        do throws(ContextSyntax) {
            card.context = try ContextCommand.read(node).map(\.words)
        } catch {
            note(
                .error, error.line + front.yamlLineOffset, error.message, error.suggestion,
                field: "context")
        }
    }

    private mutating func readActivation(_ node: YAMLNode, _ line: Int) {
        guard let members = node.members else {
            card.activation.phrases = list(node, "activation", line)
            return
        }
        for member in members {
            let place = member.line + front.yamlLineOffset
            let values = list(member.value, "activation.\(member.key)", place)
            switch member.key {
            case "tags": card.activation.tags = values
            case "phrases": card.activation.phrases = values
            case "inputs": for value in values { addActivationInput(value, line: place) }
            default:
                note(
                    .warning, place, "activation has \(member.key), which nothing reads",
                    "use tags, phrases or inputs", field: "activation")
            }
        }
    }

    private mutating func readRequiredInputs(_ node: YAMLNode, _ line: Int) {
        for element in node.elements ?? [node] {
            let place = element.line + front.yamlLineOffset
            if let field = element.text {
                for name in field.split(separator: ",") {
                    addRequiredInput(
                        field: String(name).trimmed, why: "", assumable: nil, line: place)
                }
            } else if let field = element["field"]?.text ?? element["input"]?.text {
                addRequiredInput(
                    field: field.trimmed, why: element["why"]?.text ?? "",
                    assumable: element["assumable"], line: place)
            } else {
                note(
                    .error, place, "a required input has no field",
                    "write {field: slo.availability, why: …}", field: "required_inputs")
            }
        }
    }

    /// Adds an input by the name a brief gives it.
    mutating func addRequiredInput(field: String, why: String, assumable: YAMLNode?, line: Int) {
        guard let pointer = inputPointer(field, line: line) else { return }
        var value: JSONValue?
        if let text = assumable?.text {
            do throws(UnitError) {
                value =
                    try FieldCatalog.entry(at: field).map { entry throws(UnitError) in
                        try FieldValue.parse(text, as: entry)
                    } ?? assumable.map { JSONValue($0) }
            } catch {
                note(
                    .error, line, "assumable of \(field) needs \(error.expected); found \(text)",
                    error.suggestion, field: field)
            }
        }
        card.requiredInputs.append(
            Card.RequiredInput(pointer: pointer, why: why.trimmed, assumable: value, field: field))
    }

    mutating func addActivationInput(_ field: String, line: Int) {
        if let pointer = inputPointer(field, line: line) { card.activation.inputs.append(pointer) }
    }

    /// `slo.availability` is `/inputs/slo/availability`; a list's elements are `*`.
    private mutating func inputPointer(_ field: String, line: Int) -> String? {
        if field.hasPrefix("/") { return field }
        guard TextPattern.visible.matches(field) else {
            note(.error, line, "an input has no name", "write slo.availability")
            return nil
        }
        guard let entry = FieldCatalog.entry(at: field) else {
            let near = FieldCatalog.nearest(field, in: FieldCatalog.entries.map(\.path))
            note(
                .warning, line, "input \(field.prefix(80)) is not a key of a brief",
                near.map { "did you mean \($0)?" }, field: field)
            return "/inputs/" + field.split(separator: ".").joined(separator: "/")
        }
        var pointer = entry.isInput ? "/inputs" : ""
        let steps = entry.path.split(separator: ".")
        for (index, step) in steps.enumerated() {
            let isList = step.hasSuffix("[]")
            pointer += "/" + (isList ? step.dropLast(2) : step)
            // The list itself is meant where it ends the path.
            if isList, index + 1 < steps.count { pointer += "/*" }
        }
        return pointer
    }

    // MARK: Values

    private mutating func text(_ node: YAMLNode, _ key: String, _ line: Int) -> String? {
        if let text = node.text { return text.trimmed }
        note(.error, line, "\(key) is no text", "write a text", field: key)
        return nil
    }

    /// A YAML list, or one text with commas.
    private mutating func list(_ node: YAMLNode, _ key: String, _ line: Int) -> [String] {
        if node.isNull { return [] }
        if case .scalar(let text, .plain) = node.content, !text.contains(","),
            (try? JSONValue(parsing: text)) != nil || ["yes", "no"].contains(text.lowercased())
        {
            note(.error, line, "\(key) is \(text), not a list", "write [a, b] or a, b", field: key)
            return []
        }
        if let text = node.text {
            return text.split { $0 == "," || $0.isNewline }.map { word in
                let plain = String(word).trimmed
                return plain.hasPrefix("- ") ? String(plain.dropFirst(2)).trimmed : plain
            }.filter { !$0.isEmpty }
        }
        var texts: [String] = []
        for element in node.elements ?? [] {
            if let text = element.text, TextPattern.visible.matches(text) {
                texts.append(text.trimmed)
            } else {
                note(
                    .error, element.line + front.yamlLineOffset,
                    "\(key) has an element that is no text",
                    "write a list of texts", field: key)
            }
        }
        if node.elements == nil {
            note(.error, line, "\(key) is no list", "write [a, b] or a, b", field: key)
        }
        return texts
    }

    /// An argument vector; one text is split at spaces.
    private mutating func arguments(_ node: YAMLNode, _ key: String, _ line: Int) -> [String]? {
        let words =
            node.text.map { $0.split(separator: " ").map(String.init) }
            ?? node.elements?.compactMap(\.text) ?? []
        if words.isEmpty {
            note(
                .error, line, "\(key) names no program", "write \(key): [program, argument]",
                field: key)
            return nil
        }
        return words
    }

    private mutating func duration(_ node: YAMLNode, _ key: String, _ line: Int) -> Double? {
        do throws(UnitError) {
            let seconds = try Units.duration(node.text ?? "")
            if seconds > 0 { return seconds }
            note(.error, line, "\(key) is 0", "write a duration such as 30m", field: key)
        } catch {
            note(
                .error, line,
                "\(key) needs \(error.expected); found \(node.text ?? "a list or map")",
                error.suggestion.map { "write \($0)" }, field: key)
        }
        return nil
    }

    /// `30/m`, `5/10s`: a whole number in a time.
    private mutating func rate(_ node: YAMLNode, _ line: Int) -> Card.Rate? {
        let text = node.text?.trimmed ?? ""
        let pieces = text.split(separator: "/", omittingEmptySubsequences: false)
        if pieces.count == 2, let count = try? Units.count(String(pieces[0]).trimmed) {
            let period = String(pieces[1]).trimmed
            let isUnit = period.first.map { !$0.isNumber } ?? true
            let seconds = try? Units.duration(isUnit ? "1\(period)" : period)
            if let seconds, (1...10_000).contains(count), (1...86_400).contains(seconds) {
                return Card.Rate(count: Int(count), seconds: seconds)
            }
        }
        note(
            .error, line,
            "rate needs a whole number from 1 to 10,000 in a time from 1s to 1d; found "
                + (text.isEmpty ? "none" : "\(text.prefix(40))"), "write 30/m or 5/10s",
            field: "rate")
        return nil
    }

    private mutating func count(
        _ node: YAMLNode, _ key: String, _ line: Int, _ range: ClosedRange<Int64>,
    ) -> Int? {
        if let number = try? Units.count(node.text ?? ""), range.contains(number) {
            return Int(number)
        }
        note(
            .error, line,
            "\(key) needs a whole number from \(range.lowerBound) to \(range.upperBound)",
            field: key)
        return nil
    }
}

extension JSONValue {
    /// The YAML 1.2 core schema, for keys that this project does not read itself.
    init(_ node: YAMLNode) {
        switch node.content {
        case .sequence(let elements): self = .array(elements.map { JSONValue($0) })
        case .mapping(let members):
            self = .object(JSONObject(members.map { ($0.key, JSONValue($0.value)) }))
        case .scalar(let text, let style):
            guard style == .plain else {
                self = .string(text)
                return
            }
            if node.isNull {
                self = .null
            } else if ["true", "True", "TRUE"].contains(text) {
                self = .bool(true)
            } else if ["false", "False", "FALSE"].contains(text) {
                self = .bool(false)
            } else if let number = try? JSONValue(parsing: text), number.doubleValue != nil {
                self = number
            } else {
                self = .string(text)
            }
        }
    }
}
