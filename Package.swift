// swift-tools-version: 6.3
// Baton: a message broker for agents that hand work to each other.
//
// Targets are listed from the outside world inward to the executables; a target imports only what
// stands above it here.
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Also for debug builds.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    // The recorded help lies beside the tests that compare it.
    .testTarget(
        name: name, dependencies: dependencies,
        exclude: name == "EndToEndTests" ? ["Golden"] : [], swiftSettings: settings)
}

func system(_ name: String, pkgConfig: String, apt package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
    name: "baton",
    products: [
        .executable(name: "baton", targets: ["baton"]),
        .library(name: "BatonClient", targets: ["BatonClient"]),
        .library(name: "BatonAgentKit", targets: ["BatonAgentKit"]),
    ],
    targets: [
        // C libraries, as Debian ships them.
        system("CZeroMQ", pkgConfig: "libzmq", apt: "libzmq3-dev"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        system("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),
        system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        system("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        system("CMarkGFM", pkgConfig: "libcmark-gfm", apt: "libcmark-gfm-dev"),
        .systemLibrary(name: "CLinux"),

        // World: thin typed layers, and all that asks the host for time, chance or processes.
        library("ZeroMQ", ["CZeroMQ"]),
        library("SQLite", ["CSQLite"]),
        library("Crypto", ["CCrypto", "CSodium"]),
        library("YAML", ["CYAML"]),
        library("Markdown", ["CMarkGFM"]),
        library("BatonPlatform", ["CLinux"]),
        library("SimulatedDisk", ["BatonPlatform", "CSQLite"]),

        // Pure: no input, no output.
        // libm: the standard library's conversions between doubles and integers call it.
        .target(name: "JSON", swiftSettings: settings, linkerSettings: [.linkedLibrary("m")]),
        library("PlainText"),
        // Optimised in debug builds, too: a quality gate repeats simulations, and tests repeat the
        // gate. No product that others may depend on contains it.
        .target(name: "Arithmetic", swiftSettings: settings + optimised),
        library("CommandTree", ["PlainText"]),
        library("BatonCore"),
        library("BatonWire", ["JSON", "PlainText", "BatonCore"]),
        library("BatonBrief", ["JSON", "PlainText", "YAML", "Markdown"]),
        library("OpenAPI", ["JSON", "PlainText", "YAML"]),

        // Storage.
        library("BatonJournal", ["BatonPlatform", "Crypto"]),
        library("BatonJournalSQLite", ["BatonJournal", "BatonPlatform", "Crypto", "SQLite"]),

        // Kits.
        library("BatonClient", ["BatonPlatform", "BatonWire", "Crypto", "JSON", "ZeroMQ"]),
        library(
            "BatonAgentKit",
            [
                "BatonBrief", "BatonClient", "BatonPlatform", "BatonWire", "JSON", "PlainText",
                "ZeroMQ",
            ]),

        // Edges.
        library("BatonAgents", ["Arithmetic", "BatonBrief", "JSON", "OpenAPI", "PlainText"]),
        library(
            "BatonBroker",
            [
                "BatonBrief", "BatonCore", "BatonJournal", "BatonJournalSQLite", "BatonPlatform",
                "BatonWire", "Crypto", "JSON", "PlainText", "SQLite", "ZeroMQ",
            ]),
        library(
            "BatonSupervisor",
            ["BatonClient", "BatonPlatform", "Crypto", "JSON", "ZeroMQ"]),

        // Tools of those who work on Baton; nobody installs them.
        library(
            "BatonSimulation",
            [
                "BatonAgentKit", "BatonBrief", "BatonBroker", "BatonClient", "BatonCore",
                "BatonJournal", "BatonJournalSQLite", "BatonPlatform", "BatonWire", "Crypto",
                "JSON", "SQLite", "SimulatedDisk", "ZeroMQ",
            ]),
        .executableTarget(
            name: "baton-sim",
            dependencies: ["BatonPlatform", "BatonSimulation", "CommandTree", "JSON"],
            swiftSettings: settings),
        // Hostile input for everything that reads: targets, generators, mutators.
        library(
            "BatonFuzz",
            [
                "BatonAgentKit", "BatonBrief", "BatonBroker", "BatonClient", "BatonCore",
                "BatonJournal", "BatonPlatform", "BatonWire", "JSON", "Markdown", "OpenAPI",
                "PlainText", "YAML",
            ]),
        .executableTarget(
            name: "baton-fuzz",
            dependencies: ["BatonFuzz", "BatonPlatform", "CommandTree", "Crypto", "ZeroMQ"],
            swiftSettings: settings),

        .executableTarget(
            name: "baton",
            dependencies: [
                "BatonAgentKit", "BatonAgents", "BatonBrief", "BatonBroker", "BatonClient",
                "BatonJournal", "BatonJournalSQLite", "BatonPlatform", "BatonSupervisor",
                "BatonWire", "CommandTree", "Crypto", "JSON", "OpenAPI", "PlainText", "ZeroMQ",
            ],
            swiftSettings: settings),

        // Real crashes: a library that the tests use, and a program that goes on for hours. The C
        // source is built where it runs, to stand between a broker and its files.
        .target(
            name: "BatonCrash",
            dependencies: [
                "BatonAgentKit", "BatonBrief", "BatonClient", "BatonCore", "BatonJournal",
                "BatonJournalSQLite", "BatonPlatform", "BatonWire", "CommandTree", "Crypto", "JSON",
                "SQLite", "ZeroMQ",
            ],
            resources: [.embedInCode("Fault/fault.c")], swiftSettings: settings),
        .executableTarget(
            name: "baton-crash", dependencies: ["BatonCrash", "BatonPlatform"],
            swiftSettings: settings),

        tests("WorldTests", ["BatonPlatform", "Crypto", "SQLite", "ZeroMQ"]),
        tests("JSONTests", ["JSON"]),
        tests("PlainTextTests", ["PlainText"]),
        tests("OpenAPITests", ["BatonPlatform", "JSON", "OpenAPI"]),
        tests("CommandTreeTests", ["CommandTree"]),
        tests("BatonCoreTests", ["BatonCore", "BatonPlatform", "BatonWire", "JSON"]),
        tests("BatonWireTests", ["BatonCore", "BatonPlatform", "BatonWire", "JSON"]),
        tests("BatonBriefTests", ["BatonBrief", "BatonPlatform", "JSON", "Markdown", "YAML"]),
        tests(
            "BatonJournalTests",
            [
                "BatonJournal", "BatonJournalSQLite", "BatonPlatform", "Crypto", "SQLite",
                "SimulatedDisk",
            ]),
        tests(
            "BatonAgentsTests",
            ["Arithmetic", "BatonAgents", "BatonBrief", "BatonPlatform", "JSON"]),
        tests(
            "BatonAgentKitTests",
            [
                "BatonAgentKit", "BatonBrief", "BatonClient", "BatonPlatform", "BatonWire",
                "Crypto",
                "JSON", "ZeroMQ",
            ]),
        tests(
            "BatonBrokerTests",
            [
                "BatonBrief", "BatonBroker", "BatonCore", "BatonJournal", "BatonJournalSQLite",
                "BatonPlatform", "BatonWire", "Crypto", "JSON", "SQLite", "ZeroMQ",
            ]),
        tests("BatonFuzzTests", ["BatonFuzz"]),
        tests("BatonSimulationTests", ["BatonPlatform", "BatonSimulation"]),
        tests("BatonSupervisorTests", ["BatonPlatform", "BatonSupervisor", "JSON"]),
        tests("BatonCrashTests", ["BatonClient", "BatonCrash", "BatonPlatform", "JSON"]),
        tests("EndToEndTests", ["BatonPlatform", "JSON"]),
        tests("TidyTests", ["BatonPlatform"]),
    ]
)
