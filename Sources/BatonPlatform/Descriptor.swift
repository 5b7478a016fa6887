// An open file, pipe or terminal that somebody owns.
import CLinux
import Glibc

/// What a read gave.
package enum ReadOutcome: Hashable, Sendable {
    /// At least one byte.
    case bytes([UInt8])
    case endOfFile
    /// Nothing there now; only from descriptors that do not block.
    case wouldBlock
}

/// A file descriptor, closed when it goes out of scope.
package struct Descriptor: ~Copyable {
    /// The number, for polls and for handing to children. Still owned here.
    package let rawValue: Int32

    /// Takes over an open descriptor.
    package init(owning rawValue: Int32) {
        precondition(rawValue >= 0, "descriptor \(rawValue) is not open")
        self.rawValue = rawValue
    }

    deinit { Glibc.close(rawValue) }

    /// Opens a file; descriptors never leak into children (`O_CLOEXEC`).
    static func open(
        _ path: String, _ flags: Int32, mode: UInt32 = 0, call: String = "open",
    ) throws(SystemError) -> Descriptor {
        // A slow file system may be interrupted while opening: nothing happened, go on.
        while true {
            let opened = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
            if opened >= 0 { return Descriptor(owning: opened) }
            if errno != EINTR { throw SystemError.last(call, path) }
        }
    }

    /// A pipe: what is written to one end is read from the other. Calls `pipe2`.
    package static func pipe() throws(SystemError) -> DescriptorPair {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { throw SystemError.last("make a pipe") }
        return DescriptorPair(
            reading: Descriptor(owning: ends[0]), writing: Descriptor(owning: ends[1]))
    }

    /// Makes reads and writes return at once instead of waiting.
    package func setNonBlocking() throws(SystemError) {
        let flags = fcntl(rawValue, F_GETFL)
        guard flags >= 0, fcntl(rawValue, F_SETFL, flags | O_NONBLOCK) == 0 else {
            throw SystemError.last("set a descriptor to not block")
        }
    }

    /// Reads what is there, up to a number of bytes. Calls `read`.
    package func read(bytesMax: Int) throws(SystemError) -> ReadOutcome {
        try readDescriptor(rawValue, bytesMax: bytesMax)
    }

    /// Writes some of the bytes and tells how many; nil when nothing can be taken now.
    package func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int? {
        try writeDescriptor(rawValue, bytes)
    }

    /// Writes all bytes, waiting as needed.
    package func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        try writeAllToDescriptor(rawValue, bytes)
    }

    /// Waits until what was written is on stable storage. Calls `fsync`. Never to be retried
    /// after a failure: the kernel may have dropped the very pages.
    package func sync() throws(SystemError) {
        guard fsync(rawValue) == 0 else { throw SystemError.last("fsync") }
    }

    /// Closes, and reports what only closing can tell (a full quota on a network file system).
    package consuming func close() throws(SystemError) {
        let descriptor = rawValue
        discard self
        guard Glibc.close(descriptor) == 0 || errno == EINTR else {
            throw SystemError.last("close")
        }
    }

    /// Gives up ownership without closing.
    package consuming func release() -> Int32 {
        let descriptor = rawValue
        discard self
        return descriptor
    }
}

/// The two ends of a pipe, to be taken out one by one; what is left closes with the pair.
package struct DescriptorPair: ~Copyable {
    private var reading: Descriptor?
    private var writing: Descriptor?

    fileprivate init(reading: consuming Descriptor, writing: consuming Descriptor) {
        self.reading = consume reading
        self.writing = consume writing
    }

    /// Hands over the end to read from. Traps the second time.
    package mutating func takeReading() -> Descriptor {
        guard let end = reading.take() else { preconditionFailure("the reading end is taken") }
        return end
    }

    /// Hands over the end to write to. Traps the second time.
    package mutating func takeWriting() -> Descriptor {
        guard let end = writing.take() else { preconditionFailure("the writing end is taken") }
        return end
    }
}

/// Reads from a descriptor somebody else owns.
func readDescriptor(_ descriptor: Int32, bytesMax: Int) throws(SystemError) -> ReadOutcome {
    var code: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: bytesMax) { buffer, filled in
        var count = unsafe Glibc.read(descriptor, buffer.baseAddress, bytesMax)
        // Interrupted before anything was read: nothing is lost by reading again.
        while count < 0 && errno == EINTR {
            count = unsafe Glibc.read(descriptor, buffer.baseAddress, bytesMax)
        }
        if count < 0 { code = errno }
        filled = max(count, 0)
    }
    if code == EAGAIN { return .wouldBlock }
    guard code == 0 else { throw SystemError(code: code, call: "read") }
    return bytes.isEmpty ? .endOfFile : .bytes(bytes)
}

/// Writes to a descriptor somebody else owns; nil when it would have to wait.
func writeDescriptor(
    _ descriptor: Int32, _ bytes: ArraySlice<UInt8>,
) throws(SystemError) -> Int? {
    let count = unsafe bytes.withUnsafeBytes { raw in
        var count = unsafe Glibc.write(descriptor, raw.baseAddress, raw.count)
        // Interrupted before anything was written.
        while count < 0 && errno == EINTR {
            count = unsafe Glibc.write(descriptor, raw.baseAddress, raw.count)
        }
        return count
    }
    if count >= 0 { return count }
    if errno == EAGAIN { return nil }
    throw SystemError.last("write")
}

/// Writes everything, sleeping in `poll` where the descriptor does not block by itself.
func writeAllToDescriptor(_ descriptor: Int32, _ bytes: [UInt8]) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
        if let count = try writeDescriptor(descriptor, rest) {
            rest = rest.dropFirst(count)
            continue
        }
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&entry, 1, -1)
    }
}
