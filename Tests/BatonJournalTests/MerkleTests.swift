// The Merkle tree and the signed notes against published vectors.
import BatonJournal
import Crypto
import Testing

@Suite("Merkle tree")
struct MerkleTests {
    /// The leaves of Certificate Transparency's reference tests, in hex.
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]

    /// The roots of the trees over the first 1 to 8 of them.
    private static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test("roots agree with Certificate Transparency's", arguments: 1...8)
    func certificateTransparency(size: Int) throws {
        let hashes = try Self.leaves.prefix(size).map {
            MerkleHash.leaf(try #require(Hex.decode($0)))
        }
        #expect(MerkleFrontier(hashes).root.hex == Self.roots[size - 1])
    }

    @Test("the empty tree's root is the hash of nothing")
    func empty() {
        #expect(
            MerkleFrontier().root.hex
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test("the frontier agrees with RFC 6962's recursion at every size, in few hashes")
    func recursion() {
        var frontier = MerkleFrontier()
        var hashes: [Digest] = []
        for size in 1...300 {
            let hash = MerkleHash.leaf([UInt8(size & 0xff), UInt8(size >> 8)])
            hashes.append(hash)
            frontier.append(hash)

            #expect(frontier.count == UInt64(size))
            #expect(frontier.edge.count == size.nonzeroBitCount)
            #expect(frontier.root == treeHash(hashes[...]))
        }
    }

    /// RFC 6962, section 2.1, as written there.
    private func treeHash(_ hashes: ArraySlice<Digest>) -> Digest {
        if hashes.count == 1 { return hashes[hashes.startIndex] }
        var half = 1
        while half * 2 < hashes.count { half *= 2 }
        return MerkleHash.node(treeHash(hashes.prefix(half)), treeHash(hashes.dropFirst(half)))
    }
}

@Suite("Signed notes")
struct NoteTests {
    private static let origin = "baton.example/acme-prod"
    private static let text =
        "baton.example/acme-prod\n3\nKZhN+xn1nnew6FlEq+CcRWIi6JBfLSwsM5044ROE1Os=\n"

    private func makeSigner() throws -> NoteSigner {
        let key = try #require(SigningKey(seed: [UInt8](0..<32)))
        return try #require(NoteSigner(origin: Self.origin, signingKey: key))
    }

    @Test("verifier key, root and signature agree with the specification's vector")
    func vector() throws {
        let signer = try makeSigner()
        let leaves = (0..<3).map { [UInt8](#"{"id":"\#($0)"}"#.utf8) }
        let root = MerkleFrontier(leaves.map { MerkleHash.leaf($0) }).root

        #expect(
            signer.verifierKey.description
                == "baton.example/acme-prod+4cf2a200+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")
        #expect(root.base64 == "KZhN+xn1nnew6FlEq+CcRWIi6JBfLSwsM5044ROE1Os=")
        #expect(
            signer.note(Self.text)
                == Self.text + "\n\u{2014} baton.example/acme-prod TPKiAPuxqaBAcNWb3qzp21cSORcNjlOW"
                + "hrvwgn6ProKuVyAlKYz8jAvQvbhEKflN65D2hmF32iw1S1v6jTZpo7xjQgU=\n")
    }

    @Test("a verifier key reads its own text back, and no other")
    func text() throws {
        let key = try makeSigner().verifierKey
        #expect(VerifierKey(key.description) == key)
        #expect(VerifierKey(key.description + "\n") == nil)
        #expect(VerifierKey(key.description.replacing("4cf2a200", with: "4cf2a201")) == nil)
        #expect(VerifierKey("") == nil)
        #expect(VerifierKey("a+b+c") == nil)
    }

    @Test(
        "an origin that would need escapes is refused",
        arguments: [
            "", "a b", "a+b", "a\"b", "a\\b", "a\n", "ä", String(repeating: "x", count: 256),
        ])
    func origins(text: String) {
        #expect(!VerifierKey.isValidOrigin(text))
    }

    @Test("a signed text is recognised among other signatures, a changed one is not")
    func signedText() throws {
        let signer = try makeSigner()
        let note = signer.note(Self.text)
        let other = note + "\u{2014} somebody.else AAAAAAAA\n"

        #expect(signer.verifierKey.signedText(of: note) == Self.text)
        #expect(signer.verifierKey.signedText(of: other) == Self.text)
        #expect(signer.verifierKey.signedText(of: note.replacing("\n3\n", with: "\n4\n")) == nil)
        #expect(signer.verifierKey.signedText(of: Self.text) == nil)
        #expect(signer.verifierKey.signedText(of: "") == nil)
    }
}
