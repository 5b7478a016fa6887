// The orchestrator's routing without a plan: for people who want to know, before they submit, who
// would get their brief and why.

package import JSON

/// Routes a plan task's packet exactly as the orchestrator would.
package enum RoutePreview {
    /// Each agent considered, with `agent`, `score`, `chosen` and `reasons`, as in plan.json.
    /// - Parameter parts: of the packet; only `cards/` are read.
    package static func entries(_ packet: JSONValue, parts: [String: [UInt8]]) -> [JSONValue] {
        let view = PacketView(packet)
        let router = Router(
            packet: view, cards: CardShelf(view, parts: parts), directives: Directives(view.answers)
        )
        return router.route().entries.map(\.json)
    }
}
