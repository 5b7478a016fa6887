// A binary heap: the smallest element first, and all in ascending order without sorting all.

struct MinHeap<Element: Comparable & Sendable>: Sendable {
    private(set) var elements: [Element] = []

    init() {}

    /// Sorts once: an array in ascending order is a heap.
    init(_ elements: [Element]) {
        self.elements = elements.sorted()
    }

    var first: Element? { elements.first }
    var isEmpty: Bool { elements.isEmpty }
    var count: Int { elements.count }

    mutating func push(_ element: Element) {
        elements.append(element)
        var child = elements.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard elements[child] < elements[parent] else { return }
            elements.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> Element? {
        guard let smallest = elements.first else { return nil }
        let last = elements.removeLast()
        guard !elements.isEmpty else { return smallest }
        elements[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < elements.count else { return smallest }
            if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
            guard elements[child] < elements[parent] else { return smallest }
            elements.swapAt(parent, child)
            parent = child
        }
    }

    /// The elements in ascending order, each found when it is asked for: the first few of a million
    /// cost no more than the first few of ten.
    var ascending: Ascending { Ascending(elements: elements) }

    struct Ascending: Sequence, IteratorProtocol {
        private struct Candidate: Comparable, Sendable {
            let element: Element
            let index: Int

            static func < (left: Candidate, right: Candidate) -> Bool {
                left.element != right.element
                    ? left.element < right.element : left.index < right.index
            }
        }

        private let elements: [Element]
        /// Elements whose parent has been given out and that have not been.
        private var frontier = MinHeap<Candidate>()

        fileprivate init(elements: [Element]) {
            self.elements = elements
            add(0)
        }

        private mutating func add(_ index: Int) {
            guard index < elements.count else { return }
            frontier.push(Candidate(element: elements[index], index: index))
        }

        mutating func next() -> Element? {
            guard let candidate = frontier.pop() else { return nil }
            add(2 * candidate.index + 1)
            add(2 * candidate.index + 2)
            return candidate.element
        }
    }
}
