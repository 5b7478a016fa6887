// Numbers in prose that look like fields of a brief. They are shown to people and to the
// orchestrator as proposals; no formula ever uses one.
import Markdown

/// A number in prose, with the field that it seems to state.
struct ProseProposal {
    let field: String
    let text: String
    let line: Int

    /// More would not be read by anybody.
    static let proposalsMax = 16

    /// The first proposal for each field, in the order of the text.
    static func found(in document: MarkdownDocument) -> [ProseProposal] {
        var proposals: [ProseProposal] = []
        for (index, line) in document.lines.enumerated() where line.utf8.count <= 1024 {
            for proposal in found(in: line, number: document.firstLine + index) {
                guard !proposals.contains(where: { $0.field == proposal.field }) else { continue }
                proposals.append(proposal)
                if proposals.count == proposalsMax { return proposals }
            }
        }
        return proposals
    }

    private static func found(in line: String, number: Int) -> [ProseProposal] {
        let measures = Measure.all(in: line.lowercased())
        return measures.enumerated().compactMap { index, measure in
            // Words before the number say most; those after it count up to the next number.
            let isLast = index + 1 == measures.count
            let after =
                isLast ? measure.after : String(measure.after.prefix { $0 != "," && $0 != ";" })
            let field =
                self.field(for: measure.text, words: measure.before)
                ?? self.field(for: measure.text, words: after)
            return field.map { ProseProposal(field: $0, text: measure.text, line: number) }
        }
    }

    private static func field(for text: String, words: String) -> String? {
        func says(_ names: String...) -> Bool { names.contains { words.contains($0) } }
        if text.hasSuffix("%"), let share = try? Units.ratio(text) {
            if says("error", "fail") { return share < 0.5 ? "slo.error_rate" : nil }
            if says("availab", "uptime", "slo") { return share > 0.5 ? "slo.availability" : nil }
            return nil
        }
        if (try? Units.rate(text)) != nil {
            return says("peak", "burst") ? "traffic.peak" : "traffic.mean"
        }
        guard let seconds = try? Units.duration(text) else { return nil }
        for name in ["p50", "p90", "p95", "p99"] where says(name) { return "slo.latency_\(name)" }
        if says("latency", "respon") { return seconds < 60 ? "slo.latency_p99" : nil }
        if says("recover") { return "slo.recovery" }
        if says("window", "over", "per", "rolling", "within") {
            return seconds >= 86_400 ? "slo.window" : nil
        }
        return nil
    }
}

/// A number with its unit in a line.
private struct Measure {
    let text: String
    /// What stands between the number before it and this one.
    let before: String
    /// What stands between it and the next number.
    let after: String

    static let units = [
        "%", "req/s", "/s", "/sec", "/second", "/min", "/minute", "/h", "/hour", "rps",
        "ms", "s", "sec", "seconds", "m", "min", "minutes", "h", "hours", "d", "days", "day",
        "weeks", "week",
    ]

    static func all(in line: String) -> [Measure] {
        let characters = Array(line)
        var found: [(range: Range<Int>, text: String)] = []
        var index = 0
        while index < characters.count {
            guard isNumberStart(characters, index) else {
                index += 1
                continue
            }
            var end = index
            while end < characters.count, characters[end].isASCII,
                characters[end].isNumber || characters[end] == "."
            {
                end += 1
            }
            let number = String(characters[index..<end])
            var unitStart = end
            if unitStart < characters.count, characters[unitStart] == " " { unitStart += 1 }
            let unit = String(
                characters[unitStart...].prefix { $0.isLetter || $0 == "/" || $0 == "%" })
            if units.contains(unit) {
                end = unitStart + unit.count
                found.append((index..<end, number + unit))
            }
            index = max(end, index + 1)
        }
        return found.enumerated().map { position, measure in
            let start = position > 0 ? found[position - 1].range.upperBound : 0
            let stop =
                position + 1 < found.count ? found[position + 1].range.lowerBound : characters.count
            return Measure(
                text: measure.text, before: String(characters[start..<measure.range.lowerBound]),
                after: String(characters[measure.range.upperBound..<stop]))
        }
    }

    private static func isNumberStart(_ characters: [Character], _ index: Int) -> Bool {
        guard characters[index].isASCII, characters[index].isNumber else { return false }
        guard index > 0 else { return true }
        let before = characters[index - 1]
        // The rest of “1,500” is no number of its own.
        if before == ",", index > 1, characters[index - 2].isNumber { return false }
        return !before.isLetter && !before.isNumber && before != "." && before != "_"
            && before != "-"
    }
}
