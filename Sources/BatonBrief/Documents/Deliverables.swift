// The parts of a delivery: names, media types, and the check of a manifest that the broker makes
// without reading any content.

import PlainText

/// One part of a delivery or packet, without its bytes.
package struct PartManifest: Sendable, Hashable {
    package var name: String
    package var mediaType: String
    /// Bytes.
    package var size: Int

    package init(name: String, mediaType: String, size: Int) {
        self.name = name
        self.mediaType = mediaType
        self.size = size
    }
}

/// The kinds of task. Raw values are used on the wire and in packets.
package enum TaskKindName: String, Sendable, CaseIterable {
    case plan, work, review, close, direct
}

/// Names and rules of deliverables.
package enum Deliverables {
    /// Media type of all JSON parts.
    package static let jsonMediaType = "application/json"
    /// One Markdown part with the five headings stands for all five.
    package static let markdownName = "deliverables.md"
    /// The author's own text, which the kit delivers beside the five documents made of it.
    package static let sourceName = "source.md"
    package static let markdownMediaType = "text/markdown"
    package static let planName = "plan.json"
    package static let verdictName = "verdict.json"
    package static let analysisName = "analysis.json"

    /// The five deliverables in their order.
    package static let five: [DocumentKind] = [
        .objectiveSnapshot, .executionPlan, .riskRegister, .validationChecklist, .handoffPacket,
    ]

    /// The names of the five parts.
    package static let fiveNames = five.map { "\($0.rawValue).json" }

    /// The document that a part of this name holds; nil for parts of other names.
    package static func kind(ofPart name: String) -> DocumentKind? {
        switch name {
        case planName: return .plan
        case verdictName: return .verdict
        case analysisName: return .analysis
        default: return five.first { "\($0.rawValue).json" == name }
        }
    }

    /// Everything wrong with the manifest of a delivery; empty means that it is complete.
    /// - Parameters:
    ///   - isReviewed: for direct tasks, whether the agent's card says `review: required`. Work and
    ///     close tasks are always reviewed, plan and review tasks never.
    ///   - partBytesMax: the largest part, in bytes.
    package static func problems(
        with parts: [PartManifest], for kind: TaskKindName, isReviewed: Bool,
        partBytesMax: Int = 1_048_576,
    ) -> [DocumentFinding] {
        var findings: [DocumentFinding] = []
        var seen: Set<String> = []
        for (index, part) in parts.enumerated() {
            findings += problems(with: part, at: "/parts/\(index)", partBytesMax: partBytesMax)
            if !seen.insert(part.name).inserted {
                findings.append(
                    DocumentFinding(
                        pointer: "/parts/\(index)", message: "part \(part.name) stands twice",
                        satisfy: "give each part a name of its own"))
            }
        }
        let needed: [String]
        switch kind {
        case .plan: needed = [planName]
        case .review: needed = [verdictName]
        case .work, .close: needed = fiveNames
        case .direct: needed = isReviewed ? fiveNames : []
        }
        if needed == fiveNames, seen.contains(markdownName) { return findings }
        if needed.isEmpty, parts.isEmpty {
            findings.append(
                DocumentFinding(
                    pointer: "/parts", message: "the delivery has no part",
                    satisfy: "deliver at least one part"))
        }
        let alternative =
            needed == fiveNames
            ? ", or one \(markdownMediaType) part \(markdownName) with the five headings" : ""
        for name in needed where !seen.contains(name) {
            findings.append(
                DocumentFinding(
                    pointer: "/parts", message: "part \(name) is missing",
                    satisfy: "deliver \(name) (\(jsonMediaType))\(alternative)"))
        }
        return findings
    }

    private static func problems(
        with part: PartManifest, at pointer: String, partBytesMax: Int,
    ) -> [DocumentFinding] {
        var findings: [DocumentFinding] = []
        func add(_ message: String, _ satisfy: String) {
            findings.append(
                DocumentFinding(pointer: pointer, message: message, satisfy: satisfy))
        }
        if !PartName.isValid(part.name) {
            add(
                "part name \"\(part.name.prefix(80))\" cannot be used",
                PartName.expectation)
        }
        if !TextPattern.mediaType.matches(part.mediaType) {
            add(
                "part \(part.name) has media type \"\(part.mediaType.prefix(80))\"",
                TextPattern.mediaType.expectation)
        }
        if part.size > partBytesMax {
            add(
                "part \(part.name) of \(part.size) bytes exceeds payloadBytesMax \(partBytesMax)",
                "deliver at most \(partBytesMax) bytes")
        }
        if part.size == 0 { add("part \(part.name) is empty", "deliver its content") }
        let wanted =
            kind(ofPart: part.name) != nil
            ? jsonMediaType : part.name == markdownName ? markdownMediaType : nil
        if let wanted, part.mediaType.prefix(while: { $0 != ";" }) != wanted {
            add("part \(part.name) has media type \(part.mediaType)", "use \(wanted)")
        }
        return findings
    }

    /// Checks the content of one part of a delivery. Parts of other names are not looked at.
    package static func contentFindings(part name: String, bytes: [UInt8]) -> [DocumentFinding] {
        guard let kind = kind(ofPart: name) else { return [] }
        do {
            _ = try kind.parse(bytes)
            return []
        } catch {
            return error.findings
        }
    }
}
