// What `baton-sim` can be asked.
import BatonSimulation
import CommandTree

let simulatorCommand = Command(
    "baton-sim", "run the broker in a simulated world in which everything goes wrong",
    notes: [
        "The broker's core, journal and loop, and the sessions of clients and workers, are the "
            + "real ones; clocks, network and disk are simulated. One seed, one history. A model "
            + "that shares no code with the core checks every event and every reply; then the "
            + "faults stop, and all that was begun must end.",
        "Without --lite the journal is SQLite on a disk that tears writes, fails syncs, drops "
            + "unsynced pages, fills up and flips bits; with it the journal is in memory, and a "
            + "run takes a third of the time.",
    ],
    options: [
        Option("seed", "N", "the first seed (1)", kind: .integer(0...Int64.max)),
        Option(
            "seeds", "N", "how many seeds, one after the other (1)",
            kind: .integer(1...1_000_000_000)),
        Option("for", "TIME", "as many seeds as fit into this time", kind: .duration),
        Option(
            "ticks", "N", "happenings before the faults stop (20000)",
            kind: .integer(1...1_000_000_000)),
        Option(flag: "lite", "the journal in memory"),
        Option("jobs", "N", "simulations at once (1)", kind: .integer(1...64)),
        Option(
            "journal", "FILE", "write the events of the seed that failed, else of the last, there",
            kind: .file),
        Option(flag: "json", "the figures as one JSON object"),
        Option(flag: "canary", "plant bugs, one a run, and say which were caught"),
        Option(
            "bug", "NAME", "plant this bug",
            kind: .choice(PlantedBug.allCases.map(\.rawValue))),
    ],
    examples: [
        Example("baton-sim --seed 42", "one history"),
        Example("baton-sim --seeds 1000 --jobs 2", "a thousand"),
        Example("baton-sim --for 10m --lite --json", "ten minutes, the figures for programs"),
        Example("baton-sim --canary", "whether it finds bugs that are there"),
    ],
    exits: [
        ExitNote(.done, "no violation; with --canary: every planted bug was caught"),
        ExitNote(.failed, "a violation; its seed and how to see it again are printed"),
    ],
    action: { _ in .done })
