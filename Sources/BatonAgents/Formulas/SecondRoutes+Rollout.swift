// Second routes of the figures of a rollout.

import Arithmetic

let rolloutRoutes: [SecondRoute] = [
    SecondRoute(
        "clean-requests", .bound,
        "(1 − error_ratio)ⁿ ≤ 1 − confidence for n = value, and not for one less",
        source: "the chance that a release so bad passes unseen, by multiplication"
    ) { values, value in
        guard let confidence = values.number("confidence"),
            let ratio = values.number("error_ratio"),
            value >= 1, value <= 1e8, value.rounded() == value
        else { return false }
        let unsure = 1 - confidence
        let seen = RealFunctions.power(1 - ratio, Int(value))
        let before = RealFunctions.power(1 - ratio, Int(value) - 1)
        return seen <= unsure * (1 + 1e-9) && before > unsure * (1 - 1e-9)
    },
    SecondRoute(
        "traffic-time", .identity, "value × rate × share = requests",
        source: "the requests that come in that time"
    ) { values, value in
        guard let requests = values.number("requests"), let share = values.number("share"),
            let rate = values.number("rate")
        else { return false }
        return SecondRoute.near(value * rate * share, requests)
    },
    SecondRoute(
        "release-budget", .identity,
        "value × window / share = (detection + recovery) / (1 − availability)",
        source: "the time of a complete outage that the budget allows"
    ) { values, value in
        guard let share = values.number("share"), let detection = values.number("detection"),
            let recovery = values.number("recovery"),
            let availability = values.number("availability"),
            let window = values.number("window")
        else { return false }
        return SecondRoute.near(
            value * window / share, (detection + recovery) / (1 - availability))
    },
]
