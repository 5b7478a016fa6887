// Signals as something to read, instead of handlers that interrupt.
import CLinux
import Glibc

/// A signal's number.
package struct Signal: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let terminate = Signal(rawValue: SIGTERM)
    package static let interrupt = Signal(rawValue: SIGINT)
    package static let hangUp = Signal(rawValue: SIGHUP)
    package static let child = Signal(rawValue: SIGCHLD)
    package static let kill = Signal(rawValue: SIGKILL)
    package static let user1 = Signal(rawValue: SIGUSR1)
    package static let windowSize = Signal(rawValue: SIGWINCH)
    package static let stop = Signal(rawValue: SIGSTOP)
    package static let resume = Signal(rawValue: SIGCONT)
}

/// Delivers chosen signals through a descriptor that a `Poller` can watch. Calls `signalfd`.
///
/// Make it on the main thread before any other thread starts: threads inherit what is blocked, and
/// a signal goes to any thread that does not block it.
package struct SignalInbox: ~Copyable {
    private let descriptor: Descriptor

    /// Blocks the signals in this thread and opens the inbox.
    package init(
        _ signals: [Signal] = [.terminate, .interrupt, .hangUp, .child],
    ) throws(SystemError) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal.rawValue) }
        let code = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        guard code == 0 else { throw SystemError(code: code, call: "block signals") }
        let opened = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        guard opened >= 0 else { throw SystemError.last("open a descriptor for signals") }
        descriptor = Descriptor(owning: opened)
    }

    /// Readable when a signal waits.
    package var fileDescriptor: Int32 { descriptor.rawValue }

    /// The next signal, or nil when there is none. Equal signals may have merged into one.
    package func next() throws(SystemError) -> Signal? {
        switch try descriptor.read(bytesMax: MemoryLayout<signalfd_siginfo>.size) {
        case .wouldBlock, .endOfFile: return nil
        case .bytes(let bytes):
            // The number is the record's first field, 32 bits in the host's order.
            let number = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt32.self) }
            return Signal(rawValue: Int32(number))
        }
    }
}

/// Makes writing to a closed pipe an error (`EPIPE`) instead of the end of the process.
package func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
}
