// Rules about what a figure is: its formula and its inputs are those that its name promises, and
// the value stands the second route of its formula.

import JSON

extension Review {
    /// The formula and inputs of a figure against what its name promises.
    mutating func checkMeaning(
        _ item: JSONValue, _ formula: Formula, known: [String: KnownFigure], part: String,
        place: String
    ) {
        guard isBuiltIn, let id = item["id"]?.stringValue else { return }
        if let expected = FigureMeaning.formulas(of: id), !expected.contains(formula.id) {
            find(
                .quantityMeaning, .high, part: part, place: place + "/formula",
                "\(id) is computed by \(formula.id), and its name promises"
                    + " \(expected.joined(separator: " or "))",
                satisfy: "compute it by \(expected[0]), or give the figure the name of what it is")
        }
        let arrivals = FigureMeaning.arrivals(for: id).flatMap { known[$0] == nil ? nil : $0 }
        for (index, input) in (item["inputs"]?.arrayValue ?? []).enumerated() {
            let at = "\(place)/inputs/\(index)"
            let name = input["name"]?.stringValue ?? ""
            if let arrivals, name == "arrival_rate", input["quantity"]?.stringValue != arrivals {
                find(
                    .quantityMeaning, .high, part: part, place: at,
                    "\(id) takes other arrivals than \(arrivals)",
                    satisfy: "take the arrivals from \(arrivals)")
            }
            if let pointer = input["pointer"]?.stringValue {
                checkFit(id, name, pointer, part: part, place: at + "/pointer")
            }
        }
    }

    /// An input of the packet is of the right kind, and of the queue or dependency that the figure
    /// is about.
    private mutating func checkFit(
        _ id: String, _ name: String, _ pointer: String, part: String, place: String
    ) {
        if !InputFit.fits(name, pointer) {
            find(
                .inputFits, .high, part: part, place: place,
                "\(pointer) is no \(name)", satisfy: "point to the field that \(name) means")
        }
        let steps = pointer.split(separator: "/").map(String.init)
        guard steps.count >= 3, let position = Int(steps[2]),
            let subject = FigureMeaning.subject(of: id)
        else { return }
        let list = steps[1]
        guard list == "queues" || list == "dependencies",
            PointerText.slug(
                origin.value(at: "/inputs/\(list)/\(subject.position)/name")?
                    .stringValue ?? "") == subject.slug
        else { return }
        // What several callers ask of one dependency takes the arrivals of all of them, and a group
        // may be named like one of its members.
        let named = ["name", "group"].compactMap {
            origin.value(at: "/inputs/\(list)/\(position)/\($0)")?.stringValue
        }
        if position != subject.position, !id.hasPrefix("downstream."),
            !named.map(PointerText.slug).contains(subject.slug)
        {
            find(
                .inputFits, .high, part: part, place: place,
                "\(id) is about \(list)[\(subject.position)], and \(pointer) is not",
                satisfy: "point to \(list)[\(subject.position)]")
        }
        // What arrives at peak is not what arrives on average, and the other way round.
        // A peak is worked off at the rate after it.
        let words = id.split(separator: ".")
        let isPeak = words.contains("peak") && !words.contains("drain")
        if list == "queues", steps.contains("arrival_rate"), name != "duration",
            origin.value(at: "/inputs/queues/\(position)/arrival_rate/peak") != nil,
            isPeak != steps.contains("peak")
        {
            find(
                .inputFits, .high, part: part, place: place,
                "\(id) takes the arrivals \(isPeak ? "on average" : "at peak")",
                satisfy: "take the arrivals \(isPeak ? "at peak" : "on average")")
        }
    }

    /// The value by a way that shares no step with the formula.
    mutating func checkSecondRoute(
        _ formula: Formula, _ inputs: FormulaValues, _ value: Double, part: String, place: String
    ) {
        guard let route = SecondRoute.route(for: formula.id),
            !work.accepts(value, by: route, formula, inputs)
        else { return }
        find(
            .quantitySecondRoute, .critical, part: part, place: place + "/value",
            "\(value) does not stand the second route of \(formula.id): \(route.statement)",
            satisfy: "state a value for which this holds (\(route.source))")
    }
}
