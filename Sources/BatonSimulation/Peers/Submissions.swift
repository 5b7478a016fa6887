// What people have submitted, so that it can be submitted again: seconds, hours and restarts later.

import BatonCore
import BatonWire
import JSON

/// One submission under one key.
struct Submission {
    let key: String
    let verb: Verb
    let header: JSONObject
    let body: [[UInt8]]
    /// The id that was answered first.
    var id: String?
}

struct Submissions {
    private(set) var all: [Submission] = []

    mutating func add(_ submission: Submission) -> Int {
        all.append(submission)
        return all.count - 1
    }

    /// Notes what was answered; returns the id that was answered before, if there was one.
    mutating func answered(_ place: Int, _ id: String) -> String? {
        let known = all[place].id
        if known == nil { all[place].id = id }
        return known
    }

    static func brief(_ number: Int, _ world: some PeerWorld) -> Submission {
        var document = JSONObject([
            ("format", "baton.brief/1"), ("title", .string("Brief \(number)")),
            ("objective", .string("Try the broker, number \(number)")),
            ("inputs", ["slo": ["availability": 0.9995]]), ("assume", "never"),
        ])
        if world.chance.happens(percent: 30) {
            document["priority"] = .integer(Int64(world.chance.below(10)))
        }
        if world.chance.happens(percent: 15) {
            document["budget"] = ["attempts": .integer(Int64(world.chance.within(2...12)))]
        }
        if !world.isCalm, world.chance.happens(percent: 10) {
            let deadline = Int64(world.chance.within(60...7_200))
            document["deadline"] = .integer(deadline)
        }
        let key = "brief-\(number)"
        return Submission(
            key: key, verb: .submit, header: JSONObject([("key", .string(key))]),
            body: [JSONValue.object(document).encoded()])
    }

    static func task(_ number: Int, _ world: some PeerWorld) -> Submission {
        let key = "task-\(number)"
        var header = JSONObject([
            ("key", .string(key)),
            ("agent", .string(world.chance.happens(percent: 50) ? "team.x" : "team.y")),
            ("priority", .integer(Int64(world.chance.below(10)))),
        ])
        if world.chance.happens(percent: 10) {
            let later = world.clock.wall.microseconds + Int64(world.chance.below(600)) * 1_000_000
            header["not_before_us"] = .integer(later)
        }
        if !world.isCalm, world.chance.happens(percent: 10) {
            header["deadline_ms"] = .integer(Int64(world.chance.within(10_000...3_600_000)))
        }
        let parcel = Parcel(parts: [
            .init(name: "note.txt", mediaType: "text/plain", body: Array("Task \(number)".utf8))
        ])
        return Submission(key: key, verb: .task, header: header, body: parcel.bodyFrames)
    }
}
