// One attempt on its own thread: read the packet, let the handler think, check what it made, report
// it, and once more with the findings when it was refused.
import BatonBrief
import BatonClient
import BatonPlatform
import BatonWire

/// One attempt of one task.
struct Attempt: Sendable {
    let assignment: Assignment
    let context: AgentContext
    let answers: Slot<AttemptAnswer>
    let inbox: WorkerInbox
    let handler: any AgentHandler
    let options: Worker.Options

    /// How often the handler may try within one lease: once, and once with findings.
    static let roundsMax = 2
    /// Bytes of the message of a FAIL; it is for people's eyes and goes into the journal.
    static let messageBytesMax = 2048

    private var lease: LeaseName { assignment.lease }

    func run() {
        defer { inbox.post(.threadEnded(lease)) }
        do {
            let packet = try makePacket()
            try work(on: packet)
        } catch is AttemptStopped {
            // Nobody waits for a report.
        } catch {
            // Whatever the handler threw; report() itself throws only what is caught above.
            _ = try? report(
                .fail(
                    retryable: true, retryAfterMilliseconds: nil, code: "error",
                    message: bounded("\(error)")))
        }
    }

    private func work(on packet: AgentPacket) throws {
        let check = DeliveryCheck(
            packet: packet, isReviewed: options.isReviewed, isOn: options.checksContents)
        for round in 1...Self.roundsMax {
            let (end, findings) = check.prepare(try handler.handle(packet, context: context))
            let problems: [String]
            var code = "incomplete_delivery"
            if findings.isEmpty {
                guard case .findings(let refusal) = try report(end) else { return }
                code = refusal.code.rawValue
                let listed = ClientError(refusal).problems
                problems = listed.isEmpty ? [refusal.message] : listed
            } else {
                problems = findings
            }
            options.log("\(lease.task): \(problems.count) findings: \(problems[0])")
            if round < Self.roundsMax {
                context.setFindings(problems)
                continue
            }
            _ = try report(
                .fail(
                    retryable: true, retryAfterMilliseconds: nil, code: code,
                    message: bounded(problems.joined(separator: "\n"))))
        }
    }

    private func makePacket() throws -> AgentPacket {
        var handoff = try HandoffPacket(
            packetBytes: assignment.packet, body: assignment.inlineParts)
        let manifest = handoff.partManifest
        let digests = manifest.map { ($0.name, $0.digestHex) }
        context.know(
            digests: Dictionary(digests, uniquingKeysWith: { first, _ in first }),
            parts: handoff.parts)
        var room = options.prefetchBytesMax
        for part in manifest where !part.isInline && handoff.parts[part.name] == nil {
            guard part.size <= room else { continue }
            room -= part.size
            handoff.parts[part.name] = try context.fetch(part.name)
        }
        return AgentPacket(handoff: handoff, document: assignment.packet)
    }

    /// Reports an end and waits for what the broker says of it.
    private func report(_ end: AttemptEnd) throws -> AttemptAnswer {
        if let reason = context.stopReason { throw AttemptStopped(reason.rawValue) }
        if case .fail(let isRetryable, _, let code, let message) = end {
            let kind = isRetryable ? "failed" : "failed for good"
            let words = message.split(whereSeparator: \.isNewline).joined(separator: "; ")
            options.log("\(lease.task): \(kind)\(code.map { " (\($0))" } ?? ""): \(words)")
        }
        inbox.post(.finished(lease, end, costMicroUSD: context.costMicroUSD))
        guard let answer = try answers.take(orStopped: context.stopDescriptor) else {
            throw AttemptStopped(context.stopReason?.rawValue ?? "stopped")
        }
        return answer
    }

    private func bounded(_ text: String) -> String {
        String(decoding: text.utf8.prefix(Self.messageBytesMax), as: UTF8.self)
    }
}
