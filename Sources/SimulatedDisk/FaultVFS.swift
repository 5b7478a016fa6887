// The VFS that SQLite opens files by (https://sqlite.org/vfs.html): files of a disk that fails on
// demand go through it, all others straight to the system's own VFS. Locks, and the index of a
// write-ahead log, stay the system's: they do not outlive a process.

import CSQLite
import Synchronization

enum FaultVFS {
    /// All disks.
    private static let disks = Mutex<[FaultDisk]>([])
    /// Makes the VFS the default once, when the first disk is made.
    private static let isInstalled: Bool = install()

    static func attach(_ disk: FaultDisk) {
        precondition(isInstalled, "SQLite took no VFS")
        disks.withLock { $0.append(disk) }
    }

    static func detach(_ disk: FaultDisk) {
        disks.withLock { $0.removeAll { $0 === disk } }
    }

    static func disk(of path: String) -> FaultDisk? {
        disks.withLock { $0.first { path.hasPrefix($0.folder) } }
    }

    /// Registers the VFS. Calls `sqlite3_vfs_register`.
    private static func install() -> Bool {
        guard let system = unsafe sqlite3_vfs_find(nil) else { return false }
        let ours = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        // Both live as long as the process: SQLite keeps them.
        guard let name = unsafe baton_sqlite3_copy("baton-fault") else { return false }
        unsafe ours.initialize(to: system.pointee)
        unsafe ours.pointee.pNext = nil
        unsafe ours.pointee.zName = UnsafePointer(name)
        unsafe ours.pointee.szOsFile = Int32(FaultFile.headerBytes) + system.pointee.szOsFile
        unsafe ours.pointee.pAppData = UnsafeMutableRawPointer(system)
        unsafe ours.pointee.xOpen = { vfs, name, file, flags, outFlags in
            unsafe FaultVFS.open(vfs, name, file, flags, outFlags)
        }
        unsafe ours.pointee.xDelete = { vfs, name, syncsFolder in
            guard let system = unsafe FaultVFS.system(vfs), let name = unsafe name else {
                return SQLITE_MISUSE
            }
            let path = unsafe String(cString: name)
            if let disk = FaultVFS.disk(of: path), !disk.deleted(path) { return SQLITE_OK }
            return unsafe system.pointee.xDelete(system, name, syncsFolder)
        }
        return unsafe sqlite3_vfs_register(ours, 1) == SQLITE_OK
    }

    private static func system(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>?
    ) -> UnsafeMutablePointer<sqlite3_vfs>? {
        unsafe vfs?.pointee.pAppData?.assumingMemoryBound(to: sqlite3_vfs.self)
    }

    private static func open(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ name: UnsafePointer<CChar>?,
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32,
        _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        guard let system = unsafe system(vfs), let file = unsafe file else { return SQLITE_MISUSE }
        let path = unsafe name.map { unsafe String(cString: $0) }
        guard let path, let disk = disk(of: path) else {
            return unsafe system.pointee.xOpen(system, name, file, flags, outFlags)
        }
        if disk.isStopped { return SQLITE_CANTOPEN }
        let inner = unsafe FaultFile.inner(file)
        let code = unsafe system.pointee.xOpen(system, name, inner, flags, outFlags)
        guard code == SQLITE_OK else {
            unsafe file.pointee.pMethods = nil
            return code
        }
        disk.opened(path)
        unsafe FaultFile.begin(file, path: path, on: disk)
        return SQLITE_OK
    }
}
