// What the rules let pass, each with its reason. An entry that nothing needs any more fails the
// test of its rule, so that the list only holds what is true.

/// One exception from one rule.
struct Allowance: Sendable, Hashable {
    /// A file or, ending in a slash, a folder.
    let path: String
    /// What is found there: a word, a function's name; empty for the whole file.
    let what: String
    let reason: String

    init(_ path: String, _ what: String = "", because reason: String) {
        self.path = path
        self.what = what
        self.reason = reason
    }

    func covers(_ finding: TidyFinding) -> Bool {
        let isPlace = path.hasSuffix("/") ? finding.path.hasPrefix(path) : finding.path == path
        return isPlace && (what.isEmpty || what == finding.what)
    }
}

/// Something that breaks a rule.
struct TidyFinding: Sendable, Hashable, CustomStringConvertible {
    let path: String
    let line: Int
    let what: String
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

extension [TidyFinding] {
    /// What no allowance covers, one a line, and what allowances cover nothing.
    func remaining(allowing allowances: [Allowance] = []) -> [String] {
        let open = filter { finding in !allowances.contains { $0.covers(finding) } }
        let unused = allowances.filter { allowance in !contains { allowance.covers($0) } }
        return open.map(\.description)
            + unused.map { "nothing needs the allowance \($0.path) \($0.what)" }
    }
}
