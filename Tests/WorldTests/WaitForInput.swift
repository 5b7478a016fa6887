// Waiting on one descriptor in tests.
import Testing
import ZeroMQ

/// Waits until a descriptor is readable or at its end, at most ten seconds.
func waitForInput(on descriptor: Int32) throws {
    var poller = Poller()
    _ = poller.add(descriptor: descriptor, for: .readable)
    let outcome = try poller.poll(timeoutMilliseconds: 10_000)
    try #require(outcome == .ready(count: 1))
}
