// Names as they stand in prose: words with a capital letter where a sentence needs none.

/// Reads names and citations out of prose.
enum NameReader {
    /// Words with a capital letter that are part of the trade, in lower case. Books and methods
    /// that the registry cites are known from there.
    static let terms: Set<String> = [
        "api", "http", "https", "rfc", "json", "url", "uri", "utc", "slo", "sla", "sre", "aws",
        "amazon", "sqs", "google", "workbook", "book", "builders", "library", "architecture",
        "blog", "erlang", "erl", "poisson", "little", "retry-after", "idempotency-key", "get",
        "head", "post", "put", "patch", "delete", "options", "openapi", "ietf", "iso", "i", "kib",
        "mib", "gib", "eur", "usd", "cv", "aⁿ", "markdown", "protocols", "swift", "ok",
    ]

    /// Status codes of RFC 9110 and RFC 6585 that a plan may name.
    private static let statusCodes: Set<Double> = [
        200, 201, 202, 203, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405,
        406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 422, 425, 426, 428, 429, 431, 500,
        501, 502, 503, 504,
    ]

    /// Documents of the IETF that the trade's terms come from.
    private static let requests: Set<Double> = [
        2119, 5789, 6585, 6901, 6902, 7386, 7396, 7807, 8174, 8594, 8595, 9110, 9111, 9457,
    ]

    /// Whether a number is a citation: a status code, a known RFC, a chapter, a percentile.
    static func isCitation(_ number: ProseNumber) -> Bool {
        let before = number.before.lowercased()
        if before.hasSuffix("rfc ") { return requests.contains(number.value) }
        if before.hasSuffix("ch. ") || before.hasSuffix("chapter ") { return number.isCount }
        if number.after.hasPrefix("th") || number.after.hasPrefix("st ") { return true }
        return number.step == 1 && statusCodes.contains(number.value) && number.isCount
    }

    /// Whether a rationale names where its research comes from: a name, a standard, a document.
    static func citesSource(_ text: String) -> Bool {
        if text.contains("RFC ") || text.contains("ISO ") { return true }
        return !names(in: text).isEmpty || text.contains("://")
    }

    /// Words with a capital letter within a sentence.
    static func names(in text: String) -> [String] {
        var result: [String] = []
        var isStart = true
        for token in text.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" }) {
            let opens = token.first.map { "“\"'(‘[→".contains($0) } ?? false
            let word = token.drop { !$0.isLetter && !$0.isNumber }
            let bare = String(word.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "’" })
            if let first = bare.first, first.isUppercase, !isStart, !opens, bare.count > 1,
                !isAcronymOfID(bare)
            {
                result.append(bare)
            }
            isStart = token.last.map { ".:;!?”|→".contains($0) } ?? true
        }
        return result
    }

    /// `S1`, `AC3`, `P99`: ids and quantiles.
    private static func isAcronymOfID(_ word: String) -> Bool {
        word.contains(where: \.isNumber) && word.count <= 5
    }

    /// All words of a text in lower case, with the parts of what hyphens join.
    static func words(_ text: String) -> [String] {
        let whole = text.lowercased().split {
            !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "’"
        }.map(String.init)
        return whole + whole.flatMap { $0.split(separator: "-").map(String.init) }
    }
}
