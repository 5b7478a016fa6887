// One row of the catalogue of brief keys, and what a key's value can be.

/// What a field's value has to be.
package enum FieldKind: Sendable, Hashable {
    /// A map of the keys below it. With a shorthand, a bare scalar stands for that member.
    case map(shorthand: String?)
    /// A list of maps, each found by this member: `name` or `id`.
    case list(identity: String)
    case text
    case texts
    /// An id inside the brief.
    case name
    case names
    case agents
    case choice([String])
    /// A share. A promise is shown cut, never rounded up.
    case ratio(isPromise: Bool)
    case duration
    case rate
    case size
    case money
    /// A whole number.
    case count
    /// Any number that is not negative.
    case number
    case instant
    /// A duration from submission, or an instant.
    case deadline
    case peak
    case maintenance
    case calls
    /// A file beside the brief.
    case file
    case files
    case constraints

    /// What a message says the field needs.
    package var expected: String {
        switch self {
        case .map: "a map of keys"
        case .list(let identity): "a list of maps, each with its \(identity)"
        case .text: "a text"
        case .texts: "a text or a list of texts"
        case .name: "a name of letters, digits, '.', '_' or '-'"
        case .names: "a name or a list of names"
        case .agents: "a list of agent ids such as [backend.api_reliability]"
        case .choice(let names): "one of " + names.joined(separator: ", ")
        case .ratio: "a share such as 99.95% or 0.9995"
        case .duration: "a duration such as 800ms, 10m or 30d"
        case .rate: "a rate such as 40/s or 90/min"
        case .size: "a size such as 2 KiB or 1 MB"
        case .money: "an amount with a currency such as 0.12 EUR"
        case .count: "a whole number such as 4"
        case .number: "a number without a unit such as 1.4"
        case .instant: "an instant with its zone such as 2026-12-01T08:00Z"
        case .deadline: "a duration such as 2h, or an instant such as 2026-12-01T08:00Z"
        case .peak: "a rate with how long it lasts such as 300/s for 2h"
        case .maintenance: "a length with how often it comes such as 30m daily"
        case .calls: "a list of dependency names, {parallel: [names]} for those called together"
        case .file: "a path of a file relative to the brief"
        case .files: "a list of paths relative to the brief"
        case .constraints: "a map of security, legal, budget, timeline, staffing or other"
        }
    }

    /// The name of the kind in the documentation.
    package var documented: String {
        switch self {
        case .map(let shorthand): shorthand.map { "map, or its `\($0)` alone" } ?? "map"
        case .list(let identity): "list of maps with `\(identity)`"
        case .texts: "text or list of texts"
        case .names: "name or list of names"
        case .agents: "list of agent ids"
        case .choice(let names): names.map { "`\($0)`" }.joined(separator: ", ")
        case .ratio: "share"
        case .calls: "list of names"
        case .file: "file"
        case .files: "list of files"
        case .peak: "rate `for` duration"
        case .maintenance: "duration with rhythm"
        case .deadline: "duration or instant"
        case .text: "text"
        case .name: "name"
        case .duration: "duration"
        case .rate: "rate"
        case .size: "size"
        case .money: "money"
        case .count: "whole number"
        case .number: "number"
        case .instant: "instant"
        case .constraints: "map of texts"
        }
    }
}

/// One brief key.
package struct FieldEntry: Sendable, Hashable {
    /// `slo.availability`, `queues[].workers.max`.
    package let path: String
    package let kind: FieldKind
    /// Sibling keys that have to be there when this one is.
    package let companions: [String]
    /// In base units, inclusive; nil for what the kind itself allows.
    package let range: ClosedRange<Double>?
    /// One line for the documentation.
    package let doc: String
    /// As a person would write it.
    package let example: String

    init(
        _ path: String, _ kind: FieldKind, _ doc: String, _ example: String = "",
        needs companions: [String] = [], range: ClosedRange<Double>? = nil,
    ) {
        self.path = path
        self.kind = kind
        self.companions = companions
        self.range = range
        self.doc = doc
        self.example = example
    }

    /// The last key of the path.
    package var key: String {
        String(path.split(separator: ".").last ?? "").replacingBrackets
    }

    /// The keys of the path without the marks of lists.
    package var keys: [String] {
        path.split(separator: ".").map { String($0).replacingBrackets }
    }

    /// True for what agents compute with; the rest is the brief's own.
    package var isInput: Bool {
        FieldCatalog.inputRoots.contains(keys[0])
    }
}

extension String {
    fileprivate var replacingBrackets: String {
        hasSuffix("[]") ? String(dropLast(2)) : self
    }
}
