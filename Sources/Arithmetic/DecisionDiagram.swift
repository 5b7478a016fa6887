// A binary decision diagram: what a structure function of many components needs, and how likely it
// is. Enumerating n components takes 2ⁿ steps; a diagram shares equal parts and stays small for
// what people build. Source: Bryant, Graph-based algorithms for Boolean function manipulation
// (1986).

/// Boolean functions of numbered components, each function written only once.
package struct DecisionDiagram {
    /// A function: `never`, `always`, or one that tests a component.
    package typealias Function = Int

    /// No state is good enough.
    package static let never: Function = 0
    /// Every state is.
    package static let always: Function = 1
    /// A diagram of this size is a mistake in its order or its input; some tens of megabytes.
    package static let nodesMax = 200_000

    private struct Node: Hashable {
        let component: Int
        let down: Function
        let up: Function
    }

    private struct Choice: Hashable {
        let test: Function
        let yes: Function
        let no: Function
    }

    /// Without any function but `never` and `always`.
    package init() {}

    /// The first two stand for `never` and `always`; every other one comes after what it leads to.
    private var nodes = [
        Node(component: .max, down: 0, up: 0), Node(component: .max, down: 1, up: 1),
    ]
    private var positions: [Node: Function] = [:]
    private var choices: [Choice: Function] = [:]
    /// Whether the diagram outgrew `nodesMax`; its functions are then worth nothing.
    private(set) var isFull = false

    /// Whether `component` is up. Components with lower numbers are tested first.
    package mutating func isUp(_ component: Int) -> Function {
        function(Node(component: component, down: Self.never, up: Self.always))
    }

    /// `yes` where `test` holds, else `no`.
    package mutating func choose(_ test: Function, _ yes: Function, else no: Function) -> Function {
        if test == Self.always || yes == no { return yes }
        if test == Self.never { return no }
        if yes == Self.always, no == Self.never { return test }
        if isFull { return Self.never }
        let choice = Choice(test: test, yes: yes, no: no)
        if let known = choices[choice] { return known }
        let first = min(
            nodes[test].component, min(nodes[yes].component, nodes[no].component))
        func branch(_ function: Function, up: Bool) -> Function {
            guard nodes[function].component == first else { return function }
            return up ? nodes[function].up : nodes[function].down
        }
        let high = choose(
            branch(test, up: true), branch(yes, up: true), else: branch(no, up: true))
        let low = choose(
            branch(test, up: false), branch(yes, up: false), else: branch(no, up: false))
        let result = function(Node(component: first, down: low, up: high))
        choices[choice] = result
        return result
    }

    /// Whether both hold.
    package mutating func both(_ left: Function, _ right: Function) -> Function {
        choose(left, right, else: Self.never)
    }

    /// Whether at least `need` of `functions` hold.
    package mutating func atLeast(_ need: Int, of functions: [Function]) -> Function {
        // reached[k]: at least k of the functions looked at so far, from the last to the first.
        var reached = [Self.always] + Array(repeating: Self.never, count: need)
        for function in functions.reversed() {
            for count in stride(from: need, through: 1, by: -1) {
                reached[count] = choose(function, reached[count - 1], else: reached[count])
            }
        }
        return reached[need]
    }

    /// The probability of `function` with independent components; nil when the diagram is full.
    /// - Parameter up: the probability of each component to be up, by its number.
    package func probability(of function: Function, up: [Double]) -> Double? {
        guard !isFull else { return nil }
        var values = [0.0, 1.0]
        values.reserveCapacity(nodes.count)
        for node in nodes.dropFirst(2) {
            let chance = up[node.component]
            values.append(chance * values[node.up] + (1 - chance) * values[node.down])
        }
        return values[function]
    }

    private mutating func function(_ node: Node) -> Function {
        if node.down == node.up { return node.up }
        if let known = positions[node] { return known }
        guard nodes.count < Self.nodesMax else {
            isFull = true
            return Self.never
        }
        nodes.append(node)
        positions[node] = nodes.count - 1
        return nodes.count - 1
    }
}
