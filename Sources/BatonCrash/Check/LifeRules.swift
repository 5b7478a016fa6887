// What must hold of the events of each task, by rules of the checker's own: leases one at a time
// with growing tokens, only the holder's delivery counts, accepted at most once, and then nothing
// more. (Protocols/lifecycle.md §2)

/// Follows every task through a journal.
struct LifeRules {
    private struct Life {
        var token: Int64?
        var isLeased = false
        var attempts: Int64 = 0
        var deliveries: Int64 = 0
        var lastDelivery: Int64?
        var hasGates = false
        var end: String?
    }

    private var lives: [String: Life] = [:]
    private var keys: [String: Int64] = [:]
    private var time = ""
    private(set) var violations: [Violation] = []
    private(set) var accepted: Set<String> = []

    /// Tasks that were delivered, for acknowledgements of it.
    func wasDelivered(_ task: String) -> Bool { (lives[task]?.deliveries ?? 0) > 0 }

    /// Tasks that have neither been accepted nor ended otherwise.
    var open: [String] { lives.filter { $0.value.end == nil }.map(\.key) }

    mutating func take(_ leaf: LeafFacts) {
        if leaf.time.utf8.lexicographicallyPrecedes(time.utf8) {
            fail("the time of event \(leaf.seq) is before that of the event before it")
        }
        time = leaf.time
        if let cause = leaf.cause, cause >= leaf.seq {
            fail("event \(leaf.seq) was caused by a later one, \(cause)")
        }
        if leaf.type == "task.created" || leaf.type == "brief.submitted" { checkKey(leaf) }
        guard let task = leaf.task, leaf.type.hasPrefix("task.") else { return }
        if leaf.type == "task.created" {
            guard lives[task] == nil, task == "t-\(leaf.seq)" else {
                return fail("event \(leaf.seq) creates \(task), which is there or misnamed")
            }
            lives[task] = Life(hasGates: leaf.hasGates)
            return
        }
        guard var life = lives[task] else {
            return fail("event \(leaf.seq), \(leaf.type), is about \(task), which was not created")
        }
        if let end = life.end {
            fail("event \(leaf.seq), \(leaf.type), comes after \(task) was \(end)")
        }
        move(&life, task, leaf)
        lives[task] = life
    }

    /// One submission a key, for as long as the journal lives.
    private mutating func checkKey(_ leaf: LeafFacts) {
        guard let key = leaf.text("key") else { return }
        if let earlier = keys[key] {
            fail("event \(leaf.seq) takes the key of event \(earlier) again")
        }
        keys[key] = leaf.seq
    }

    private mutating func move(_ life: inout Life, _ task: String, _ leaf: LeafFacts) {
        switch leaf.type {
        case "task.leased": lease(&life, task, leaf)
        case "task.delivered":
            endLease(&life, task, leaf)
            life.deliveries += 1
            life.lastDelivery = leaf.seq
        case "task.failed", "task.expired", "task.released": endLease(&life, task, leaf)
        case "task.accepted":
            if life.deliveries == 0, leaf.text("by") != "exception" {
                fail("event \(leaf.seq) accepts \(task), which nobody delivered")
            }
            if !life.hasGates, life.deliveries != 1 {
                fail("\(task) has no gate and was accepted after \(life.deliveries) deliveries")
            }
            if life.isLeased { fail("event \(leaf.seq) accepts \(task) under an open lease") }
            life.end = "accepted"
            accepted.insert(task)
        case "task.cancelled", "task.discarded":
            life.end = leaf.type
            life.isLeased = false
        case "task.dead", "task.blocked": life.isLeased = false
        default: break
        }
    }

    private mutating func lease(_ life: inout Life, _ task: String, _ leaf: LeafFacts) {
        guard let token = leaf.integer("token") else {
            return fail("event \(leaf.seq) leases \(task) without a token")
        }
        if life.isLeased { fail("event \(leaf.seq) leases \(task) while another lease is open") }
        if let last = life.token, token <= last {
            fail("event \(leaf.seq) leases \(task) under token \(token) after \(last)")
        }
        life.attempts += 1
        if leaf.attempt != life.attempts {
            fail("event \(leaf.seq) is lease \(life.attempts) of \(task) and says another attempt")
        }
        life.token = token
        life.isLeased = true
    }

    private mutating func endLease(_ life: inout Life, _ task: String, _ leaf: LeafFacts) {
        if !life.isLeased || leaf.integer("token") != life.token {
            fail(
                "event \(leaf.seq), \(leaf.type), ends a lease of \(task) that is not the open one")
        }
        life.isLeased = false
    }

    private mutating func fail(_ sentence: String) { violations.append(Violation(sentence)) }
}
