// Imports point inward: what a target imports stands above it in Package.swift, and the outside
// world is let in at few doors.

import Testing

@Suite("Imports", .timeLimit(.minutes(10)))
struct ImportTests {
    /// Modules of the toolchain that anybody may import; `Synchronization` where threads are.
    static let toolchain: Set = ["Testing", "Synchronization"]
    /// Targets that have no threads of their own and are the same at every run.
    static let pure: Set = [
        "JSON", "PlainText", "CommandTree", "BatonCore", "BatonWire", "BatonBrief", "BatonAgents",
        "OpenAPI",
    ]

    let tree: SourceTree
    let manifest: PackageManifest

    init() throws {
        tree = try SourceTree.project.get()
        manifest = PackageManifest(
            try #require(tree.files.first { $0.path == "Package.swift" }).text)
    }

    /// Every import of the target's files.
    private func imports() -> [(source: SourceFile, target: String, module: String, line: Int)] {
        tree.sources.flatMap { source in
            guard let target = source.file.target else {
                return [] as [(SourceFile, String, String, Int)]
            }
            let words = source.swift.words
            return words.indices.dropLast().compactMap { index in
                guard words[index].text == "import",
                    words[index].line == words[index + 1].line
                else { return nil }
                return (source, target, words[index + 1].text, words[index].line)
            }
        }
    }

    private func findings(
        _ message: String,
        _ isWrong: (_ target: ManifestTarget, _ module: String) -> Bool
    ) -> [TidyFinding] {
        imports().compactMap { source, target, module, line in
            guard let target = manifest[target], isWrong(target, module) else { return nil }
            return TidyFinding(
                path: source.file.path, line: line, what: module,
                message: "imports \(module): \(message)")
        }
    }

    @Test("every folder of sources is a target, and imports are found at all")
    func canary() {
        let unknown = tree.sources.compactMap(\.file.target).filter { manifest[$0] == nil }

        #expect(Set(unknown).isEmpty)
        #expect(imports().count > 500)
        #expect(manifest["BatonClient"]?.dependencies.contains("ZeroMQ") ?? false)
        #expect(manifest.isWrapper("ZeroMQ") && !manifest.isWrapper("BatonCore"))
    }

    @Test("nobody imports Foundation or a part of it")
    func foundation() {
        let found = findings("the standard library and our own targets are enough") { _, module in
            module.hasPrefix("Foundation") || module == "Dispatch"
        }

        #expect(found.remaining() == [])
    }

    @Test("BatonCore imports nothing")
    func core() {
        let found = findings("the core is the standard library only") { target, _ in
            target.name == "BatonCore"
        }

        #expect(found.remaining() == [])
    }

    @Test("Glibc stays in BatonPlatform and in the targets around C libraries")
    func glibc() {
        let found = findings("ask BatonPlatform") { target, module in
            module == "Glibc" && target.name != "BatonPlatform" && !manifest.isWrapper(target.name)
        }

        #expect(
            found.remaining(allowing: [
                Allowance(
                    "Tests/WorldTests/SendToThisThread.swift", "Glibc",
                    because: "a signal for one thread, which no program of ours sends"),
                Allowance(
                    "Tests/BatonJournalTests/FaultTests.swift", "Glibc",
                    because: "it kills itself and fills a disk, which no program of ours does"),
            ]) == [])
    }

    @Test("a target imports what Package.swift lists for it")
    func declared() {
        let found = findings("Package.swift does not list it for this target") { target, module in
            !target.dependencies.contains(module) && !Self.toolchain.contains(module)
                && module != "Glibc"
        }

        #expect(found.remaining() == [])
    }

    @Test("pure targets have no locks")
    func locks() {
        let found = findings("a pure target has no threads") { target, module in
            Self.pure.contains(target.name) && module == "Synchronization"
        }

        #expect(found.remaining() == [])
    }

    @Test("Package.swift lists a target below all that it depends on")
    func order() {
        var above: Set<String> = []
        var wrong: [String] = []
        for target in manifest.targets {
            for dependency in target.dependencies where !above.contains(dependency) {
                wrong.append("\(target.name) depends on \(dependency), which stands below it")
            }
            above.insert(target.name)
        }

        #expect(wrong == [])
        #expect(manifest.targets.count > 30)
    }

    @Test("what Package.swift lists for a target is imported by it")
    func used() {
        let used = Set(imports().map { "\($0.target) \($0.module)" })
        let unused = manifest.targets.filter { !$0.isTest }.flatMap { target in
            target.dependencies.filter { !used.contains("\(target.name) \($0)") }
                .map { "\(target.name) imports \($0) nowhere" }
        }

        #expect(unused == [])
    }
}
