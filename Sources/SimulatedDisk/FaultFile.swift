// One open file of a disk that fails on demand: SQLite's calls on it, each asked of the disk first.
// The system's own file stands behind ours in the memory that SQLite gives.

import CSQLite

enum FaultFile {
    /// What is kept of an open file, beside the system's own.
    private final class Handle {
        let path: String
        let disk: FaultDisk

        init(path: String, disk: FaultDisk) {
            self.path = path
            self.disk = disk
        }
    }

    private typealias File = UnsafeMutablePointer<sqlite3_file>

    /// The methods' pointer and the handle's, and room to keep what follows aligned.
    static let headerBytes = 32

    static func inner(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<
        sqlite3_file
    > {
        unsafe (UnsafeMutableRawPointer(file) + headerBytes).assumingMemoryBound(
            to: sqlite3_file.self)
    }

    static func begin(
        _ file: UnsafeMutablePointer<sqlite3_file>, path: String, on disk: FaultDisk
    ) {
        let handle = unsafe Unmanaged.passRetained(Handle(path: path, disk: disk)).toOpaque()
        unsafe (UnsafeMutableRawPointer(file) + MemoryLayout<UnsafeRawPointer>.stride)
            .storeBytes(of: handle, as: UnsafeMutableRawPointer.self)
        unsafe file.pointee.pMethods = methods
    }

    private static func slot(_ file: File) -> Unmanaged<Handle> {
        let raw = unsafe (UnsafeMutableRawPointer(file) + MemoryLayout<UnsafeRawPointer>.stride)
            .load(as: UnsafeMutableRawPointer.self)
        return unsafe Unmanaged<Handle>.fromOpaque(raw)
    }

    private static func handle(_ file: File) -> Handle {
        unsafe slot(file).takeUnretainedValue()
    }

    /// The system's file and its methods.
    private static func system(_ file: File?) -> (File, sqlite3_io_methods) {
        guard let file = unsafe file, let methods = unsafe inner(file).pointee.pMethods else {
            preconditionFailure("SQLite used a file that is not open")
        }
        return unsafe (inner(file), methods.pointee)
    }

    // SAFETY: written once, before any file is opened by it, and only read afterwards.
    private nonisolated(unsafe) static let methods: UnsafePointer<sqlite3_io_methods> = {
        let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        unsafe table.initialize(to: sqlite3_io_methods())
        // Version 2: with a shared index, without memory mapping.
        unsafe table.pointee.iVersion = 2
        unsafe setContents(&table.pointee)
        unsafe setLocks(&table.pointee)
        return unsafe UnsafePointer(table)
    }()

    // MARK: Contents

    private static func setContents(_ table: inout sqlite3_io_methods) {
        unsafe table.xClose = { file in
            let (inner, methods) = unsafe FaultFile.system(file)
            let code = unsafe methods.xClose(inner)
            if let file = unsafe file { unsafe FaultFile.slot(file).release() }
            return code
        }
        unsafe table.xRead = { file, buffer, count, offset in
            guard let file = unsafe file, let buffer = unsafe buffer else { return SQLITE_MISUSE }
            return unsafe FaultFile.read(file, buffer, count, offset)
        }
        unsafe table.xWrite = { file, buffer, count, offset in
            guard let file = unsafe file, let buffer = unsafe buffer else { return SQLITE_MISUSE }
            return unsafe FaultFile.write(file, buffer, count, offset)
        }
        unsafe table.xTruncate = { file, size in
            guard let file = unsafe file else { return SQLITE_MISUSE }
            let handle = unsafe FaultFile.handle(file)
            guard handle.disk.judgeTruncation() else { return baton_sqlite3_ioerr_truncate }
            let (inner, methods) = unsafe FaultFile.system(file)
            let code = unsafe methods.xTruncate(inner, size)
            if code == SQLITE_OK { handle.disk.truncated(handle.path, to: Int(size)) }
            return code
        }
        unsafe table.xSync = { file, _ in
            guard let file = unsafe file else { return SQLITE_MISUSE }
            let handle = unsafe FaultFile.handle(file)
            return handle.disk.sync(handle.path) ? SQLITE_OK : baton_sqlite3_ioerr_fsync
        }
        unsafe table.xFileSize = { file, size in
            let (inner, methods) = unsafe FaultFile.system(file)
            return unsafe methods.xFileSize(inner, size)
        }
    }

    private static func read(
        _ file: File, _ buffer: UnsafeMutableRawPointer, _ count: Int32, _ offset: Int64
    ) -> Int32 {
        let (inner, methods) = unsafe system(file)
        let code = unsafe methods.xRead(inner, buffer, count, offset)
        guard code == SQLITE_OK else { return code }
        if let bit = unsafe handle(file).disk.flippedBit(in: Int(count)) {
            let byte = unsafe buffer.load(fromByteOffset: bit / 8, as: UInt8.self)
            unsafe buffer.storeBytes(
                of: byte ^ (1 << UInt8(bit % 8)), toByteOffset: bit / 8, as: UInt8.self)
        }
        return code
    }

    private static func write(
        _ file: File, _ buffer: UnsafeRawPointer, _ count: Int32, _ offset: Int64
    ) -> Int32 {
        let handle = unsafe handle(file)
        let allowed: Int32
        let verdict: Int32
        switch handle.disk.judgeWrite(Int(count)) {
        case .failed: return baton_sqlite3_ioerr_write
        case .full: return SQLITE_FULL
        case .proceed: (allowed, verdict) = (count, SQLITE_OK)
        case .short(let half): (allowed, verdict) = (Int32(half), baton_sqlite3_ioerr_write)
        }
        let (inner, methods) = unsafe system(file)
        let code = unsafe methods.xWrite(inner, buffer, allowed, offset)
        guard code == SQLITE_OK else { return code }
        let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: buffer, count: Int(allowed)))
        handle.disk.wrote(bytes, at: Int(offset), to: handle.path)
        return verdict
    }

    // MARK: Locks and the shared index

    private static func setLocks(_ table: inout sqlite3_io_methods) {
        unsafe table.xLock = { file, level in
            let (inner, methods) = unsafe FaultFile.system(file)
            return unsafe methods.xLock(inner, level)
        }
        unsafe table.xUnlock = { file, level in
            let (inner, methods) = unsafe FaultFile.system(file)
            return unsafe methods.xUnlock(inner, level)
        }
        unsafe table.xCheckReservedLock = { file, result in
            let (inner, methods) = unsafe FaultFile.system(file)
            return unsafe methods.xCheckReservedLock(inner, result)
        }
        unsafe table.xFileControl = { file, operation, argument in
            let (inner, methods) = unsafe FaultFile.system(file)
            return unsafe methods.xFileControl(inner, operation, argument)
        }
        unsafe table.xSectorSize = { file in
            let (inner, methods) = unsafe FaultFile.system(file)
            return unsafe methods.xSectorSize(inner)
        }
        // No write is atomic; an overwrite leaves its neighbours alone, as SQLite assumes of disks
        // under Linux unless it is told otherwise.
        unsafe table.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
        unsafe table.xShmMap = { file, region, size, extends, address in
            let (inner, methods) = unsafe FaultFile.system(file)
            return unsafe methods.xShmMap(inner, region, size, extends, address)
        }
        unsafe table.xShmLock = { file, offset, count, flags in
            let (inner, methods) = unsafe FaultFile.system(file)
            return unsafe methods.xShmLock(inner, offset, count, flags)
        }
        unsafe table.xShmBarrier = { file in
            let (inner, methods) = unsafe FaultFile.system(file)
            unsafe methods.xShmBarrier(inner)
        }
        unsafe table.xShmUnmap = { file, deletes in
            let (inner, methods) = unsafe FaultFile.system(file)
            return unsafe methods.xShmUnmap(inner, deletes)
        }
    }
}
