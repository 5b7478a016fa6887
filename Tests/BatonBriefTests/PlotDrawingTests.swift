// Claims about plots as drawings: what is drawn, that it is the same every time, that no text in it
// can be more than text, and that ticks are round.

import BatonBrief
import JSON
import Testing

@Suite struct PlotDrawingTests {
    /// Two lines and two marks; times up to an hour.
    static func plot(label: String = "At the mean rate") -> Plot {
        let values = (0...6).map { Double($0) * 600 }
        return Plot(
            id: "backlog", title: "Backlog of \(label)", x: .init(label: "Time", unit: "s"),
            y: .init(label: "Waiting", unit: "messages"),
            series: [
                .init(
                    label: label, formula: "backlog-at", inputs: [], runs: "time",
                    values: values, points: values.map { $0 * 10 }),
                .init(
                    label: "At peak", formula: "backlog-at", inputs: [], runs: "time",
                    values: values, points: [0, 9000, 36_000, 20_000, 9000, 100, 0]),
            ],
            marks: [.init(.x, "Workers are back", at: 1200), .init(.y, "Allowed", at: 30_000)])
    }

    @Test("a drawing has a line a series, its marks, a legend, and a title and words for the blind")
    func parts() {
        let text = PlotDrawing(Self.plot()).file

        #expect(text.hasPrefix("<?xml"))
        #expect(text.hasSuffix("</svg>\n"))
        #expect(text.ranges(of: "<polyline ").count == 2)
        #expect(text.ranges(of: "class=\"mark\"").count == 2)
        #expect(text.contains("<title id=\"plot-title\">Backlog of At the mean rate</title>"))
        #expect(text.contains("aria-labelledby=\"plot-title plot-desc\""))
        #expect(
            text.contains(
                "At peak: 0 messages at 0 s, 36,000 messages at 20 min, 0 messages at 1 h; Workers"
                    + " are back: 20 min; Allowed: 30,000 messages.</desc>"))
        #expect(text.contains("prefers-color-scheme:dark"))
    }

    @Test("ticks are round in the unit of the axis")
    func ticks() {
        let text = PlotDrawing(Self.plot()).file

        for tick in ["10 min", "50 min", "60 min", "10,000", "40,000"] {
            #expect(text.contains(">\(tick)</text>"), "\(tick)")
        }
    }

    @Test("the same plot is the same bytes, and coordinates have one decimal")
    func deterministic() throws {
        let plot = Self.plot()
        let again = try #require(Plot(plot.json))

        #expect(again == plot)
        #expect(PlotDrawing(again).file == PlotDrawing(plot).file)
        let points = PlotDrawing(plot).file.split(separator: "points=\"")[1].prefix { $0 != "\"" }
        for number in points.split(whereSeparator: { $0 == " " || $0 == "," }) {
            let decimals = number.split(separator: ".").dropFirst().first?.count ?? 0
            #expect(decimals <= 1, "\(number)")
        }
    }

    @Test("text in a plot stays text")
    func hostile() {
        let text = PlotDrawing(Self.plot(label: "</text><script>alert('x')</script>&\u{202E}")).file

        #expect(!text.contains("<script"))
        #expect(text.contains("&lt;/text&gt;&lt;script&gt;alert(&#39;x&#39;)"))
        #expect(!text.unicodeScalars.contains("\u{202E}"))
    }

    @Test("what is no plot is not drawn")
    func refused() {
        let good = Self.plot().json
        var few = good
        few["series"] = [
            [
                "label": "a", "formula": "f", "inputs": [], "runs": "t", "values": [0, 1],
                "points": [0, 1, 2],
            ]
        ]
        var many = good
        many["marks"] = .array(
            Array(repeating: ["axis": "x", "label": "a", "value": 1], count: Plot.marksMax + 1))
        var huge = good
        huge["marks"] = [["axis": "x", "label": "a", "value": 1e300]]

        #expect(Plot(good) != nil)
        #expect(Plot(few) == nil)
        #expect(Plot(many) == nil)
        #expect(Plot(huge) == nil)
        #expect(
            DeliverableMarkdown.plots(of: ["plots": [good, few, good]]).map(\.id) == ["backlog"])
    }

    static let spans: [(Double, Double)] = [
        (0, 0), (1, 1), (-5, 5), (1e-9, 2e-9), (1e14, 9e14), (0, .leastNonzeroMagnitude),
    ]

    @Test("values that are all the same, or very small, can be drawn", arguments: spans)
    func extremes(_ low: Double, _ high: Double) {
        let plot = Plot(
            id: "p", title: "t", x: .init(label: "x", unit: "1"), y: .init(label: "y", unit: "1"),
            series: [
                .init(
                    label: "a", formula: "f", inputs: [], runs: "t", values: [low, high],
                    points: [high, low])
            ])
        let text = PlotDrawing(plot).file

        #expect(!text.contains("nan") && !text.contains("inf"))
        #expect(text.ranges(of: "class=\"grid\"").count <= 14)
    }
}
