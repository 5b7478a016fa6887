// How bad the world is in one simulation, drawn once from the seed: calm days find other bugs than
// storms, and a history in which every fault happens at once hides most of them.

/// Rates of a simulation's faults; a million is always.
struct Weather {
    /// Of each message.
    var dropped = 0
    var doubled = 0
    var delayed = 0
    /// Messages of one connection may overtake each other.
    var reorders = false
    /// The mean time between two troubles, in microseconds.
    var troubleEvery = 60_000_000
    /// Which troubles come.
    var kills = false
    var losesPower = false
    var partitions = false
    var stalls = false
    var steps = false
    var failsDisk = false
    var flipsBits = false
    /// Of a hundred attempts, how many an agent does not just do.
    var badAttempts = 10
    /// The mean time between two deeds of a person, in microseconds.
    var deedEvery = 4_000_000
    /// Of a hundred reviews, how many reject.
    var rejections = 20

    init(_ chance: Chance) {
        func some(_ most: Int) -> Int { chance.happens(percent: 50) ? chance.below(most) : 0 }
        dropped = some(50_000)
        doubled = some(50_000)
        delayed = some(100_000)
        reorders = chance.happens(percent: 40)
        troubleEvery = chance.within(5...120) * 1_000_000
        kills = chance.happens(percent: 70)
        losesPower = chance.happens(percent: 60)
        partitions = chance.happens(percent: 50)
        stalls = chance.happens(percent: 40)
        steps = chance.happens(percent: 40)
        failsDisk = chance.happens(percent: 40)
        flipsBits = chance.happens(percent: 8)
        badAttempts = chance.within(0...60)
        deedEvery = chance.within(1...10) * 1_000_000
        rejections = chance.within(0...70)
    }
}
