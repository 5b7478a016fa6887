// The tables of Protocols/formulas.md, section 6, against the simulation: what is published can be
// computed again, a part of it here.

import Arithmetic
import BatonAgents
import Testing

@Suite("Published simulation tables", .timeLimit(.minutes(5)))
struct SimulationTableTests {
    /// The cells of the table rows between two headings of the document.
    private func rows(after heading: String) throws -> [[String]] {
        let text = String(
            decoding: try Repository.bytes("Protocols/formulas.md"), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == heading })
        return lines[(start + 1)...].prefix { !$0.hasPrefix("#") }
            .filter { $0.hasPrefix("| ") }.dropFirst(2).map { line in
                line.split(separator: "|").map { cell in
                    var text = cell.drop { $0 == " " }
                    while text.last == " " { text.removeLast() }
                    return String(text)
                }
            }
    }

    private func number(_ cell: String) throws -> Double {
        try #require(Double(cell.filter { $0 != "," && $0 != "%" && $0 != " " }))
    }

    private func fixed(_ value: Double, _ decimals: Int) -> String {
        Shown.fixed(value, decimals: decimals, .nearest)
    }

    @Test("intervals of M/M/c cover the formula on 90 % of the grid, each at most 3 % wide")
    func grid() throws {
        let rows = try rows(after: "### 6.1 M/M/c against Erlang C")

        #expect(rows.count == 17)
        var covered = 0
        for row in rows {
            let formula = try number(row[3])
            let simulated = try number(row[4])
            let halfWidth = try number(row[5]) / 100
            let isCovered = (formula - simulated).magnitude <= halfWidth * simulated * 1.001
            #expect(isCovered == (row[6] == "yes"), "\(row)")
            #expect(halfWidth <= 0.03, "\(row)")
            if isCovered { covered += 1 }
        }
        #expect(Double(covered) >= 0.9 * Double(rows.count))
    }

    @Test("rows of M/M/c are computed again", arguments: [0, 1, 2])
    func gridRow(index: Int) throws {
        let row = try #require(
            try rows(after: "### 6.1 M/M/c against Erlang C").dropFirst(index).first)
        let servers = Int(try number(row[0]))
        let station = Erlang.Station(
            arrivalRate: try number(row[1]) * Double(servers), serviceTime: 1)
        let simulation = try #require(
            StationSimulation(station, servers: servers, measured: Int(try number(row[2]))))

        let estimate = simulation.wait()
        let formula = try #require(Erlang.meanWait(station, servers: servers))

        #expect(fixed(formula, 5) == row[3])
        #expect(fixed(estimate.mean, 5) == row[4])
        #expect(fixed((estimate.relativeHalfWidth ?? 1) * 100, 2) + " %" == row[5])
    }

    /// One cell of the second table, with the ratio that an outside simulation gave.
    struct Cell: Sendable {
        var servers: Int
        var cv: Double
        var busy: Double
        var expected: Double
    }

    /// Formula ÷ simulation with half the width of its interval, for services of one second.
    private func ratio(
        servers: Int, busy: Double, arrivalsCV: Double = 1, serviceCV: Double, measured: Int
    ) throws -> (mean: Double, slack: Double) {
        let station = Erlang.Station(
            arrivalRate: busy * Double(servers), serviceTime: 1, arrivalsCV: arrivalsCV,
            serviceCV: serviceCV)
        let simulation = try #require(
            StationSimulation(station, servers: servers, measured: measured))
        let estimate = simulation.wait()
        let formula = try #require(Erlang.meanWait(station, servers: servers))
        let ratio = formula / estimate.mean
        return (ratio, ratio * (estimate.relativeHalfWidth ?? 1))
    }

    private func text(_ ratio: (mean: Double, slack: Double)) -> String {
        "\(fixed(ratio.mean, 3)) ± \(fixed(ratio.slack, 3))"
    }

    @Test(
        "cells of formula ÷ simulation are computed again",
        arguments: [
            Cell(servers: 10, cv: 1.4, busy: 0.8, expected: 1.14),
            Cell(servers: 10, cv: 0.5, busy: 0.7, expected: 0.93),
            Cell(servers: 30, cv: 2.2, busy: 0.8, expected: 1.64),
        ])
    func ratio(cell: Cell) throws {
        let rows = try rows(after: "### 6.2 Allen–Cunneen against simulation")
        let row = try #require(
            try rows.first { try number($0[0]) == Double(cell.servers) && number($0[1]) == cell.cv }
        )
        let column = try #require([0.5, 0.7, 0.8, 0.9].firstIndex(of: cell.busy))

        let ratio = try ratio(
            servers: cell.servers, busy: cell.busy, serviceCV: cell.cv,
            measured: Int(try number(row[2])))

        #expect(row[3 + column] == text(ratio))
        #expect((ratio.mean - cell.expected).magnitude < ratio.slack)
    }

    @Test(
        "cells with other arrivals than Poisson are computed again",
        arguments: [(1, 0.5, 1.4, 0.7), (10, 0.5, 0.5, 0.7), (10, 2, 1, 0.8)])
    func arrivals(servers: Int, arrivalsCV: Double, serviceCV: Double, busy: Double) throws {
        let rows = try rows(after: "### 6.3 Allen–Cunneen with other arrivals than Poisson")
        let row = try #require(
            try rows.first {
                try number($0[0]) == Double(servers) && number($0[1]) == arrivalsCV
                    && number($0[2]) == serviceCV
            })
        let column = try #require([0.7, 0.8, 0.9].firstIndex(of: busy))

        let ratio = try ratio(
            servers: servers, busy: busy, arrivalsCV: arrivalsCV, serviceCV: serviceCV,
            measured: Int(try number(row[3])))

        #expect(rows.count == 18)
        #expect(row[4 + column] == text(ratio))
    }
}
