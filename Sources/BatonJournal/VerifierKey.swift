// The public half of a journal's signing key, as text that people and tools pass around
// (C2SP signed-note).
import Crypto

/// Who signs, with what key: `<origin>+<key id>+<base64(0x01 ‖ public key)>`.
package struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// The journal's name, the first line of its checkpoints.
    package let origin: String

    /// 32 bytes.
    package let publicKey: [UInt8]

    /// The 4 bytes by which a signature names its key.
    package let id: [UInt8]

    /// The byte that C2SP gives to Ed25519.
    private static let algorithm: UInt8 = 1

    /// A key for an origin; nil when the origin is not allowed or the key not 32 bytes long.
    package init?(origin: String, publicKey: [UInt8]) {
        guard VerifierKey.isValidOrigin(origin), publicKey.count == 32 else { return nil }
        self.origin = origin
        self.publicKey = publicKey
        id = [UInt8](
            SHA256.hash(
                pieces: [[UInt8](origin.utf8), [UInt8(ascii: "\n"), Self.algorithm], publicKey]
            ).bytes.prefix(4))
    }

    /// Reads the text form; nil unless it is exactly what `description` writes.
    package init?(_ text: String) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let key = Base64.decode(String(parts[2])),
            key.first == Self.algorithm
        else { return nil }
        self.init(origin: String(parts[0]), publicKey: [UInt8](key.dropFirst()))
        guard Hex.encode(id) == parts[1] else { return nil }
    }

    package var description: String {
        "\(origin)+\(Hex.encode(id))+\(Base64.encode([Self.algorithm] + publicKey))"
    }

    /// Letters, digits and `. - _ / : @ ~`, at most 255: what needs no escape in JSON, in a note,
    /// or in an address. C2SP forbids spaces and `+` only.
    package static func isValidOrigin(_ text: String) -> Bool {
        let allowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: ".-_/:@~".utf8.contains(byte)
            }
        }
        return allowed && !text.isEmpty && text.utf8.count <= 255
    }
}
