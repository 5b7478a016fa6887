// The rule about what a playbook asks for beyond the documents: each thing is answered, and what is
// said to stand somewhere stands there.

import BatonBrief
import JSON

extension Review {
    /// Everything that was asked for is delivered, or does not apply for a reason.
    mutating func checkAsked() {
        let asked = (subject["deliver"]?.arrayValue ?? []).map(DeliveryItem.init)
        guard !asked.isEmpty, let handoff = delivery["handoff_packet"] else { return }
        let part = delivery.part("handoff_packet")
        let answers = handoff["delivered"]?.arrayValue ?? []
        let names = deliveredNames
        for item in asked {
            guard let index = answers.firstIndex(where: { $0["id"]?.stringValue == item.id }),
                let answer = DeliveredItem(answers[index])
            else {
                find(
                    .askedDelivered, .high, part: part, place: "/delivered",
                    "nothing is said of \(item.id), which the playbook asks for: \(item.what)",
                    satisfy: "say in delivered where \(item.id) stands, or why it does not apply")
                continue
            }
            let place = "/delivered/\(index)"
            switch answer.answer {
            case .notApplicable(let reason):
                if isBuiltIn { continue }
                find(
                    .askedDelivered, .medium, part: part, place: place,
                    "\(item.id) is not delivered: \(reason)",
                    satisfy: "deliver \(item.id), or let a person agree that it does not apply")
            case .at(let places):
                for name in places where !names.contains(where: { $0.name == name }) {
                    find(
                        .askedDelivered, .high, part: part, place: place,
                        "\(item.id) is said to stand in “\(name)”, and there is nothing of that"
                            + " name",
                        satisfy: "name an entry by its id, a section by its title, a list that is"
                            + " not empty, or a part")
                }
                guard let document = item.document,
                    !names.contains(where: {
                        places.contains($0.name) && $0.document == document
                    })
                else { continue }
                find(
                    .askedDelivered, .high, part: part, place: place,
                    "\(item.id) has to stand in \(document), and none of"
                        + " \(places.joined(separator: ", ")) does",
                    satisfy: "write it in \(document), and name where")
            }
        }
    }

    /// Everything in the delivery that has a name, with the document that it is in: ids of
    /// entries, titles of sections, lists that are not empty, and the other parts.
    private var deliveredNames: [(document: String, name: String)] {
        var names: [(document: String, name: String)] = []
        for document in delivery.documents {
            for (key, value) in document.value?.objectValue?.members ?? [] {
                guard let list = value.arrayValue, !list.isEmpty else { continue }
                names.append((document.kind, key))
                for entry in list {
                    let name = key == "sections" ? entry["title"] : entry["id"]
                    if let name = name?.stringValue { names.append((document.kind, name)) }
                }
            }
        }
        return names + delivery.others.map { ("", $0.part) }
    }
}
