// What is stated about a brief beside its work.

/// Something was decided: by a person, who says so, or by an agent, in what it delivered.
package struct DecisionRecorded: Hashable, Sendable {
    /// Where it stands in the delivery that caused this: a part and an RFC 6901 pointer into it.
    package var place: String?
    /// HMAC of a person's document.
    package var match: Digest?
    package var parts: [Part]

    package init(place: String? = nil, match: Digest? = nil, parts: [Part] = []) {
        self.place = place
        self.match = match
        self.parts = parts
    }
}

/// Somebody shows that a gate of a brief is passed, or that it is not. The newest for a gate
/// counts.
package struct EvidenceAdded: Hashable, Sendable {
    package var gate: GateName
    package var isPassed: Bool
    /// HMAC of the whole parcel.
    package var match: Digest
    package var parts: [Part]

    package init(gate: GateName, isPassed: Bool, match: Digest, parts: [Part]) {
        self.gate = gate
        self.isPassed = isPassed
        self.match = match
        self.parts = parts
    }
}
