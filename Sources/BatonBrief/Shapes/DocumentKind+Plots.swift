// The shape of a plot in an analysis.

extension DocumentKind {
    private static let plotLabel = Shape.text(.visible, max: Plot.labelMax)
    private static let coordinate = Shape.number(-Plot.coordinateMax...Plot.coordinateMax)

    private static let axisShape = Shape.object(
        [.required("label", plotLabel), .required("unit", .anyText(max: 64))], rest: .refused)

    private static let seriesShape = Shape.object(
        [
            .required("label", plotLabel),
            .required("formula", .visible),
            .required("inputs", .list(quantityInputShape, count: 0...1024)),
            .required("runs", .visible),
            .required("values", .list(coordinate, count: 2...Plot.pointsMax)),
            .required("points", .list(coordinate, count: 2...Plot.pointsMax)),
        ], rest: .refused)

    private static let markShape = Shape.object(
        [
            .required("axis", .choice(Plot.Mark.Side.allCases.map(\.rawValue))),
            .required("label", plotLabel),
            .required("value", coordinate),
            .optional("quantity", .text(.identifier, max: 64)),
            .optional("pointer", .text(.pointer, max: 1024)),
        ], rest: .refused)

    static let plotShape = Shape.object(
        [
            .required("id", .text(.identifier, max: 64)),
            .required("title", plotLabel),
            .required("x", axisShape),
            .required("y", axisShape),
            .required("series", .list(seriesShape, count: 1...Plot.seriesMax)),
            .required("marks", .list(markShape, count: 0...Plot.marksMax)),
        ], rest: .refused)
}
