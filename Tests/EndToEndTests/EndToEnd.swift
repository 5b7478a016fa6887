// All tests with real processes and sockets, each in a home of its own.
import Testing

extension Tag {
    /// Real processes, real sockets.
    @Tag static var endToEnd: Self
    /// Takes a minute or more, most of it waiting.
    @Tag static var slow: Self
}

/// One at a time where much is going on: a test that starves its neighbours proves nothing.
@Suite(.tags(.endToEnd), .serialized, .timeLimit(.minutes(5)))
enum EndToEnd {}

/// Tests that mostly wait for leases and stopped processes; they wait together.
@Suite(.tags(.endToEnd, .slow), .timeLimit(.minutes(5)))
enum Patience {}
