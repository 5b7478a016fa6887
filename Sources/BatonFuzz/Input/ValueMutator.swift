// Changes a JSON value at one place: the text stays JSON, the document stops being one.

import JSON

enum ValueMutator {
    static func mutate(_ value: JSONValue, _ random: inout FuzzRandom) -> JSONValue {
        var generator = JSONGenerator(budget: 30)
        switch value {
        case .object(let object) where !object.isEmpty && !random.once(in: 6):
            return mutate(object, &generator, &random)
        case .array(var elements) where !elements.isEmpty && !random.once(in: 6):
            let place = random.below(elements.count)
            switch random.below(6) {
            case 0: elements.remove(at: place)
            case 1: elements += Array(repeating: elements[place], count: random.length(upTo: 300))
            default: elements[place] = mutate(elements[place], &random)
            }
            return .array(elements)
        default: return generator.value(&random)
        }
    }

    private static func mutate(
        _ object: JSONObject, _ generator: inout JSONGenerator, _ random: inout FuzzRandom
    ) -> JSONValue {
        var object = object
        let key = random.pick(object.keys)
        switch random.below(8) {
        case 0: object[key] = nil
        case 1: object[generator.text(&random)] = generator.value(&random)
        case 2:
            // A long name over much that is wrong: findings repeat their place.
            let name = String(repeating: "n", count: random.length(upTo: 20_000) + 1)
            object[name] = .array(Array(repeating: .null, count: random.length(upTo: 3_000)))
        case 3: object[key] = .array(Array(repeating: .null, count: random.length(upTo: 9_000)))
        default: object[key] = object[key].map { mutate($0, &random) }
        }
        return .object(object)
    }
}
