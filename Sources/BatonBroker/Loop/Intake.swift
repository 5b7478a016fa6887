// Sealing: what came as bytes becomes parts, with a fresh salt, a digest and a match, before the
// core sees it. The bodies wait here until the event that names them is known.

import BatonCore
import BatonJournal
import BatonWire
import Crypto

/// Where salts come from: the host's entropy, or a simulator's seed.
package typealias RandomBytes = @Sendable (_ count: Int) -> [UInt8]

struct Intake {
    let keys: JournalKeys
    let randomBytes: RandomBytes
    /// Sealed bodies whose event is not recorded yet, by the digest of their part.
    private var bodies: [BatonCore.Digest: Payload] = [:]

    init(keys: JournalKeys, randomBytes: @escaping RandomBytes) {
        self.keys = keys
        self.randomBytes = randomBytes
    }

    /// Sameness of bytes under the journal's key.
    func match(_ bytes: [UInt8]) -> BatonCore.Digest { BatonCore.Digest(keys.match(bytes).bytes) }

    /// Sameness of a whole parcel: names, types and bytes, each with its length.
    func match(_ parts: [Parcel.Part]) -> BatonCore.Digest {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.body.count + 256 })
        for part in parts {
            bytes += Array("\(part.name)\n\(part.mediaType)\n\(part.body.count)\n".utf8)
            bytes += part.body
        }
        return match(bytes)
    }

    mutating func seal(_ part: Parcel.Part) -> Part {
        let payload = Payload(
            part: part.name, mediaType: part.mediaType, salt: randomBytes(JournalLimits.saltBytes),
            body: part.body)
        let digest = BatonCore.Digest(payload.digest.bytes)
        bodies[digest] = payload
        return Part(
            name: part.name, mediaType: part.mediaType, size: part.body.count, digest: digest,
            match: match(part.body))
    }

    mutating func seal(_ parts: [Parcel.Part]) -> [Part] {
        var sealed: [Part] = []
        sealed.reserveCapacity(parts.count)
        for part in parts { sealed.append(seal(part)) }
        return sealed
    }

    mutating func seal(json bytes: [UInt8], as name: String) -> Part {
        seal(Parcel.Part(name: name, mediaType: "application/json", body: bytes))
    }

    /// The bodies of an event's parts, in their order.
    mutating func take(for event: Event) -> [JournalBatch.PlacedPayload] {
        event.parts.compactMap { part in
            bodies.removeValue(forKey: part.digest).map { .init(seq: event.seq, payload: $0) }
        }
    }

    /// Forgets what a refused or repeated command had brought.
    mutating func discard() {
        bodies.removeAll(keepingCapacity: true)
    }
}
