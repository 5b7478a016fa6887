// Signed notes (C2SP signed-note): a text, an empty line, and who signed it.
package import Crypto

/// Signs texts in a journal's name.
package struct NoteSigner: Sendable {
    package let verifierKey: VerifierKey
    private let signingKey: SigningKey

    /// A signer for an origin; nil when the origin is not allowed.
    package init?(origin: String, signingKey: SigningKey) {
        guard let key = VerifierKey(origin: origin, publicKey: signingKey.publicKey) else {
            return nil
        }
        verifierKey = key
        self.signingKey = signingKey
    }

    /// The whole note. The text must end with a newline, which is signed with it.
    package func note(_ text: String) -> String {
        precondition(text.hasSuffix("\n"), "a note's text ends with a newline")
        let signature = Base64.encode(verifierKey.id + signingKey.sign([UInt8](text.utf8)))
        return "\(text)\n\u{2014} \(verifierKey.origin) \(signature)\n"
    }
}

extension VerifierKey {
    /// The text of a note, if this key has signed it; other keys' signatures are passed over.
    package func signedText(of note: String) -> String? {
        // By bytes: Swift would take "\r\n" and combining marks for other characters.
        let bytes = [UInt8](note.utf8)
        let newline = UInt8(ascii: "\n")
        guard
            let gap = bytes.indices.dropLast().last(where: {
                bytes[$0] == newline && bytes[$0 + 1] == newline
            })
        else { return nil }
        let text = [UInt8](bytes[...gap])
        let start = [UInt8]("\u{2014} \(origin) ".utf8)
        for line in bytes[(gap + 2)...].split(separator: newline) where line.starts(with: start) {
            let encoded = String(decoding: line.dropFirst(start.count), as: UTF8.self)
            guard let signature = Base64.decode(encoded), signature.starts(with: id) else {
                continue
            }
            if isValidSignature([UInt8](signature.dropFirst(4)), of: text, by: publicKey) {
                return String(decoding: text, as: UTF8.self)
            }
        }
        return nil
    }
}
