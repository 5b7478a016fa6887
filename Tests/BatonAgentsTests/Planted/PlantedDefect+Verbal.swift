// Defects of words: placeholders, hedging, secrets, what was made up, other languages.

import JSON

private typealias Part = DeliveryDraft

extension PlantedDefect {
    static let verbal: [PlantedDefect] = [
        // Placeholders, and words that hide an unknown.
        PlantedDefect("XXX in a step", .words, "library-search") {
            try $0.set(Part.plan, "/steps/0/detail", "Set the timeout to XXX.")
        },
        PlantedDefect("to be determined", .words, "push-messages") {
            try $0.append(Part.risks, "/risks/0/mitigation", " Details to be determined.")
        },
        PlantedDefect("a template's brackets", .words, "weather-map") {
            try $0.set(Part.handoff, "/next_steps/0", "[insert name]: confirm the assumptions.")
        },
        PlantedDefect("angle brackets of a template", .words, "meter-readings") {
            try $0.set(Part.plan, "/steps/0/title", "Deploy to <environment>")
        },
        PlantedDefect("should be fine", .words, "hotel-rates") {
            try $0.append(Part.handoff, "/summary", " The rest should be fine.")
        },
        PlantedDefect("probably", .words, "lab-results") {
            try $0.append(Part.analysis, "/sections/0/text", " This is probably enough.")
        },
        PlantedDefect("as appropriate", .words, "bank-transfer") {
            try $0.set(Part.plan, "/steps/1/detail", "Set the timeouts as appropriate.")
        },
        PlantedDefect("hopefully", .words, "photo-thumbnails") {
            try $0.set(Part.risks, "/risks/0/mitigation", "Hopefully the workers catch up.")
        },
        PlantedDefect("somehow", .words, "clinic-booking") {
            try $0.set(Part.plan, "/steps/0/done_when", "The limits are somehow in place")
        },

        // Secrets.
        PlantedDefect("a password in an address", .secrets, "parcel-scans") {
            try $0.append(
                Part.plan, "/steps/0/detail", " Use postgres://scans:" + "hunter22@db/parcels.")
        },
        PlantedDefect("a bearer token", .secrets, "school-grades") {
            try $0.append(
                Part.handoff, "/summary",
                " Authorization: Bearer " + String(repeating: "Zx9", count: 12))
        },
        PlantedDefect("a JSON web token", .secrets, "insurance-claims") {
            try $0.append(
                Part.analysis, "/sections/0/text",
                " eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl" + "MTIz")
        },
        PlantedDefect("a Slack token", .secrets, "tram-tickets") {
            try $0.append(
                Part.risks, "/risks/0/trigger", " xoxb-" + "123456789012-abcdefghijkl")
        },
        PlantedDefect("a stated password", .secrets, "invoice-mail") {
            try $0.append(Part.plan, "/steps/0/detail", " password: " + "Tr0ub4dor&3")
        },
        PlantedDefect("an OpenSSH key", .secrets, "weather-map") {
            try $0.append(
                Part.handoff, "/next_steps/0", " -----BEGIN OPENSSH " + "PRIVATE KEY-----")
        },

        // Inventions.
        PlantedDefect("a benchmark that nobody made", .invention, "library-search") {
            try $0.append(
                Part.handoff, "/summary", " A benchmark showed 1,250 requests a second.")
        },
        PlantedDefect(
            "a price that nobody stated", .invention, "energy-market", by: GoodBrief.queue
        ) {
            try $0.append(Part.risks, "/risks/0/impact", " An hour costs 40,000 EUR.")
        },
        PlantedDefect("an authority that was not asked", .invention, "photo-thumbnails") {
            try $0.append(
                Part.analysis, "/sections/0/text", " This is confirmed by Gartner.")
        },
        PlantedDefect("a component that does not exist", .invention, "clinic-booking") {
            try $0.append(Part.plan, "/steps/0/detail", " Then move the cache to Hazelcast.")
        },
        PlantedDefect("an answer that nobody gave", .invention, "bank-transfer") {
            try $0.set(
                Part.snapshot, "/decided",
                [
                    [
                        "escalation": "e-99", "option": "a", "label": "Go on",
                        "reason": "agreed", "by": "user/bob",
                    ]
                ])
        },
        PlantedDefect("research without a source", .invention, "meter-readings") {
            try $0.insert(
                Part.snapshot, "/assumptions",
                [
                    "id": "A90", "statement": "Workers restart without losing a message.",
                    "evidence": "research", "confidence": 0.85, "ceiling": 0.85,
                    "rationale": "It is well known.",
                ])
        },
        PlantedDefect("a measurement that nobody made", .invention, "video-encoding") {
            try $0.insert(
                Part.snapshot, "/assumptions",
                [
                    "id": "A90", "statement": "Encoders run at full speed at night.",
                    "evidence": "measurement", "confidence": 0.95, "ceiling": 0.95,
                    "rationale": "It was measured.",
                ])
        },
        PlantedDefect("a share of failures out of thin air", .invention, "lab-results") {
            try $0.append(
                Part.analysis, "/sections/0/text", " 37.5 % of the failures are network errors.")
        },
        PlantedDefect("a specialist that is not there", .invention, "hotel-rates") {
            try $0.set(Part.handoff, "/to", "backend.cache_whisperer")
        },

        // Languages.
        PlantedDefect("a German step", .language, "school-grades") {
            try $0.set(
                Part.plan, "/steps/0/detail",
                "Die Wartezeiten sind auf den Dienst abzustimmen und in der Nacht zu testen.")
        },
        PlantedDefect("a French risk", .language, "parcel-scans") {
            try $0.set(
                Part.risks, "/risks/0/impact",
                "Les messages sont en retard et les clients attendent dans la file.")
        },
        PlantedDefect("a Spanish summary", .language, "weather-map") {
            try $0.set(
                Part.handoff, "/summary",
                "El servicio cumple con el objetivo y la cola no crece durante el dia.")
        },
        PlantedDefect("a Russian mitigation", .language, "invoice-mail") {
            try $0.set(
                Part.risks, "/risks/0/mitigation", "Уменьшить нагрузку и повторить попытку.")
        },
        PlantedDefect("a Chinese rationale", .language, "tram-tickets") {
            try $0.set(Part.plan, "/decisions/0/rationale", "可靠性优先于成本和便利。")
        },
    ]
}
