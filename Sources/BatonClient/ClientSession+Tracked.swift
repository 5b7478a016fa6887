// A request that waits for its reply, and what is known of its tries: a refusal of one says nothing
// of another that was left without an answer and may have had an effect.
import BatonWire

extension ClientSession {
    struct Tracked: Sendable {
        let id: RequestID
        let request: ClientRequest
        let deadline: Duration?
        private(set) var tries = 0
        /// Not nil while the newest try is unanswered and not given up.
        var sentAt: Duration?
        var notBefore = Duration.zero
        /// What the newest try was told; nil while there is none or it is on its way.
        var lastRefusal: Refusal?
        /// Tries on this connection whose reply may still come.
        private var unanswered = 0
        /// A try was lost with its connection, and no later answer spoke for it.
        private var mayHaveActed = false

        init(id: RequestID, request: ClientRequest, deadline: Duration?) {
            self.id = id
            self.request = request
            self.deadline = deadline
        }

        mutating func noteTry(at now: Duration) {
            sentAt = now
            tries += 1
            unanswered += 1
            lastRefusal = nil
        }

        mutating func noteRefusal(_ refusal: Refusal) {
            unanswered = max(unanswered - 1, 0)
            if unanswered == 0, refusal.code.speaksForEarlierTries { mayHaveActed = false }
        }

        /// The connection is gone, and with it the replies that were on their way.
        mutating func noteInterruption() {
            if unanswered > 0 { mayHaveActed = true }
            unanswered = 0
        }

        /// How the request ends after `refusal`, the newest: with it, or, where time might have
        /// cured it and another try may have had an effect, with the outcome unknown.
        func failure(_ refusal: Refusal) -> RequestFailure {
            let isUnknown = unanswered > 0 || mayHaveActed
            return refusal.code.isCuredByTime && isUnknown
                ? .timedOut(wasSent: true) : .refused(refusal)
        }
    }
}
