// Every code of an ERROR reply with its two flags and the exit status of a command that meets it.
// This is the table of wire.md §5; a test compares the two.

package enum ErrorCode: String, CaseIterable, Sendable {
    case malformed
    case versionUnsupported = "version_unsupported"
    case noSession = "no_session"
    case notPermitted = "not_permitted"
    case tooLarge = "too_large"
    case overloaded
    case shuttingDown = "shutting_down"
    case badBrief = "bad_brief"
    case badPlan = "bad_plan"
    case badVerdict = "bad_verdict"
    case badEscalation = "bad_escalation"
    case badAnswer = "bad_answer"
    case badCard = "bad_card"
    case badTask = "bad_task"
    case badStatement = "bad_statement"
    case planRefused = "plan_refused"
    case incompleteDelivery = "incomplete_delivery"
    case unchanged
    case staleToken = "stale_token"
    case conflict
    case keyReused = "key_reused"
    case unknownBrief = "unknown_brief"
    case unknownTask = "unknown_task"
    case unknownEscalation = "unknown_escalation"
    case unknownAgent = "unknown_agent"
    case unknownDocument = "unknown_document"
    case alreadyAnswered = "already_answered"
    case withdrawn
    case wrongState = "wrong_state"
    case limitReached = "limit_reached"
    case diskLow = "disk_low"
    case digestMismatch = "digest_mismatch"
    case payloadErased = "payload_erased"

    /// The request had no effect and will have none. Every refusal of this version is definite;
    /// what is indefinite has no reply at all.
    package var isDefinite: Bool { true }

    /// The same request may succeed later.
    package var isRetryable: Bool {
        switch self {
        case .noSession, .overloaded, .shuttingDown, .diskLow, .digestMismatch: true
        case .malformed, .versionUnsupported, .notPermitted, .tooLarge, .badBrief, .badPlan,
            .badVerdict, .badEscalation, .badAnswer, .badCard, .badTask, .badStatement,
            .planRefused,
            .incompleteDelivery, .unchanged, .staleToken, .conflict, .keyReused, .unknownBrief,
            .unknownTask, .unknownEscalation, .unknownAgent, .unknownDocument, .alreadyAnswered,
            .withdrawn, .wrongState, .limitReached, .payloadErased:
            false
        }
    }

    /// A client sends the request again by itself, within its own time: nothing has to be done
    /// first but to wait.
    package var isCuredByTime: Bool {
        isRetryable && self != .noSession && self != .digestMismatch
    }

    /// Given only to what was not taken before: an earlier try of the same request, whose reply was
    /// lost, had no effect either. A broker that is draining does not look.
    package var speaksForEarlierTries: Bool { isCuredByTime && self != .shuttingDown }

    /// The exit status of a command that ends with this refusal.
    package var exitStatus: Int32 {
        switch self {
        case .versionUnsupported: 78
        case .noSession, .overloaded, .shuttingDown, .diskLow: 75
        case .notPermitted, .staleToken: 77
        case .alreadyAnswered, .withdrawn: 1
        case .malformed, .tooLarge, .badBrief, .badPlan, .badVerdict, .badEscalation, .badAnswer,
            .badCard, .badTask, .badStatement, .planRefused, .incompleteDelivery, .unchanged,
            .conflict,
            .keyReused,
            .unknownBrief, .unknownTask, .unknownEscalation, .unknownAgent, .unknownDocument,
            .wrongState, .limitReached, .digestMismatch, .payloadErased:
            65
        }
    }
}
