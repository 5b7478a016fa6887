// Digests, codes, signatures and text encodings against published vectors.
import Crypto
import Testing

@Suite("Crypto")
struct CryptoTests {
    @Test("SHA-256 agrees with FIPS 180-4's examples")
    func sha256() {
        #expect(
            SHA256.hash([]).hex
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            SHA256.hash([UInt8]("abc".utf8)).hex
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("pieces hash like their concatenation, and a digest can be taken in between")
    func pieces() {
        let text = [UInt8](0...255)
        var hash = SHA256()
        hash.update(text[..<100].map { $0 })
        let early = hash.digest()
        hash.update(text[100...].map { $0 })

        #expect(hash.digest() == SHA256.hash(text))
        #expect(early == SHA256.hash([UInt8](text[..<100])))
        #expect(SHA256.hash(pieces: [[], [1, 2], [], [3]]) == SHA256.hash([1, 2, 3]))
    }

    @Test(
        "HMAC agrees with RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                [UInt8]("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func hmac(key: [UInt8], text: String, code: String) {
        #expect(HMACSHA256(key: key).code([UInt8](text.utf8)).hex == code)
        #expect(
            HMACSHA256(key: key).code(pieces: text.utf8.map { [$0] }).hex == code)
    }

    @Test("Ed25519 agrees with RFC 8032, and a changed message does not verify")
    func ed25519() throws {
        let seed = try #require(
            Hex.decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
        let key = try #require(SigningKey(seed: seed))
        let signature = key.sign([0x72])

        #expect(
            Hex.encode(key.publicKey)
                == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        #expect(
            Hex.encode(signature)
                == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
        #expect(isValidSignature(signature, of: [0x72], by: key.publicKey))
        #expect(!isValidSignature(signature, of: [0x73], by: key.publicKey))
        #expect(!isValidSignature([1, 2], of: [0x72], by: key.publicKey))
        #expect(SigningKey(seed: [1]) == nil)
    }

    @Test(
        "base64 agrees with RFC 4648 both ways",
        arguments: zip(
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"],
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]))
    func base64(plain: String, encoded: String) {
        #expect(Base64.encode([UInt8](plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == [UInt8](plain.utf8))
    }

    @Test(
        "base64 that encode would not write is refused",
        arguments: [
            "Zg", "Zg=", "Zg===", "Zh==", "Z===", "====", "Zm9v\n", "Zm-v", "Zg==Zg==",
        ])
    func strictBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test("hex goes both ways and refuses what is not hex")
    func hex() {
        #expect(Hex.encode([0, 0x9f, 0xff]) == "009fff")
        #expect(Hex.decode("009FfF") == [0, 0x9f, 0xff])
        #expect(Hex.decode("0") == nil)
        #expect(Hex.decode("0g") == nil)
        #expect(Digest(hex: "00") == nil)
        #expect(Digest(SHA256.hash([1]).bytes) == SHA256.hash([1]))
    }

    @Test("constant-time comparison compares")
    func constantTime() {
        #expect(isEqualInConstantTime([1, 2], [1, 2]))
        #expect(!isEqualInConstantTime([1, 2], [1, 3]))
        #expect(!isEqualInConstantTime([1, 2], [1, 2, 3]))
        #expect(isEqualInConstantTime([], []))
    }
}
