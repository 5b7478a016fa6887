// One place of a finding.
internal import PlainText

/// Where something is, and whose it is.
package struct APIPlace: Sendable, Hashable {
    /// A JSON pointer (RFC 6901).
    package let pointer: String
    /// From 1.
    package let line: Int
    /// `POST /captures`, or empty where no operation is concerned.
    package let subject: String
    /// What is special about this one, or empty.
    package let detail: String
    /// In the document before the change: what is gone can be shown only there.
    package let isInBaseline: Bool

    /// No pointer or name that anybody reads is as long; a document may hold longer ones.
    private static let textBytesMax = 1_024

    init(
        _ node: APINode, of tree: APITree, subject: String, detail: String = "",
        isInBaseline: Bool = false
    ) {
        self.init(
            pointer: tree.pointer(node), line: tree.line(node), subject: subject, detail: detail,
            isInBaseline: isInBaseline)
    }

    /// Texts are cut at `textBytesMax`.
    init(pointer: String, line: Int, subject: String, detail: String, isInBaseline: Bool) {
        self.pointer = pointer.prefix(bytes: Self.textBytesMax)
        self.line = line
        self.subject = subject.prefix(bytes: Self.textBytesMax)
        self.detail = detail.prefix(bytes: Self.textBytesMax)
        self.isInBaseline = isInBaseline
    }
}
