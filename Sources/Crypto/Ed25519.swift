// Ed25519 signatures by libsodium (RFC 8032).
import CSodium

/// libsodium, initialised: the first use of `ready` calls `sodium_init`, once for all threads.
enum Sodium {
    static let ready: Void = {
        // It fails only where the kernel gives no random numbers; nothing can go on then.
        precondition(sodium_init() >= 0, "libsodium could not be initialised")
    }()
}

/// A secret signing key, made from a 32-byte seed.
package struct SigningKey: Sendable {
    /// How many bytes a seed has.
    package static let seedByteCount = 32

    /// Keep it secret: whoever has it signs in this key's name.
    package let seed: [UInt8]

    /// The 32 bytes that others verify with.
    package let publicKey: [UInt8]

    private let secret: [UInt8]

    /// The key of a seed; nil unless the seed has 32 bytes. Calls `crypto_sign_seed_keypair`.
    package init?(seed: [UInt8]) {
        guard seed.count == SigningKey.seedByteCount else { return nil }
        Sodium.ready
        var publicKey = [UInt8](repeating: 0, count: 32)
        var secret = [UInt8](repeating: 0, count: 64)
        guard unsafe crypto_sign_seed_keypair(&publicKey, &secret, seed) == 0 else { return nil }
        self.seed = seed
        self.publicKey = publicKey
        self.secret = secret
    }

    /// The 64 bytes of the signature. Calls `crypto_sign_detached`.
    package func sign(_ message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        let result = unsafe crypto_sign_detached(
            &signature, nil, message, UInt64(message.count), secret)
        precondition(result == 0, "crypto_sign_detached cannot fail with a key of the right size")
        return signature
    }
}

/// Whether the signature is that of the message by the key's owner; false for keys and signatures
/// of the wrong size. Calls `crypto_sign_verify_detached`.
package func isValidSignature(
    _ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8],
) -> Bool {
    guard signature.count == 64, publicKey.count == 32 else { return false }
    Sodium.ready
    return unsafe crypto_sign_verify_detached(
        signature, message, UInt64(message.count), publicKey) == 0
}

/// Compares secrets in a time that does not tell where they differ; lengths are no secret.
/// Calls `sodium_memcmp`.
package func isEqualInConstantTime(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    Sodium.ready
    return unsafe sodium_memcmp(one, other, one.count) == 0
}
