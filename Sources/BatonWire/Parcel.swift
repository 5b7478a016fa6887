// A parcel: named parts with media types, as two body frames (wire.md §2). The bodies lie one after
// the other in one frame, so a message of any number of parts stays within the frame limit.

import JSON
import PlainText

package struct Parcel: Sendable {
    package struct Part: Sendable, Hashable {
        package var name: String
        package var mediaType: String
        package var body: [UInt8]

        package init(name: String, mediaType: String, body: [UInt8]) {
            self.name = name
            self.mediaType = mediaType
            self.body = body
        }
    }

    package var parts: [Part]

    package init(parts: [Part]) {
        self.parts = parts
    }

    /// Reads the two frames; every problem of the manifest is a fault that names the part.
    package init(
        manifest: [UInt8], bodies: [UInt8], limits: WireLimits = .standard
    ) throws(WireFault) {
        let list: JSONValue
        do {
            list = try JSONValue(parsing: manifest, limits: JSONLimits(depthMax: 3))
        } catch {
            throw WireFault("manifest: \(error)")
        }
        guard let entries = list.arrayValue else {
            throw WireFault("manifest is not a JSON array")
        }
        guard entries.count <= limits.partsMax else {
            throw WireFault(
                "manifest of \(entries.count) parts exceeds partsMax \(limits.partsMax)",
                isOverLimit: true)
        }
        guard bodies.count <= limits.parcelBytesMax else {
            throw WireFault(
                "parcel of \(bodies.count) bytes exceeds parcelBytesMax \(limits.parcelBytesMax)",
                isOverLimit: true)
        }
        parts = []
        var offset = 0
        for entry in entries {
            let part = try Self.part(entry, in: bodies, at: offset, limits: limits)
            guard !parts.contains(where: { $0.name == part.name }) else {
                throw WireFault("part \"\(part.name)\" stands twice in the manifest")
            }
            offset += part.body.count
            parts.append(part)
        }
        guard offset == bodies.count else {
            throw WireFault("manifest names \(offset) bytes, the parcel has \(bodies.count)")
        }
    }

    /// Manifest and bodies, in this order.
    package var bodyFrames: [[UInt8]] {
        let manifest = JSONValue.array(
            parts.map { part in
                [
                    "name": .string(part.name), "media_type": .string(part.mediaType),
                    "size": .integer(Int64(part.body.count)),
                ]
            })
        return [manifest.encoded(), Array(parts.map(\.body).joined())]
    }

    private static func part(
        _ entry: JSONValue, in bodies: [UInt8], at offset: Int, limits: WireLimits
    ) throws(WireFault) -> Part {
        guard let name = entry["name"]?.stringValue, PartName.isValid(name) else {
            throw WireFault(
                "a part's name cannot be "
                    + (entry["name"]?.encodedText.prefix(bytes: 140) ?? "missing")
                    + "; \(PartName.expectation)")
        }
        guard let mediaType = entry["media_type"]?.stringValue, isMediaType(mediaType) else {
            throw WireFault("part \"\(name)\" has no media_type such as application/json")
        }
        guard let size = entry["size"]?.integerValue, size >= 0 else {
            throw WireFault("part \"\(name)\" has no size in bytes")
        }
        guard size <= limits.partBytesMax else {
            throw WireFault(
                "part \"\(name)\" of \(size) bytes exceeds partBytesMax \(limits.partBytesMax)",
                isOverLimit: true)
        }
        guard offset + Int(size) <= bodies.count else {
            throw WireFault("part \"\(name)\" of \(size) bytes runs past the end of the parcel")
        }
        return Part(
            name: name, mediaType: mediaType, body: Array(bodies[offset..<offset + Int(size)]))
    }

    /// `type/subtype` in printable ASCII without spaces, at most 128 bytes.
    package static func isMediaType(_ text: String) -> Bool {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        return halves.count == 2 && text.utf8.count <= 128
            && halves.allSatisfy { !$0.isEmpty }
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
    }
}
