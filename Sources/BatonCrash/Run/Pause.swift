// Letting time pass, where there is nothing to wait for but time.
import ZeroMQ

/// A pause of this thread.
package enum Pause {
    package static func milliseconds(_ count: Int) {
        var idle = Poller()
        // A wait that fails is over early, which no caller minds.
        _ = try? idle.poll(timeoutMilliseconds: count)
    }
}
