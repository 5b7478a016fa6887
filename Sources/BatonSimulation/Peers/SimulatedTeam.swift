// The agents of a simulation and what they deliver: small documents that the broker takes.

import BatonBrief
import BatonWire
import JSON

enum SimulatedTeam {
    static let orchestrator = "core.orchestrator"
    static let quality = "core.quality"
    static let agents = [orchestrator, quality, "team.x", "team.y"]

    static func card(_ agent: String) -> JSONValue {
        var card = Card(id: agent, name: agent)
        card.isReviewed = agent == "team.x"
        if agent == "team.y" { card.rate = Card.Rate(count: 40, seconds: 60) }
        return card.json
    }

    private static func parts(_ documents: [(String, JSONValue)]) -> [Parcel.Part] {
        documents.map {
            Parcel.Part(
                name: $0.0, mediaType: Deliverables.jsonMediaType, body: $0.1.encoded())
        }
    }

    static func deliverables(_ note: String) -> [Parcel.Part] {
        parts(Deliverables.fiveNames.map { ($0, ["note": .string(note)]) })
    }

    static func note(_ note: String) -> [Parcel.Part] {
        [Parcel.Part(name: "note.txt", mediaType: "text/plain", body: Array(note.utf8))]
    }

    static func verdict(of subject: String, isAccepted: Bool) -> [Parcel.Part] {
        let finding: JSONValue = [
            "rule": "test", "severity": "high", "part": "risk_register.json", "place": "/risks",
            "message": "too few", "satisfy": "name more",
        ]
        return parts([
            (
                Deliverables.verdictName,
                [
                    "format": "baton.verdict/1",
                    "verdict": isAccepted ? "accepted" : "rejected",
                    "subject": .string(subject), "findings": isAccepted ? [] : [finding],
                    "checked": [:], "summary": "judged",
                ]
            )
        ])
    }

    /// A plan of one to six tasks; a bad one has a cycle, or an agent that does not exist.
    static func plan(_ chance: Chance, isGood: Bool) -> [Parcel.Part] {
        let names = ["a", "b", "c", "d", "e", "f"].prefix(1 + chance.below(6))
        var tasks: [JSONValue] = []
        for name in names {
            let before = names.prefix { $0 != name }.filter { _ in chance.happens(percent: 35) }
            tasks.append(
                task(
                    name, chance.happens(percent: 50) ? "team.x" : "team.y",
                    after: Array(before)))
        }
        if !isGood {
            tasks.append(
                chance.happens(percent: 50)
                    ? task("z", "team.nobody", after: []) : task("z", "team.x", after: ["z"]))
        }
        return parts([
            (
                Deliverables.planName,
                [
                    "format": "baton.plan/1", "playbook": "default",
                    "route": [
                        ["agent": "team.x", "score": 1, "chosen": true, "reasons": ["asked for"]]
                    ],
                    "requirements": [], "assumptions": "none stated", "tasks": .array(tasks),
                    "close": ["title": "Close", "instructions": "Merge."],
                ]
            )
        ])
    }

    private static func task(_ id: String, _ agent: String, after: [String]) -> JSONValue {
        [
            "id": .string(id), "agent": .string(agent), "title": .string("Do \(id)"),
            "instructions": "Do it well.", "depends_on": .array(after.map { .string($0) }),
        ]
    }

    static func escalation(_ chance: Chance) -> [UInt8] {
        func option(_ id: String, _ effect: JSONValue) -> JSONValue {
            [
                "id": .string(id), "label": .string(id), "tradeoffs": "some",
                "effect": effect,
            ]
        }
        var document = JSONObject([
            ("format", "baton.escalation/1"), ("blocker", "too high"), ("impact", "nothing starts"),
            (
                "options",
                [
                    option(
                        "relax",
                        ["kind": "patch", "patch": ["slo": ["availability": 0.998]]]),
                    option("go", ["kind": "none"]), option("stop", ["kind": "cancel"]),
                ]
            ),
            ("recommended", "relax"), ("rationale", "it can be met"), ("needs", "a decision"),
            ("severity", "medium"),
        ])
        if chance.happens(percent: 30) { document["key"] = "slo" }
        if chance.happens(percent: 40) {
            document["deadline"] = .integer(Int64(chance.within(5...900)))
        }
        return JSONValue.object(document).encoded()
    }
}
