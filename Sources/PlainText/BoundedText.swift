// Texts from outside, cut to a number of bytes. A `Character` can be of any length, so a count of
// characters bounds nothing.

extension String {
    /// The longest beginning of at most `bytesMax` bytes of UTF-8 that cuts no scalar in two.
    package func prefix(bytes bytesMax: Int) -> String {
        guard utf8.count > bytesMax else { return self }
        var end = utf8.index(startIndex, offsetBy: bytesMax)
        // The bytes of a scalar after its first are 10xxxxxx.
        while end > startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
