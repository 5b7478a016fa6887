// What submitters say: SUBMIT, TASK, PUT, and the cards (wire.md §4.3 and §4.4).

import BatonBrief
import BatonCore
import BatonWire
import Crypto
import JSON

extension BrokerLoop {
    // MARK: SUBMIT

    mutating func submit(_ request: Request) throws(Refusal) {
        let key = try request.text("key")
        try refuseIfDiskLow(exceptRepeatsOf: key)
        let (brief, bytes) = try request.document(.brief, .badBrief, wireLimits)
        try checkAttachments(of: brief)
        let deadline = self.deadline(in: brief, at: request.moment)
        let submission = BriefSubmission(
            key: intake.match(Array(key.utf8)), match: intake.match(bytes),
            priority: Int(brief["priority"]?.integerValue ?? 0),
            notBefore: brief["not_before"]?.integerValue.map { Instant(microseconds: $0) },
            deadline: deadline, budget: budget(in: brief), documents: attachments(of: brief),
            parts: [
                intake.seal(json: bytes, as: "brief.json"),
                intake.seal(
                    .init(name: "key", mediaType: "text/plain", body: Array(key.utf8))),
            ])
        switch run(.submitBrief(submission), for: request) {
        case .brief(let id, let isDuplicate):
            say(request, JSONObject([("brief", .id(id)), ("duplicate", .bool(isDuplicate))]))
        case .refused(.unknownDocuments(let places)):
            throw missingAttachments(places, in: brief)
        case let reply: throw refusal(reply, request)
        }
    }

    private func deadline(in brief: JSONValue, at moment: Moment) -> Instant? {
        if let seconds = brief["deadline"]?.doubleValue { return moment.wall + .seconds(seconds) }
        return brief["deadline"]?["at"]?.integerValue.map { Instant(microseconds: $0) }
    }

    private func budget(in brief: JSONValue) -> Budget {
        Budget(
            attempts: brief["budget"]?["attempts"]?.integerValue.map { Int($0) },
            cost: brief["budget"]?["cost"]?["amount"]?.doubleValue
                .map { Int(($0 * 1_000_000).rounded()) })
    }

    private func checkAttachments(of brief: JSONValue) throws(Refusal) {
        let artifacts = brief["artifacts"]?.arrayValue ?? []
        guard artifacts.count <= contentLimits.attachmentsPerBriefMax else {
            throw Refusal(
                .limitReached,
                "\(artifacts.count) attachments exceed attachmentsPerBriefMax "
                    + "\(contentLimits.attachmentsPerBriefMax)")
        }
        // One content attached under two names is stored once, but fetched twice.
        let bytes = artifacts.reduce(0) { $0 + Int(clamping: $1["size"]?.integerValue ?? 0) }
        guard bytes <= contentLimits.attachmentsBytesPerBriefMax else {
            throw Refusal(
                .limitReached,
                "attachments of \(bytes) bytes exceed attachmentsBytesPerBriefMax "
                    + "\(contentLimits.attachmentsBytesPerBriefMax)")
        }
    }

    /// What the attachments are found by: the match of each one's SHA-256.
    private func attachments(of brief: JSONValue) -> [BatonCore.Digest] {
        (brief["artifacts"]?.arrayValue ?? []).map { artifact in
            contentMatch(artifact["digest"]?.stringValue ?? "")
        }
    }

    private func contentMatch(_ hex: String) -> BatonCore.Digest {
        intake.match(Array(hex.utf8))
    }

    private func missingAttachments(_ places: [Int], in brief: JSONValue) -> Refusal {
        let artifacts = brief["artifacts"]?.arrayValue ?? []
        return Refusal(
            .unknownDocument, "\(places.count) attachment(s) were not uploaded with PUT",
            problems: places.map { place in
                Problem(
                    place: "/artifacts/\(place)",
                    message: "no document has digest "
                        + (artifacts[place]["digest"]?.stringValue ?? "none"))
            })
    }

    /// A repeat adds nothing to the disk: whatever the core answers to a key that is taken, it is
    /// not a new submission.
    private func refuseIfDiskLow(exceptRepeatsOf key: String) throws(Refusal) {
        if core.state.isTaken(intake.match(Array(key.utf8))) { return }
        try refuseIfDiskLow()
    }

    func refuseIfDiskLow() throws(Refusal) {
        guard isDiskLow else { return }
        throw Refusal(
            .diskLow, "less than 5 % of the disk is free; new submissions are refused",
            retryAfterMilliseconds: 30_000)
    }

    // MARK: TASK

    mutating func submitTask(_ request: Request) throws(Refusal) {
        let key = try request.text("key")
        try refuseIfDiskLow(exceptRepeatsOf: key)
        let parcel = try request.parcel(wireLimits)
        guard !parcel.parts.isEmpty else { throw Refusal(.badTask, "a direct task needs a part") }
        let agent = try request.agent()
        let submission = TaskSubmission(
            key: intake.match(Array(key.utf8)),
            match: intake.match([addressed(to: agent)] + parcel.parts), agent: agent,
            priority: Int(clamping: request.message.integer("priority") ?? 0),
            notBefore: try request.instant("not_before_us"),
            deadline: try request.milliseconds("deadline_ms").map { request.moment.wall + $0 },
            attemptTimeout: try request.milliseconds("attempt_timeout_ms"),
            silenceTimeout: try request.milliseconds("silence_timeout_ms"),
            parts: intake.seal(parcel.parts))
        let reply = run(.submitTask(submission), for: request)
        guard case .task(let id, let isDuplicate) = reply else { throw refusal(reply, request) }
        say(request, JSONObject([("task", .id(id)), ("duplicate", .bool(isDuplicate))]))
    }

    /// The addressee is a part of what a key stands for.
    private func addressed(to agent: AgentName) -> Parcel.Part {
        Parcel.Part(name: "agent", mediaType: "text/plain", body: Array(agent.text.utf8))
    }

    // MARK: PUT

    mutating func put(_ request: Request) throws(Refusal) {
        let digest = try request.text("digest")
        let size = try request.integer("size")
        let offset = try request.integer("offset")
        guard let chunk = request.message.body.first, request.message.body.count == 1 else {
            throw request.malformed("PUT needs one body frame, a chunk")
        }
        guard size >= 0, size <= contentLimits.attachmentBytesMax else {
            throw Refusal(
                .tooLarge,
                "attachment of \(size) bytes exceeds attachmentBytesMax "
                    + "\(contentLimits.attachmentBytesMax)"
            )
        }
        guard chunk.count <= wireLimits.chunkBytesMax else {
            throw Refusal(
                .tooLarge,
                "chunk of \(chunk.count) bytes exceeds chunkBytesMax \(wireLimits.chunkBytesMax)")
        }
        if core.state.documents[contentMatch(digest)] != nil {
            sayUploaded(Int(size), isComplete: true, request)
            return
        }
        try refuseIfDiskLow()
        let mediaType = request.message.text("media_type") ?? "application/octet-stream"
        guard Parcel.isMediaType(mediaType) else {
            throw request.malformed("\"media_type\" is no media type such as text/markdown")
        }
        let upload = Upload(digest: digest, size: Int(size), mediaType: mediaType)
        try take(chunk, at: Int(offset), of: upload, request)
    }

    private mutating func take(
        _ chunk: [UInt8], at offset: Int, of wanted: Upload, _ request: Request
    ) throws(Refusal) {
        let size = wanted.size
        var current = wanted
        if let begun = peers[request.route]?.upload, begun.digest == wanted.digest,
            begun.size == size, offset != 0
        {
            current = begun
        } else {
            try makeRoom(for: wanted, of: request.route, at: request.moment)
        }
        current.lastChunk = request.moment.now
        // A chunk at another place than the next is answered with the next: a resend does no harm.
        if offset == current.bytes.count {
            guard current.bytes.count + chunk.count <= size else {
                throw Refusal(.malformed, "chunks of more than the announced \(size) bytes")
            }
            current.bytes += chunk
        }
        guard current.bytes.count == size else {
            let next = current.bytes.count
            peers[request.route]?.upload = current
            sayUploaded(next, isComplete: false, request)
            return
        }
        peers[request.route]?.upload = nil
        try store(current, request)
    }

    /// Bounds what all uploads under way may occupy. One that has stood still for a minute gives
    /// way to another; its peer is then told to begin again.
    private mutating func makeRoom(
        for wanted: Upload, of route: RoutingID, at moment: Moment
    ) throws(Refusal) {
        func others() -> Int {
            peers.reduce(0) { $0 + ($1.key == route ? 0 : $1.value.upload?.size ?? 0) }
        }
        if others() + wanted.size > contentLimits.uploadsBytesMax {
            for (other, peer) in peers {
                guard let upload = peer.upload, upload.lastChunk + .seconds(60) < moment.now else {
                    continue
                }
                peers[other]?.upload = nil
            }
        }
        let bytes = others() + wanted.size
        guard bytes > contentLimits.uploadsBytesMax else { return }
        throw Refusal(
            .overloaded,
            "uploads under way of \(bytes) bytes exceed uploadsBytesMax "
                + "\(contentLimits.uploadsBytesMax)", retryAfterMilliseconds: 500)
    }

    private mutating func store(_ upload: Upload, _ request: Request) throws(Refusal) {
        let found = Hex.encode(SHA256.hash(upload.bytes).bytes)
        guard found == upload.digest else {
            throw Refusal(
                .digestMismatch, "the content has digest \(found), \(upload.digest) was announced")
        }
        let part = intake.seal(
            .init(name: "document", mediaType: upload.mediaType, body: upload.bytes))
        let reply = run(
            .putDocument(DocumentPut(content: contentMatch(upload.digest), parts: [part])),
            for: request)
        guard case .document = reply else { throw refusal(reply, request) }
        sayUploaded(upload.size, isComplete: true, request)
    }

    private mutating func sayUploaded(_ next: Int, isComplete: Bool, _ request: Request) {
        say(
            request,
            JSONObject([("next", .integer(Int64(next))), ("complete", .bool(isComplete))]))
    }

    // MARK: Cards

    mutating func register(_ request: Request) throws(Refusal) {
        let (json, bytes) = try request.document(.card, .badCard, wireLimits)
        let card: Card
        do {
            card = try Card(json)
        } catch {
            throw Refusal(.badCard, .card, error)
        }
        let leasesMax = card.extra["leases_max"]?.integerValue
        guard (0...1_000_000).contains(leasesMax ?? 0) else {
            throw Refusal(
                .badCard, "\"leases_max\" \(leasesMax ?? 0) is not between 0 and 1,000,000")
        }
        let body = AgentRegistered(
            agent: AgentName(card.id), isReviewed: card.isReviewed,
            attemptTimeout: card.attemptTimeout.map { .seconds($0) },
            silenceTimeout: card.silenceTimeout.map { .seconds($0) },
            leasesMax: leasesMax.map { Int(clamping: $0) },
            rate: card.rate.map {
                LeaseRate(count: $0.count, period: .seconds($0.seconds))
            },
            dependencies: card.dependencies.prefix(64).map { AgentName($0) },
            parts: [intake.seal(json: bytes, as: "card.json")])
        let reply = run(.register(body), for: request)
        guard case .registered(let agent, let isChanged) = reply else {
            throw refusal(reply, request)
        }
        say(
            request,
            JSONObject([("agent", .string(agent.text)), ("changed", .bool(isChanged))]))
    }
}
