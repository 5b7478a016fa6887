// Files, directories and locks, on a real file system.
import BatonPlatform
import Testing

@Suite("Files", .timeLimit(.minutes(5)))
struct FilesTests {
    @Test("an atomic write replaces content and mode, and leaves no neighbour behind")
    func writeAtomically() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/f"
            try Files.writeAtomically([1, 2, 3], to: path)
            let first = try #require(try Files.status(of: path))
            try Files.writeAtomically([4], to: path, mode: 0o600)
            let second = try #require(try Files.status(of: path))

            #expect(try Files.read(path, bytesMax: 1) == [4])
            #expect(first.permissions == 0o644)
            #expect(second.permissions == 0o600)
            #expect(first.inode != second.inode)
            #expect(second.size == 1 && second.linkCount == 1 && second.kind == .file)
            #expect(try Files.list(directory) == ["f"])
        }
    }

    @Test("a failed atomic write names the wanted path and leaves nothing")
    func failedWrite() throws {
        try withTemporaryDirectory { directory in
            try Files.makeDirectory("\(directory)/d/e")
            let error = #expect(throws: SystemError.self) {
                try Files.writeAtomically([1], to: "\(directory)/d")
            }

            #expect(error?.path == "\(directory)/d")
            #expect(try Files.list(directory) == ["d"])
        }
    }

    @Test("a file over the limit is refused, one at the limit is read")
    func readLimit() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/f"
            try Files.writeNew([UInt8](repeating: 1, count: 300_000), to: path)

            #expect(try Files.read(path, bytesMax: 300_000).count == 300_000)
            #expect(throws: SystemError.self) { try Files.read(path, bytesMax: 299_999) }
            #expect(throws: SystemError.self) { try Files.writeNew([], to: path) }
        }
    }

    @Test("durable appending adds to the end")
    func append() throws {
        try withTemporaryDirectory { directory in
            try Files.appendDurably([1], to: "\(directory)/f", mode: 0o600)
            try Files.appendDurably([2, 3], to: "\(directory)/f")

            #expect(try Files.read("\(directory)/f", bytesMax: 10) == [1, 2, 3])
            #expect(try Files.status(of: "\(directory)/f")?.permissions == 0o600)
        }
    }

    @Test("directories are made with those above, listed in order, and removed with all in them")
    func directories() throws {
        try withTemporaryDirectory { directory in
            try Files.makeDirectory("\(directory)/a/b/c", mode: 0o700)
            try Files.makeDirectory("\(directory)/a/b/c")
            try Files.writeNew([], to: "\(directory)/a/Z")
            #expect(try Files.list("\(directory)/a") == ["Z", "b"])
            #expect(try Files.status(of: "\(directory)/a/b/c")?.permissions == 0o700)
            #expect(throws: SystemError.self) { try Files.makeDirectory("\(directory)/a/Z") }

            try Files.removeTree("\(directory)/a")
            #expect(try Files.list(directory) == [])
            try Files.remove("\(directory)/a")
        }
    }

    @Test("a private directory open to others is refused")
    func privateDirectory() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/p"
            try Files.makePrivateDirectory(path)
            try Files.makePrivateDirectory(path)
            try Files.setPermissions(0o755, of: path)

            #expect(throws: SystemError.self) { try Files.makePrivateDirectory(path) }
        }
    }

    @Test(
        "paths are taken apart and put in order as text",
        arguments: [
            ("/a/b", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b/", "a", "b"),
            ("/", "/", "/"),
        ])
    func pathParts(path: String, parent: String, name: String) throws {
        #expect(Files.parent(of: path) == parent)
        #expect(Files.name(of: path) == name)
        #expect(try Files.absolutePath("/x/./y/../z") == "/x/z")
        #expect(try Files.absolutePath("q") == "\(try Files.currentDirectory())/q")
    }

    @Test("free space is a percentage")
    func freeSpace() throws {
        let percent = try Files.freePercent(at: "/")
        #expect(percent >= 0 && percent <= 100)
    }

    @Test("a lock has one holder, whose process id the next one learns, until it is dropped")
    func lock() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/lock"
            do {
                let first = try FileLock.acquire(path)
                #expect(try holder(of: path) == .some(Host.processID))
                _ = consume first
            }
            #expect(try holder(of: path) == nil)
        }
    }

    /// Who holds a lock; nil when nobody does.
    private func holder(of path: String) throws -> Int32?? {
        switch try FileLock.acquire(path) {
        case .acquired: nil
        case .heldBy(let processID): .some(processID)
        }
    }
}
