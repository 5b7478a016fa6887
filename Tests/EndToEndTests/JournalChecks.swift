// What must hold of every journal, whatever happened to the processes.
import JSON
import Testing

/// Checks on the events of a whole journal.
enum JournalChecks {
    /// Sequence numbers are dense from 0, times never run backwards, and no task is accepted twice.
    static func holds(_ events: [JSONValue]) {
        for (index, event) in events.enumerated() {
            #expect(
                event["seq"]?.integerValue == Int64(index), "event \(index) is not in its place")
        }
        let times = events.compactMap { $0["time"]?.stringValue }
        #expect(times.count == events.count)
        for (earlier, later) in zip(times, times.dropFirst()) {
            #expect(!later.utf8.lexicographicallyPrecedes(earlier.utf8), "time ran backwards")
        }
        let accepted = tasks(events, "task.accepted")
        #expect(Set(accepted).count == accepted.count, "a task was accepted twice: \(accepted)")
        let tokens = events.filter { $0["type"]?.stringValue == "task.leased" }.compactMap {
            $0["data"]?["token"]?.integerValue
        }
        #expect(tokens == tokens.sorted() && Set(tokens).count == tokens.count, "tokens only grow")
    }

    /// The tasks of all events of a type.
    static func tasks(_ events: [JSONValue], _ type: String) -> [String] {
        events.filter { $0["type"]?.stringValue == type }.compactMap { $0["task"]?.stringValue }
    }

    /// How many events of a type there are.
    static func count(_ events: [JSONValue], _ type: String) -> Int {
        events.count { $0["type"]?.stringValue == type }
    }
}
