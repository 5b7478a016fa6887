// Threads of the operating system, for loops that own sockets and sleep in polls.
import CLinux
import Glibc

/// A running thread. Join it, or drop it and it runs on by itself.
package struct JoinableThread: ~Copyable {
    private let thread: pthread_t

    fileprivate init(_ thread: pthread_t) { self.thread = thread }

    deinit { pthread_detach(thread) }

    /// Waits until the thread's work has returned. Calls `pthread_join`.
    package consuming func join() {
        let code = pthread_join(thread, nil)
        precondition(code == 0, "a thread was joined from itself")
        discard self
    }
}

private final class Work: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// Starts a thread. Calls `pthread_create`.
/// - Parameters:
///   - name: shown by `ps` and debuggers; the kernel keeps 15 bytes of it.
///   - stackSize: in bytes; the default holds anything Baton does, and is only touched when used.
package func spawnThread(
    name: String, stackSize: Int = 1 << 20, _ body: @escaping @Sendable () -> Void,
) throws(SystemError) -> JoinableThread {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, stackSize)

    let work = unsafe Unmanaged.passRetained(Work(name: name, body: body))
    var thread = pthread_t()
    let code = unsafe pthread_create(
        &thread, &attributes,
        { argument in
            guard let argument = unsafe argument else { return nil }
            let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
            unsafe pthread_setname_np(
                pthread_self(), String(decoding: work.name.utf8.prefix(15), as: UTF8.self))
            work.body()
            return nil
        }, unsafe work.toOpaque())
    guard code == 0 else {
        unsafe work.release()
        throw SystemError(code: code, call: "start the thread", path: name)
    }
    return JoinableThread(thread)
}
