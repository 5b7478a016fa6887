// Content by its digest: attachments go up and documents come down in chunks of at most 1 MiB, and
// what arrives is checked against its name.
package import BatonWire
import Crypto
import JSON

/// A document fetched from the broker.
public struct Content: Sendable {
    public let bytes: [UInt8]
    public let mediaType: String
    /// Random bytes that stand before the content in its digest.
    package let salt: [UInt8]
}

extension Client {
    /// The most bytes of one attachment or document.
    public static var contentBytesMax: Int { 16 << 20 }

    /// Uploads an attachment and returns its digest (SHA-256, hex). What the broker has already
    /// is not sent again.
    public func upload(
        _ bytes: [UInt8], name: String, mediaType: String,
    ) throws(ClientError) -> String {
        guard bytes.count <= Self.contentBytesMax else {
            throw ClientError(
                .failed,
                "attachment \(name) of \(bytes.count) bytes exceeds attachmentBytesMax "
                    + "\(Self.contentBytesMax)")
        }
        let digest = SHA256.hash(bytes).hex
        let chunkMax = WireLimits.standard.chunkBytesMax
        var offset = 0
        while true {
            let end = min(offset + chunkMax, bytes.count)
            let header = JSONObject([
                ("digest", .string(digest)), ("size", .integer(Int64(bytes.count))),
                ("offset", .integer(Int64(offset))), ("media_type", .string(mediaType)),
                ("name", .string(name)),
            ])
            let reply = try request(.put, header, body: [Array(bytes[offset..<end])])
            if reply.flag("complete") == true { return digest }
            // The broker knows best where it stands: after its restart that may be the beginning.
            guard let next = reply.integer("next"), next >= 0, next <= bytes.count,
                next != Int64(offset)
            else {
                throw ClientError(
                    .failed, "the upload of \(name) does not get past byte \(offset)",
                    isDefinite: false)
            }
            offset = Int(next)
        }
    }

    /// Fetches a document by its digest, and checks it.
    public func fetch(
        digest: String, bytesMax: Int = Client.contentBytesMax,
    ) throws(ClientError) -> Content {
        let content = try fetch(JSONObject([("digest", .string(digest))]), bytesMax: bytesMax)
        // What is in the journal is named by a salted digest, so that an erased text cannot be
        // guessed.
        guard SHA256.hash(pieces: [content.salt, content.bytes]).hex == digest else {
            throw ClientError(
                .failed, "the document that came for \(digest) is another one", isDefinite: false)
        }
        return content
    }

    /// Fetches the text that belongs to an event.
    public func fetch(
        eventSeq: Int64, part: String, bytesMax: Int = Client.contentBytesMax,
    ) throws(ClientError) -> Content {
        try fetch(
            JSONObject([("event_seq", .integer(eventSeq)), ("part", .string(part))]),
            bytesMax: bytesMax)
    }

    private func fetch(_ name: JSONObject, bytesMax: Int) throws(ClientError) -> Content {
        var assembly = ContentAssembly(bytesMax: bytesMax)
        while true {
            var header = name
            header["offset"] = .integer(Int64(assembly.bytes.count))
            if try assembly.add(try request(.get, header)) {
                return Content(
                    bytes: assembly.bytes, mediaType: assembly.mediaType, salt: assembly.salt)
            }
        }
    }
}

/// A document that is coming in, chunk by chunk.
package struct ContentAssembly: Sendable {
    package private(set) var bytes: [UInt8] = []
    package private(set) var mediaType = "application/octet-stream"
    package private(set) var salt: [UInt8] = []
    private let bytesMax: Int

    package init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Adds the chunk of one GET's reply; true when the document is whole.
    package mutating func add(_ reply: Message) throws(ClientError) -> Bool {
        guard let size = reply.integer("size"), size >= 0,
            reply.integer("offset") ?? 0 == Int64(bytes.count)
        else { throw ClientError(.failed, "GET was answered without size", isDefinite: false) }
        guard size <= bytesMax else {
            throw ClientError(.failed, "document of \(size) bytes exceeds bytesMax \(bytesMax)")
        }
        mediaType = reply.text("media_type") ?? mediaType
        salt = reply.text("salt").flatMap(Hex.decode) ?? salt
        let chunk = reply.body.first ?? []
        bytes += chunk
        if bytes.count >= size { return bytes.count == Int(size) }
        guard !chunk.isEmpty else {
            throw ClientError(
                .failed, "the document ends at \(bytes.count) of \(size) bytes", isDefinite: false)
        }
        return false
    }
}
