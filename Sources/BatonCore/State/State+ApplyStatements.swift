// `apply` for what is stated about a brief, and what gates hold back.

extension State {
    mutating func keep(_ evidence: GateResult?, _ match: Digest, _ event: Event) {
        update(event.namedBrief) { brief in
            brief.statements.append(
                StatementRecord(
                    event: event.seq, match: match.fingerprint, evidence: evidence))
        }
    }

    /// Opens or shuts a gate for what still waits before it.
    mutating func applyEvidence(_ body: EvidenceAdded, _ event: Event) {
        let (wasOpen, waiting) = update(event.namedBrief) { brief in
            (brief.isPassed(body.gate) == true, brief.tasks)
        }
        keep(GateResult(gate: body.gate, isPassed: body.isPassed), body.match, event)
        guard wasOpen != body.isPassed else { return }
        for id in waiting {
            guard let task = tasks[id], task.state == .waiting, task.evidence.contains(body.gate)
            else { continue }
            if body.isPassed {
                waitForLess(id)
            } else {
                waitForMore(id)
            }
        }
    }

    /// A gate that was passed is not any more.
    private mutating func waitForMore(_ id: TaskID) {
        let (brief, wasTimed) = update(id) { task in
            defer { task.waitingFor += 1 }
            return (task.brief, task.isTimed)
        }
        if wasTimed, let brief { update(brief) { $0.counts.timed -= 1 } }
    }
}
