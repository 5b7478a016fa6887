// A formula: what is computed, by which statement, from which source, and where it holds.
//
// Engines compute through formulas only, and the quality gate recomputes through the same registry;
// Protocols/formulas.md lists them, and the tests hold vectors from outside this code.

package import JSON

/// One named input of a formula.
package struct FormulaInput: Sendable {
    package enum Shape: Sendable {
        /// Exactly one number.
        case number
        /// One number, or none.
        case optional
        /// Any count of numbers under the same name, in order.
        case list
        /// A structured part of the packet, such as the list of dependencies.
        case structure
    }

    package let name: String
    package let shape: Shape
    package let meaning: String

    /// A single number.
    package init(_ name: String, _ meaning: String) {
        self.init(name, .number, meaning)
    }

    package init(_ name: String, _ shape: Shape, _ meaning: String) {
        self.name = name
        self.shape = shape
        self.meaning = meaning
    }
}

/// The values handed to a formula, in their order; names repeat for list inputs.
package struct FormulaValues: Sendable {
    package var entries: [(name: String, value: JSONValue)]

    package init(_ entries: [(name: String, value: JSONValue)]) { self.entries = entries }

    /// The only number of that name; nil when absent or not a number.
    package func number(_ name: String) -> Double? {
        Evidence.number(entries.first { $0.name == name }?.value)
    }

    /// A whole number of that name.
    package func whole(_ name: String) -> Int? {
        guard let value = number(name), value == value.rounded(), value.magnitude < 1e15 else {
            return nil
        }
        return Int(value)
    }

    /// All numbers of that name; nil when one of them is none.
    package func numbers(_ name: String) -> [Double]? {
        var result: [Double] = []
        for entry in entries where entry.name == name {
            guard let number = Evidence.number(entry.value) else { return nil }
            result.append(number)
        }
        return result
    }

    /// The structured value of that name.
    package func structure(_ name: String) -> JSONValue? {
        entries.first { $0.name == name }?.value
    }
}

/// A formula of the registry.
package struct Formula: Sendable {
    package let id: String
    package let statement: String
    package let source: String
    package let unit: String
    package let inputs: [FormulaInput]
    package let range: String
    /// `computed`, or `inference` where the formula itself is an approximation or a fit.
    package let evidence: Evidence
    /// Whether the formula still gives a value where it does not hold: an estimate then.
    package var isEstimateBeyond: Bool { holds != nil }
    /// The direction in which a rounded figure stays safe to act on.
    package let rounding: Shown.Rounding
    /// Whether the figure is an availability that stands beside the promised one: it is shown with
    /// two digits more than the promise.
    package let isBesidePromise: Bool
    /// In structured inputs, the members whose evidence counts.
    package let evidenceMembers: [String]
    private let holds: (@Sendable (FormulaValues) -> Bool)?
    private let effort: (@Sendable (FormulaValues) -> Int)?
    private let compute: @Sendable (FormulaValues) -> Double?

    /// - Parameter effort: for formulas that take more than a moment, how many steps one value
    ///   takes at most: messages of a simulation, servers of a recurrence, states of a graph.
    package init(
        _ id: String, _ statement: String, source: String, unit: String, inputs: [FormulaInput],
        range: String, evidence: Evidence = .computed, rounding: Shown.Rounding = .up,
        isBesidePromise: Bool = false, evidenceMembers: [String] = [],
        holds: (@Sendable (FormulaValues) -> Bool)? = nil,
        effort: (@Sendable (FormulaValues) -> Int)? = nil,
        compute: @escaping @Sendable (FormulaValues) -> Double?
    ) {
        self.id = id
        self.statement = statement
        self.source = source
        self.unit = unit
        self.inputs = inputs
        self.range = range
        self.evidence = evidence
        self.rounding = rounding
        self.isBesidePromise = isBesidePromise
        self.evidenceMembers = evidenceMembers
        self.holds = holds
        self.effort = effort
        self.compute = compute
    }

    /// What kind of evidence the value for these inputs is.
    package func evidence(for values: FormulaValues) -> Evidence {
        holds.map { $0(values) } ?? true ? evidence : .inference
    }

    /// Whether a value may take more than a moment.
    package var isCostly: Bool { effort != nil }

    /// How many steps, of some nanoseconds each, the value for these inputs takes at most.
    package func steps(for values: FormulaValues) -> Int { effort?(values) ?? 1 }

    /// The value, or nil when an input is missing, unknown to the formula, or out of its range.
    package func evaluate(_ values: FormulaValues) -> Double? {
        for entry in values.entries where !inputs.contains(where: { $0.name == entry.name }) {
            return nil
        }
        for input in inputs {
            let count = values.entries.count { $0.name == input.name }
            switch input.shape {
            case .number, .structure: guard count == 1 else { return nil }
            case .optional: guard count <= 1 else { return nil }
            case .list: break
            }
        }
        guard let result = compute(values), result.isFinite else { return nil }
        return result
    }
}

/// All formulas, by id.
package struct FormulaRegistry: Sendable {
    /// Every formula that the shipped engines use, in the order of Protocols/formulas.md.
    package static let standard = FormulaRegistry(
        budgetFormulas + availabilityFormulas + callFormulas + retryFormulas + waitFormulas
            + sharingFormulas + operationFormulas + simulationFormulas + protectionFormulas
            + rolloutFormulas)

    package let formulas: [Formula]
    private let positions: [String: Int]

    init(_ formulas: [Formula]) {
        self.formulas = formulas
        positions = Dictionary(
            uniqueKeysWithValues: formulas.enumerated().map { ($1.id, $0) })
    }

    package subscript(id: String) -> Formula? { positions[id].map { formulas[$0] } }
}
