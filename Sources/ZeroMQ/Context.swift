// A libzmq context: its I/O threads, and the namespace of its inproc endpoints.
import CZeroMQ
import Glibc

/// A ZeroMQ context. Any thread may make sockets from it; each socket stays on its own thread.
///
/// Every socket keeps its context alive, so the context ends (`zmq_ctx_term`) after its last
/// socket, and ending waits at most as long as the sockets' `linger`.
@safe
package final class Context: @unchecked Sendable {
    // SAFETY: zmq_ctx(3) says contexts are thread safe and may be shared; the pointer never changes
    // and stays valid until `deinit`, which no other thread can be inside of.
    let pointer: UnsafeMutableRawPointer

    /// Makes a context. Calls `zmq_ctx_new`.
    ///
    /// One I/O thread is libzmq's default and enough for about a gigabyte a second.
    package init(ioThreads: Int = 1, socketsMax: Int = 1023) throws(ZMQError) {
        guard let created = unsafe zmq_ctx_new() else { throw ZMQError.last("zmq_ctx_new") }
        let threadsSet = unsafe zmq_ctx_set(created, ZMQ_IO_THREADS, Int32(ioThreads))
        let socketsSet = unsafe zmq_ctx_set(created, ZMQ_MAX_SOCKETS, Int32(socketsMax))
        guard threadsSet == 0, socketsSet == 0 else {
            let error = ZMQError.last("zmq_ctx_set")
            unsafe zmq_ctx_term(created)
            throw error
        }
        unsafe pointer = created
    }

    deinit {
        // A signal may interrupt the wait for the I/O threads; the context is still there then.
        while unsafe zmq_ctx_term(pointer) != 0 && zmq_errno() == EINTR {}
    }

    /// Makes every blocking call on this context's sockets fail with `isContextShutDown`, now and
    /// from now on; for stopping threads that sit in `receive`. Calls `zmq_ctx_shutdown`.
    package func shutDown() {
        unsafe zmq_ctx_shutdown(pointer)
    }
}
