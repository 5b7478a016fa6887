// The order in which a broker wrote, synced and spoke, and what it proves: that everything told was
// on stable storage before it was told.

/// A log of fault.c, read.
package struct FaultOrder: Sendable {
    enum Step: Sendable, Hashable {
        case process
        /// To which file, and the largest event among the bytes.
        case write(file: String, leaf: Int64?)
        case sync(file: String, isDone: Bool)
        /// A message that only so many durable events make true.
        case message(events: Int64)
        case fault
    }

    /// What a log proves.
    package struct Proof: Sendable {
        /// Messages that told of events, all of them durable.
        package var proven = 0
        /// Messages that told of what was not.
        package var broken: [Violation] = []
    }

    let steps: [Step]

    init(_ text: String) {
        steps = text.split(separator: "\n").compactMap(Self.step)
    }

    private static func step(_ line: Substring) -> Step? {
        let words = line.split(separator: " ")
        switch words.first {
        case "P": return .process
        case "W":
            guard words.count == 5, let leaf = Int64(words[4]) else { return nil }
            return .write(file: String(words[1]), leaf: leaf < 0 ? nil : leaf)
        case "S":
            guard words.count == 3 else { return nil }
            return .sync(file: String(words[1]), isDone: words[2] == "0")
        case "R":
            guard words.count == 3, let events = Int64(words[2]) else { return nil }
            return .message(events: events)
        case "F": return .fault
        default: return nil
        }
    }

    /// How often a fault was put in the way.
    package var faults: Int { steps.count { $0 == .fault } }

    /// Holds each message against the syncs before it. A sync makes durable what was written to its
    /// file before; an event is durable with the bytes that hold it.
    package func proof() -> Proof {
        var proof = Proof()
        var written: [String: Int64] = [:]
        var durable: Int64 = 0
        for (place, step) in steps.enumerated() {
            switch step {
            case .process: written = [:]
            case .write(let file, let leaf?): written[file] = max(written[file] ?? 0, leaf + 1)
            case .sync(let file, true): durable = max(durable, written[file] ?? 0)
            case .message(let events) where events > durable:
                proof.broken.append(
                    Violation(
                        "call \(place) told of \(events) events when \(durable) were durable"))
            case .message(let events) where events > 0: proof.proven += 1
            case .write(_, nil), .sync, .message, .fault: break
            }
        }
        return proof
    }

    /// Whether the last process, started on a journal of so many events whose end was in the log
    /// beside the database, had all of them in the database and synced before its first message.
    package func provesRecovery(of events: Int64) -> Bool {
        guard let start = steps.lastIndex(of: .process) else { return false }
        var copied: Int64 = 0
        var durable: Int64 = 0
        for step in steps[start...] {
            switch step {
            case .write(let file, let leaf?) where file.hasSuffix("/journal.db"):
                copied = max(copied, leaf + 1)
            case .sync(let file, true) where file.hasSuffix("/journal.db"): durable = copied
            case .message(let told) where told > 0: return durable >= events
            case .process, .write, .sync, .message, .fault: break
            }
        }
        return false
    }

    /// How often pages were copied from a database's log into the database, each time after a sync
    /// of all that the log held; nil when once they were not.
    package func syncedCheckpoints(of name: String) -> Int? {
        var isLogSynced = true
        var count = 0
        var wasCopying = false
        for step in steps {
            switch step {
            case .write(name, _):
                guard isLogSynced else { return nil }
                if !wasCopying { count += 1 }
                wasCopying = true
            case .write("\(name)-wal", _):
                isLogSynced = false
                wasCopying = false
            case .sync("\(name)-wal", true): isLogSynced = true
            case .process, .write, .sync, .message, .fault: break
            }
        }
        return count
    }
}
