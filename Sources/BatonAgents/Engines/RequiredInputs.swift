// Which inputs a card requires that the packet does not have, and the one escalation they make.
// The orchestrator asks before it plans; a specialist asks only when nobody has (a direct task).

package import JSON

/// An input that a card names and the packet lacks.
package struct MissingInput: Sendable, Hashable {
    package let agent: String
    /// Pointer into the packet, list positions filled in where there is a list.
    package let pointer: String
    package let why: String
    /// What the card or the conservative table would assume.
    package let assumable: Double?
}

/// Required inputs, read from cards.
package enum RequiredInputs {
    /// What `card` requires and `packet` neither has nor may assume.
    package static func missing(_ card: JSONValue, in packet: PacketView) -> [MissingInput] {
        var result: [MissingInput] = []
        for input in card["required_inputs"]?.arrayValue ?? [] {
            guard let pattern = input["pointer"]?.stringValue else { continue }
            for pointer in expand(pattern, in: packet.document) where !isPresent(pointer, packet) {
                let entry = ConservativeTable.entry(for: pointer, card: card)
                if packet.isConservative, entry != nil { continue }
                result.append(
                    MissingInput(
                        agent: card["id"]?.stringValue ?? "", pointer: pointer,
                        why: input["why"]?.stringValue ?? "a required input of the agent's card",
                        assumable: entry?.value))
            }
        }
        return result
    }

    /// Whether the packet says anything at `pointer`.
    package static func isPresent(_ pointer: String, _ packet: PacketView) -> Bool {
        guard let value = packet.document.value(at: pointer), !value.isNull else { return false }
        if value == noneStated { return false }
        if let list = value.arrayValue { return !list.isEmpty }
        if let object = value.objectValue { return !object.isEmpty }
        return true
    }

    /// `*` steps replaced by each position of the list they stand for.
    package static func expand(_ pattern: String, in document: JSONValue) -> [String] {
        var pointers = [""]
        for step in pattern.split(separator: "/") {
            guard step == "*" else {
                pointers = pointers.map { $0 + "/" + step }
                continue
            }
            pointers = pointers.flatMap { pointer in
                let count = document.value(at: pointer)?.arrayValue?.count ?? 0
                return (0..<count).map { "\(pointer)/\($0)" }
            }
        }
        return pointers
    }

    /// One escalation for all missing inputs, whoever needs them.
    package static func escalation(_ missing: [MissingInput], _ packet: PacketView) -> JSONValue {
        precondition(!missing.isEmpty, "nothing is missing")
        let fields = missing.map { PointerText.field($0.pointer) }
        let lines = missing.map {
            "\(PointerText.field($0.pointer)) (\($0.agent): \($0.why))"
        }
        let texts = AnswerReader.instructionsOnly(packet.answers)
        var blocker = "Required inputs are missing: \(lines.joined(separator: "; "))."
        if let text = texts.last.flatMap(AnswerReader.instructions) {
            blocker +=
                " The instruction “\(text)” sets no field, and this engine applies fields only."
        }
        var draft = EscalationDraft(
            blocker: blocker,
            impact: "The figures that depend on them cannot be computed; a plan without them would"
                + " rest on silent guesses.",
            needs:
                "The values of \(fields.joined(separator: ", ")), or the decision to assume them.",
            severity: .medium, owner: packet.escalationOwner, key: "missing-inputs")
        if let patched = assumed(missing, packet) {
            draft.offer(
                "Go on with the conservative values: \(patched.text)",
                tradeoffs: "Work starts now; the result holds only as far as these values do, and"
                    + " they should be confirmed before anything is built on it.",
                .patch(patched.patch))
            draft.rationale =
                "Reliability ranks first: the conservative values are stricter than most services"
                + " need, so a plan that meets them errs on the safe side; they can be"
                + " revised later."
        } else {
            draft.rationale =
                "There is no value that would be safe to assume here; only somebody who knows the"
                + " system can state it."
        }
        let example = "--set \(fields[0])=…"
        draft.offer(
            "State the values",
            tradeoffs: "Takes somebody who knows the system; the result rests on facts.",
            .revise(
                instructions: "Answer with revise and \(example) for each of: "
                    + fields.joined(separator: ", ")))
        draft.offer(
            "Cancel the task", tradeoffs: "No plan is made; nothing else is affected.", .cancel)
        return draft.json
    }

    /// The patch that sets all missing inputs to their conservative values; nil unless each has
    /// one.
    private static func assumed(
        _ missing: [MissingInput], _ packet: PacketView
    ) -> (patch: JSONValue, text: String)? {
        var edited = packet.inputs
        var texts: [String] = []
        var done: Set<String> = []
        for input in missing where done.insert(input.pointer).inserted {
            guard let value = input.assumable else { return nil }
            edited = InputEdit.setting(input.pointer, to: .number(value), in: edited)
            texts.append("\(PointerText.field(input.pointer)) = \(Shown.significant(value))")
        }
        return (InputEdit.patch(from: packet.inputs, to: edited), texts.joined(separator: ", "))
    }
}

/// Edits of the inputs, and the merge patch that carries them.
package enum InputEdit {
    /// `inputs` with the value at `pointer` (which begins with /inputs) replaced or added.
    package static func setting(
        _ pointer: String, to value: JSONValue, in inputs: JSONValue
    ) -> JSONValue {
        let steps = pointer.split(separator: "/").map(String.init)
        precondition(steps.first == "inputs", "only inputs are edited")
        return setting(steps.dropFirst(), to: value, in: inputs)
    }

    private static func setting(
        _ steps: ArraySlice<String>, to value: JSONValue, in target: JSONValue
    ) -> JSONValue {
        guard let step = steps.first else { return value }
        if case .array(var list) = target, let index = Int(step), list.indices.contains(index) {
            list[index] = setting(steps.dropFirst(), to: value, in: list[index])
            return .array(list)
        }
        var object = target.objectValue ?? JSONObject()
        object[step] = setting(steps.dropFirst(), to: value, in: object[step] ?? [:])
        return .object(object)
    }

    /// The smallest merge patch from `old` to `new`; lists are replaced whole, as RFC 7396 says.
    package static func patch(from old: JSONValue, to new: JSONValue) -> JSONValue {
        guard let before = old.objectValue, let after = new.objectValue else { return new }
        var patch = JSONObject()
        for (key, value) in after.members {
            guard let earlier = before[key] else {
                patch[key] = value
                continue
            }
            if earlier == value { continue }
            patch[key] = self.patch(from: earlier, to: value)
        }
        for key in before.keys where after[key] == nil { patch[key] = .null }
        return .object(patch)
    }
}
