// What the clients of one version lose in the next: operations, parameters, bodies, responses,
// credentials. Schemas are compared in `APIComparison+Schemas`, from a list of pairs: no recursion,
// and a pair that comes again, as in cycles, is not compared again.

/// A comparison of two versions of a document.
struct APIComparison {
    /// What a schema describes; what breaks it depends on who writes it.
    enum Direction: Hashable { case request, response }

    /// Two schemas that describe the same thing.
    struct Pair: Hashable {
        let old: APINode
        let new: APINode
        let direction: Direction
    }

    let old: APIDocument
    let new: APIDocument
    private var found: [String: [APIPlace]] = [:]
    private var pairs: [(pair: Pair, subject: String)] = []
    private var seen: Set<Pair> = []
    private(set) var isIncomplete = false
    /// Counts against `partsMax`.
    var partCount = 0

    init(old: APIDocument, new: APIDocument) {
        self.old = old
        self.new = new
    }

    /// What a rule found, in the order in which it was met.
    func places(of rule: APIRule) -> [APIPlace] { found[rule.id] ?? [] }

    mutating func compare() {
        var byIdentity: [String: APIOperation] = [:]
        for operation in new.operations { byIdentity[Self.identity(operation)] = operation }
        for operation in old.operations {
            guard let successor = byIdentity[Self.identity(operation)] else {
                let isDeprecated = old.tree.bool(old.tree[operation.node, "deprecated"]) == true
                gone(
                    .operationRemoved, operation.node, operation.name,
                    isDeprecated ? "was marked deprecated" : "")
                continue
            }
            compareParameters(operation, successor)
            compareBodies(operation, successor)
            compareResponses(operation, successor)
            compareSecurity(operation, successor)
        }
        var next = 0
        while next < pairs.count {
            guard partCount < new.tree.limits.partsMax else {
                isIncomplete = true
                break
            }
            let (pair, subject) = pairs[next]
            compare(pair, subject)
            next += 1
        }
    }

    /// Names of parameters in a path are not part of it.
    private static func identity(_ operation: APIOperation) -> String {
        let steps = operation.path.split(separator: "/", omittingEmptySubsequences: false)
        let path = steps.map { $0.hasPrefix("{") && $0.hasSuffix("}") ? "{}" : String($0) }
        return operation.method + " " + path.joined(separator: "/")
    }

    // MARK: What schemas need too

    /// Something of the new document.
    mutating func changed(
        _ rule: APIRule, _ node: APINode, _ subject: String, _ detail: String
    ) {
        found[rule.id, default: []].append(
            APIPlace(node, of: new.tree, subject: subject, detail: detail))
    }

    /// Something that only the old document has.
    mutating func gone(_ rule: APIRule, _ node: APINode, _ subject: String, _ detail: String = "") {
        found[rule.id, default: []].append(
            APIPlace(node, of: old.tree, subject: subject, detail: detail, isInBaseline: true))
    }

    /// Notes two schemas to be compared; what lies outside a document is taken as unchanged.
    mutating func add(
        _ before: APINode?, _ after: APINode?, _ direction: Direction, _ subject: String
    ) {
        guard let before = old.tree.resolved(before), let after = new.tree.resolved(after) else {
            return
        }
        let pair = Pair(old: before, new: after, direction: direction)
        guard !seen.contains(pair) else { return }
        guard seen.count < new.tree.limits.pairsMax else {
            isIncomplete = true
            return
        }
        seen.insert(pair)
        pairs.append((pair, subject))
    }

    // MARK: Requests

    private mutating func compareParameters(_ before: APIOperation, _ after: APIOperation) {
        // Those of the path are compared by it.
        let olds = before.parameters.filter { $0.location != "path" }
        let news = after.parameters.filter { $0.location != "path" }
        for parameter in news where parameter.isRequired {
            let earlier = olds.first { $0.identity == parameter.identity }
            guard earlier?.isRequired != true, !before.hasUnknownParameters || earlier != nil
            else { continue }
            changed(
                .inputRequired, parameter.node, after.name,
                "\(parameter.location) parameter `\(parameter.name)` "
                    + (earlier == nil ? "is new and required" : "was optional"))
        }
        for parameter in olds {
            if let later = news.first(where: { $0.identity == parameter.identity }) {
                add(parameter.schema, later.schema, .request, after.name)
            } else if !after.hasUnknownParameters {
                gone(
                    .inputRemoved, parameter.node, before.name,
                    "\(parameter.location) parameter `\(parameter.name)`")
            }
        }
    }

    private mutating func compareBodies(_ before: APIOperation, _ after: APIOperation) {
        let was = old.tree.resolved(before.requestBody)
        let written = after.requestBody
        let isNow = new.tree.resolved(written)
        let wasRequired = old.tree.bool(old.tree[was, "required"]) ?? false
        if let isNow, new.tree.bool(new.tree[isNow, "required"]) == true, !wasRequired,
            before.requestBody == nil || was != nil
        {
            changed(
                .inputRequired, isNow, after.name,
                was == nil ? "the body is new and required" : "the body was optional")
        }
        guard let was, written == nil || isNow != nil else { return }
        compareContent(
            old.tree[was, "content"], new.tree[isNow, "content"], .request, after.name,
            "requests")
    }

    private mutating func compareContent(
        _ before: APINode?, _ after: APINode?, _ direction: Direction, _ subject: String,
        _ what: String
    ) {
        let news = new.tree.schemas(after)
        for member in old.tree.members(before) {
            if let later = news.first(where: { Self.covers($0.mediaType, member.key) }) {
                let schema = old.tree[old.tree.resolved(member.node), "schema"]
                add(schema, later.schema, direction, subject)
            } else {
                gone(.mediaTypeRemoved, member.node, subject, "`\(member.key)` of \(what)")
            }
        }
    }

    /// Whether a media type or a range of them stands for another; parameters aside.
    private static func covers(_ range: String, _ type: String) -> Bool {
        let range = range.prefix { $0 != ";" }.lowercased()
        let type = type.prefix { $0 != ";" }.lowercased()
        if range == type || range == "*/*" { return true }
        return range.hasSuffix("/*") && type.hasPrefix(range.dropLast())
    }

    // MARK: Responses

    private mutating func compareResponses(_ before: APIOperation, _ after: APIOperation) {
        for response in before.responses {
            guard let later = Self.counterpart(of: response, in: after) else {
                if response.isSuccess {
                    gone(
                        .responseRemoved, response.place, before.name,
                        "status \(response.status)")
                }
                continue
            }
            guard let was = response.node, let isNow = later.node else { continue }
            // An error that now falls under the default is still described.
            if later.status != response.status, response.isError { continue }
            compareContent(
                old.tree[was, "content"], new.tree[isNow, "content"], .response, after.name,
                "\(response.status) responses")
        }
    }

    /// The same status, else its range, else the default. Beside a success of another status a
    /// default is about errors.
    private static func counterpart(
        of response: APIResponse, in operation: APIOperation
    ) -> APIResponse? {
        if let same = operation.responses.first(where: { $0.status == response.status }) {
            return same
        }
        guard response.status != "default", let other = operation.response(response.status)
        else { return nil }
        let hasSuccess = operation.responses.contains(where: \.isSuccess)
        return other.status == "default" && response.isSuccess && hasSuccess ? nil : other
    }

    // MARK: Credentials

    private mutating func compareSecurity(_ before: APIOperation, _ after: APIOperation) {
        guard case .required(let node) = after.security else { return }
        let news = new.tree.elements(node).map { Self.credentials($0, new.tree) }
        var olds: [Set<String>] = [[]]
        if case .required(let node) = before.security {
            olds = old.tree.elements(node).map { Self.credentials($0, old.tree) }
        }
        // Whoever came in before must come in by one of the new alternatives.
        let lost = olds.filter { held in !news.contains { $0.isSubset(of: held) } }
        guard let first = lost.first else { return }
        let names = first.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        changed(
            .securityTightened, after.node, after.name,
            names.isEmpty
                ? "was open to everybody" : "`\(names.joined(separator: "` with `"))` sufficed")
    }

    /// Schemes with their scopes, each a word.
    private static func credentials(_ requirement: APINode, _ tree: APITree) -> Set<String> {
        var words: Set<String> = []
        for member in tree.members(requirement) {
            words.insert(member.key)
            for scope in tree.elements(member.node).compactMap({ tree.string($0) }) {
                words.insert("\(member.key):\(scope)")
            }
        }
        return words
    }
}
