// A plot as SVG: axes with ticks, lines, marker lines, a legend, and a title and description for
// whoever does not see it. Light and dark, without a script or anything from elsewhere. The same
// plot is the same bytes: coordinates have one decimal, always.

/// Draws plots.
package struct PlotDrawing {
    private let plot: Plot
    private let x: AxisScale
    private let y: AxisScale

    // Pixels of a drawing that is shown at its own size.
    private static let width = 720.0
    private static let left = 82.0
    private static let right = 704.0
    private static let top = 52.0
    private static let bottom = 332.0
    private static let legendTop = 396.0
    private static let legendStep = 22.0
    private static let markStep = 18.0

    package init(_ plot: Plot) {
        self.plot = plot
        let marks = { (side: Plot.Mark.Side) in plot.marks.filter { $0.side == side }.map(\.value) }
        x = AxisScale(
            plot.series.flatMap(\.values) + marks(.x), unit: plot.x.unit, isPadded: false,
            beginsAtZero: false)
        y = AxisScale(
            plot.series.flatMap(\.points) + marks(.y), unit: plot.y.unit, isPadded: true,
            beginsAtZero: true)
    }

    /// The text of an SVG file.
    package var file: String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        \(drawing(named: "plot", style: "<style>\(Self.style)</style>\n"))

        """
    }

    /// An element for a page that has the style.
    /// - Parameter name: begins the ids in it; unique in the page.
    package func element(named name: String) -> String { drawing(named: name, style: "") }

    /// For dark and light; colours after Okabe and Ito, which people with any sight tell apart.
    package static let style = """
        .plot{--ink:#1b1f24;--soft:#59636e;--grid:#d8dee4;--paper:#ffffff;--mark:#8a3ffc;\
        --c0:#0072b2;--c1:#d55e00;--c2:#007a5a;--c3:#b0487f;--c4:#8a6d00;--c5:#3b82a0;\
        font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;font-size:13px}\
        @media (prefers-color-scheme:dark){.plot{--ink:#e6edf3;--soft:#9da7b1;--grid:#323942;\
        --paper:#0d1117;--mark:#c297ff;--c0:#56b4e9;--c1:#ff9d5c;--c2:#35c49a;--c3:#e79ac2;\
        --c4:#f0d34a;--c5:#8fd0ea}}\
        @media print{.plot{--ink:#1b1f24;--soft:#59636e;--grid:#d8dee4;--paper:#ffffff;\
        --mark:#8a3ffc;--c0:#0072b2;--c1:#d55e00;--c2:#007a5a;--c3:#b0487f;--c4:#8a6d00;\
        --c5:#3b82a0}}\
        .plot text{fill:var(--ink)}.plot .soft{fill:var(--soft)}.plot .title{font-size:15px;\
        font-weight:600}.plot .paper{fill:var(--paper)}.plot .grid{stroke:var(--grid)}\
        .plot .axis{stroke:var(--soft)}.plot .line{fill:none;stroke-width:2.25;\
        stroke-linejoin:round;stroke-linecap:round}.plot .mark{stroke:var(--mark);\
        stroke-width:1.5;stroke-dasharray:6 4}.plot .note{fill:var(--mark);\
        paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}\
        .plot .s0{stroke:var(--c0)}.plot .s1{stroke:var(--c1);stroke-dasharray:9 4}\
        .plot .s2{stroke:var(--c2);stroke-dasharray:3 4}\
        .plot .s3{stroke:var(--c3);stroke-dasharray:12 4 3 4}\
        .plot .s4{stroke:var(--c4);stroke-dasharray:6 6}.plot .s5{stroke:var(--c5);\
        stroke-dasharray:2 6}
        """

    // MARK: Drawing

    private func drawing(named name: String, style: String) -> String {
        let height = Self.legendTop + Self.legendStep * Double(plot.series.count) - 6
        let size = "\(Self.number(Self.width)) \(Self.number(height))"
        let title = HTMLText.escaped(plot.title)
        let shownTitle = Self.fitted(plot.title, 84)
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" viewBox=\"0 0 \(size)\""
                + " width=\"\(Self.number(Self.width))\" height=\"\(Self.number(height))\""
                + " role=\"img\" aria-labelledby=\"\(name)-title \(name)-desc\">",
            "<title id=\"\(name)-title\">\(title)</title>",
            "<desc id=\"\(name)-desc\">\(HTMLText.escaped(description))</desc>",
        ]
        let frame = Self.rectangle(0, 0, Self.width, height, "paper")
        lines.append(style + frame)
        lines.append(Self.text(shownTitle, 16, 26, "start", "title"))
        lines += axes + plot.series.enumerated().map { line($1, $0) } + marks
        lines += plot.series.enumerated().flatMap { legend($1, $0) }
        lines.append("</svg>")
        return lines.joined(separator: "\n")
    }

    /// What the plot shows, in words and numbers.
    var description: String {
        let series = plot.series.compactMap { series -> String? in
            guard let first = series.points.first, let last = series.points.last,
                let from = series.values.first, let to = series.values.last
            else { return nil }
            var places = [(from, first), (to, last)]
            // What lies between is told where it is higher than both ends.
            if let top = zip(series.values, series.points).max(by: { $0.1 < $1.1 }),
                top.1 > max(first, last)
            {
                places.insert(top, at: 1)
            }
            let texts = places.map { "\(shown($1, plot.y)) at \(shown($0, plot.x))" }
            return "\(series.label): " + texts.joined(separator: ", ")
        }
        let marks = plot.marks.map { mark -> String in
            let value = shown(mark.value, mark.side == .x ? plot.x : plot.y)
            return mark.label.hasSuffix(value) ? mark.label : "\(mark.label): \(value)"
        }
        return "\(plot.y.label) against \(plot.x.label.loweredFirst). "
            + (series + marks).joined(separator: "; ") + "."
    }

    private func shown(_ value: Double, _ axis: Plot.Axis) -> String {
        switch axis.unit {
        case "ratio": Units.significant(value * 100, digits: 4) + " %"
        case "s": Units.shown(value, .duration)
        case "1": AxisScale.grouped(value)
        default: AxisScale.grouped(value) + " " + axis.unit
        }
    }

    private func across(_ value: Double) -> Double {
        Self.left + (Self.right - Self.left) * x.share(value)
    }

    private func up(_ value: Double) -> Double {
        Self.bottom - (Self.bottom - Self.top) * y.share(value)
    }

    private var axes: [String] {
        var lines: [String] = []
        for tick in y.ticks {
            let height = up(tick.value)
            lines.append(Self.line(Self.left, height, Self.right, height, "grid"))
            lines.append(
                Self.text(HTMLText.escaped(tick.text), Self.left - 8, height + 4.5, "end", "soft"))
        }
        for tick in x.ticks {
            let place = across(tick.value)
            lines.append(Self.line(place, Self.bottom, place, Self.bottom + 5, "axis"))
            lines.append(
                Self.text(
                    HTMLText.escaped(tick.text), place, Self.bottom + 20, "middle", "soft"))
        }
        lines.append(Self.line(Self.left, Self.bottom, Self.right, Self.bottom, "axis"))
        lines.append(
            Self.text(
                Self.fitted(plot.y.label, 88), Self.left, Self.top - 8, "start", "soft"))
        lines.append(
            Self.text(
                Self.fitted(plot.x.label, 88), Self.right, Self.bottom + 40, "end", "soft"))
        return lines
    }

    private func line(_ series: Plot.Series, _ index: Int) -> String {
        let places = zip(series.values, series.points).map {
            "\(Self.number(across($0))),\(Self.number(up($1)))"
        }
        return "<polyline class=\"line s\(index)\" points=\"\(places.joined(separator: " "))\"/>"
    }

    /// Upright lines have their labels one below the other at the top, beside the line on the side
    /// that has more room; level lines have theirs above the line at the right.
    private var marks: [String] {
        var row = 0.0
        return plot.marks.flatMap { mark -> [String] in
            let label = Self.fitted(mark.label, 48)
            switch mark.side {
            case .x:
                let place = across(mark.value)
                let isLeft = place < (Self.left + Self.right) / 2
                row += 1
                return [
                    Self.line(place, Self.top, place, Self.bottom, "mark"),
                    Self.text(
                        label, place + (isLeft ? 6 : -6), Self.top + row * Self.markStep - 4,
                        isLeft ? "start" : "end", "note"),
                ]
            case .y:
                let height = up(mark.value)
                return [
                    Self.line(Self.left, height, Self.right, height, "mark"),
                    Self.text(label, Self.right - 4, height - 6, "end", "note"),
                ]
            }
        }
    }

    private func legend(_ series: Plot.Series, _ index: Int) -> [String] {
        let height = Self.legendTop + Double(index) * Self.legendStep - 4
        return [
            Self.line(Self.left, height - 4.5, Self.left + 36, height - 4.5, "line s\(index)"),
            Self.text(Self.fitted(series.label, 88), Self.left + 46, height, "start", "label"),
        ]
    }

    // MARK: Elements

    /// Escaped, and cut where it would leave the drawing; the description has it whole.
    private static func fitted(_ text: String, _ max: Int) -> String {
        HTMLText.escaped(text.count > max ? text.prefix(max - 1) + "…" : text)
    }

    private static func line(
        _ fromX: Double, _ fromY: Double, _ toX: Double, _ toY: Double, _ name: String,
    ) -> String {
        "<line class=\"\(name)\" x1=\"\(number(fromX))\" y1=\"\(number(fromY))\""
            + " x2=\"\(number(toX))\" y2=\"\(number(toY))\"/>"
    }

    private static func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ name: String,
    ) -> String {
        "<rect class=\"\(name)\" x=\"\(number(x))\" y=\"\(number(y))\""
            + " width=\"\(number(width))\" height=\"\(number(height))\"/>"
    }

    /// - Parameter text: already escaped.
    private static func text(
        _ text: String, _ x: Double, _ y: Double, _ anchor: String, _ name: String,
    ) -> String {
        "<text class=\"\(name)\" x=\"\(number(x))\" y=\"\(number(y))\""
            + " text-anchor=\"\(anchor)\">\(text)</text>"
    }

    /// A coordinate with one decimal at most.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
    }
}

extension String {
    /// For the middle of a sentence.
    var loweredFirst: String { prefix(1).lowercased() + dropFirst() }
}
