// How the threads of a worker talk to each other: handlers put news into the inbox of the thread
// that owns the socket, and get answers through slots. Only values cross; the bells wake who
// sleeps.
import BatonClient
import BatonPlatform
import Synchronization
import ZeroMQ

/// What the owner of the socket is told by others.
enum WorkerNews: Sendable {
    case finished(LeaseName, AttemptEnd, costMicroUSD: Int64?)
    case progress(LeaseName, percent: Int?, message: String?)
    case fetch(digest: String, bytesMax: Int, answer: Slot<Result<[UInt8], ClientError>>)
    /// The attempt's thread is about to end.
    case threadEnded(LeaseName)
    case drain(limit: Duration)
}

/// A bounded-by-use queue with a bell. Each attempt has at most a handful of news waiting: progress
/// is merged, and everything else waits for its answer.
final class WorkerInbox: Sendable {
    private let news = Mutex<[WorkerNews]>([])
    private let bell: WakeUp

    init() throws(SystemError) { bell = try WakeUp() }

    /// Readable while there may be news.
    var fileDescriptor: Int32 { bell.fileDescriptor }

    func post(_ item: WorkerNews) {
        news.withLock { waiting in
            if case .progress(let lease, _, _) = item, let last = waiting.indices.last,
                case .progress(lease, _, _) = waiting[last]
            {
                // The newest says it all; a handler that reports in a tight loop costs one place.
                waiting[last] = item.merged(over: waiting[last])
            } else {
                waiting.append(item)
            }
        }
        bell.ring()
    }

    func takeAll() -> [WorkerNews] {
        bell.drain()
        return news.withLock { waiting in
            let taken = waiting
            waiting = []
            return taken
        }
    }
}

extension WorkerNews {
    fileprivate func merged(over older: WorkerNews) -> WorkerNews {
        guard case .progress(let lease, let percent, let message) = self,
            case .progress(_, let olderPercent, let olderMessage) = older
        else { return self }
        return .progress(lease, percent: percent ?? olderPercent, message: message ?? olderMessage)
    }
}

/// A place for values on their way to one waiting thread.
final class Slot<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    private let bell: WakeUp

    init() throws(SystemError) { bell = try WakeUp() }

    func put(_ value: Value) {
        values.withLock { $0.append(value) }
        bell.ring()
    }

    /// Waits for a value; nil when the stop bell rang first.
    func take(orStopped stop: Int32) throws(ZMQError) -> Value? {
        var poller = Poller()
        _ = poller.add(descriptor: bell.fileDescriptor, for: .readable)
        let stopItem = poller.add(descriptor: stop, for: .readable)
        while true {
            bell.drain()
            if let value = values.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return value }
            if !poller.readiness(of: stopItem).isEmpty { return nil }
            _ = try poller.poll(timeoutMilliseconds: nil)
        }
    }
}
