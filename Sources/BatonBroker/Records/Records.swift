// What was committed, for reading: leaves, payloads, and where things stand. Views, packets and
// tails read through this; nothing on the way to an acknowledgement does.

package import BatonCore
package import BatonJournal
package import BatonWire
package import JSON

/// A record that could not be read. The broker then trusts its journal no longer and stops.
package struct RecordsFault: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

package protocol Records: AnyObject {
    /// The number of committed events.
    var head: UInt64 { get }
    func event(_ seq: UInt64) throws(RecordsFault) -> Event?
    func leaves(from seq: UInt64, eventsMax: Int, bytesMax: Int) throws(RecordsFault) -> [[UInt8]]
    func payload(of seq: UInt64, part: String) throws(RecordsFault) -> Payload?
    func payloads(of seq: UInt64) throws(RecordsFault) -> [Payload]
    /// Where things stand, up to `head`.
    func find(_ query: RecordQuery) throws(RecordsFault) -> [UInt64]
}

/// What the look-up view can find.
package enum RecordQuery: Hashable, Sendable {
    /// All events of a brief, ascending.
    case brief(BriefID)
    /// All events of a task, ascending.
    case task(TaskID)
    /// All events of one type, ascending.
    case type(EventType)
    /// Those of some types about one brief, ascending.
    case typesInBrief([EventType], BriefID)
    /// The newest events of a type below a number, descending.
    case newest(EventType, below: UInt64, limit: Int)
    /// The event that names a part of this digest.
    case digest(String)
}

extension Records {
    /// A JSON part, or nil when it was erased or is no JSON.
    package func json(of seq: UInt64, part: String) throws(RecordsFault) -> JSONValue? {
        guard let payload = try payload(of: seq, part: part) else { return nil }
        return try? JSONValue(parsing: payload.body)
    }

    /// The parts that an event names.
    package func parts(of seq: UInt64) throws(RecordsFault) -> [Part] {
        try event(seq)?.parts ?? []
    }
}

/// Decoding of committed leaves, whose failure means a broken journal.
enum JournalEvents {
    static func event(_ leaf: [UInt8]) throws(RecordsFault) -> Event {
        do {
            return try Event(leaf: leaf)
        } catch {
            throw RecordsFault("\(error)")
        }
    }
}
