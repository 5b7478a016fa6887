// A handler tried out on a packet without a broker: called, checked and, when its result is not fit
// to be sent, called once more with the findings, as a worker would.
import BatonBrief
import BatonClient

/// One attempt that is reported to nobody.
package struct HandlerTrial: Sendable {
    private let handler: any AgentHandler
    /// Whether direct tasks need all five deliverables.
    private let isReviewed: Bool
    /// What a broker would allow the attempt, both calls together.
    private let attemptTimeout: Duration

    package init(_ handler: any AgentHandler, isReviewed: Bool, attemptTimeout: Duration) {
        self.handler = handler
        self.isReviewed = isReviewed
        self.attemptTimeout = attemptTimeout
    }

    /// How the attempt would end, and what a worker would still find wrong with it: with findings
    /// nothing would be sent but a failure.
    /// - Throws: what the handler throws; a worker would fail the attempt.
    package func run(on packet: AgentPacket) throws -> (end: AttemptEnd, findings: [String]) {
        let context = try AgentContext(trying: packet, attemptTimeout: attemptTimeout)
        let check = DeliveryCheck(packet: packet, isReviewed: isReviewed, isOn: true)
        var last = check.prepare(try handler.handle(packet, context: context))
        for _ in 1..<Attempt.roundsMax where !last.findings.isEmpty {
            context.setFindings(last.findings)
            last = check.prepare(try handler.handle(packet, context: context))
        }
        return last
    }
}
