// A plot as data: a formula whose one input runs, so that whoever reads it can compute every point
// again. How it is drawn is PlotDrawing's business; the shape: DocumentKind+Plots.
package import JSON

/// A plot of an analysis.
package struct Plot: Sendable, Hashable {
    /// Points of one series, at most: more than a screen has room for.
    package static let pointsMax = 256
    /// Series of one plot, at most: as many colours as people tell apart.
    package static let seriesMax = 6
    /// Marker lines of one plot, at most.
    package static let marksMax = 6
    /// Characters of titles and labels, at most: one line of a drawing.
    package static let labelMax = 160
    /// The largest magnitude of a coordinate: differences up to here keep their digits.
    package static let coordinateMax = 1e15

    /// What runs along one side.
    package struct Axis: Sendable, Hashable {
        package var label: String
        /// The unit of a formula, such as `ratio` or `s`.
        package var unit: String

        package init(label: String, unit: String) {
            self.label = label
            self.unit = unit
        }
    }

    /// One line: the formula at each value of the input that runs.
    package struct Series: Sendable, Hashable {
        package var label: String
        package var formula: String
        /// The inputs that stay, as a quantity has them.
        package var inputs: [JSONValue]
        /// The name of the input that runs.
        package var runs: String
        /// Its values, rising.
        package var values: [Double]
        /// The formula's value at each of them, unrounded.
        package var points: [Double]

        package init(
            label: String, formula: String, inputs: [JSONValue], runs: String, values: [Double],
            points: [Double],
        ) {
            self.label = label
            self.formula = formula
            self.inputs = inputs
            self.runs = runs
            self.values = values
            self.points = points
        }
    }

    /// A line across the plot: an objective, a limit, what is planned.
    package struct Mark: Sendable, Hashable {
        package enum Side: String, Sendable, CaseIterable {
            /// At a value of the x axis, upright.
            case x
            /// At a value of the y axis, level.
            case y
        }

        package var side: Side
        package var label: String
        package var value: Double
        /// `quantity` or `pointer` with where the value comes from; nil where the axis itself
        /// gives it a meaning, such as a utilisation of 1.
        package var source: (key: String, text: String)?

        package init(
            _ side: Side, _ label: String, at value: Double,
            source: (key: String, text: String)? = nil,
        ) {
            self.side = side
            self.label = label
            self.value = value
            self.source = source
        }

        package static func == (left: Mark, right: Mark) -> Bool { left.json == right.json }
        package func hash(into hasher: inout Hasher) { hasher.combine(json) }

        var json: JSONValue {
            var json: JSONValue = [
                "axis": .string(side.rawValue), "label": .string(label), "value": .number(value),
            ]
            if let source { json[source.key] = .string(source.text) }
            return json
        }
    }

    package var id: String
    package var title: String
    package var x: Axis
    package var y: Axis
    package var series: [Series]
    package var marks: [Mark]

    package init(
        id: String, title: String, x: Axis, y: Axis, series: [Series], marks: [Mark] = [],
    ) {
        self.id = id
        self.title = title
        self.x = x
        self.y = y
        self.series = series
        self.marks = marks
    }

    /// Nil for what has not the shape of a plot, or not a point for each value.
    package init?(_ json: JSONValue) {
        guard DocumentKind.plotShape.findings(in: json).isEmpty else { return nil }
        id = json.shown("id")
        title = json.shown("title")
        x = Axis(json["x"] ?? .null)
        y = Axis(json["y"] ?? .null)
        series = (json["series"]?.listed ?? []).map(Series.init)
        marks = (json["marks"]?.listed ?? []).compactMap(Mark.init)
        guard series.allSatisfy({ $0.points.count == $0.values.count }) else { return nil }
    }

    package var json: JSONValue {
        [
            "id": .string(id), "title": .string(title), "x": x.json, "y": y.json,
            "series": .array(series.map(\.json)), "marks": .array(marks.map(\.json)),
        ]
    }
}

extension Plot.Axis {
    fileprivate init(_ json: JSONValue) {
        self.init(label: json.shown("label"), unit: json["unit"]?.stringValue ?? "")
    }

    fileprivate var json: JSONValue { ["label": .string(label), "unit": .string(unit)] }
}

extension Plot.Series {
    fileprivate init(_ json: JSONValue) {
        self.init(
            label: json.shown("label"), formula: json.shown("formula"),
            inputs: json["inputs"]?.listed ?? [], runs: json.shown("runs"),
            values: (json["values"]?.listed ?? []).compactMap(\.doubleValue),
            points: (json["points"]?.listed ?? []).compactMap(\.doubleValue))
    }

    fileprivate var json: JSONValue {
        [
            "label": .string(label), "formula": .string(formula), "inputs": .array(inputs),
            "runs": .string(runs), "values": .array(values.map(JSONValue.number)),
            "points": .array(points.map(JSONValue.number)),
        ]
    }
}

extension Plot.Mark {
    fileprivate init?(_ json: JSONValue) {
        guard let side = Side(rawValue: json.shown("axis")), let value = json["value"]?.doubleValue
        else { return nil }
        let source = ["quantity", "pointer"].lazy.compactMap { key in
            json[key]?.stringValue.map { (key: key, text: $0) }
        }.first
        self.init(side, json.shown("label"), at: value, source: source)
    }
}
