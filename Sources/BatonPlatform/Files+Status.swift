// What the file system knows about a file, and about itself.
import Glibc

/// A file's record in the file system. Calls `stat`.
package struct FileStatus: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case file, directory, link, socket, pipe, other
    }

    package let kind: Kind
    /// With `inode`, the identity of the file itself, whatever its names.
    package let device: UInt64
    package let inode: UInt64
    /// How many names the file has; 0 when it was removed while open.
    package let linkCount: UInt64
    package let size: Int64
    /// The permission bits, such as 0o644.
    package let permissions: UInt32
    package let userID: UInt32
    /// Last change of the content, in microseconds since 1970.
    package let modifiedMicroseconds: Int64

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .link
            case S_IFSOCK: .socket
            case S_IFIFO: .pipe
            default: .other
            }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        linkCount = UInt64(status.st_nlink)
        size = Int64(status.st_size)
        permissions = status.st_mode & 0o7777
        userID = status.st_uid
        modifiedMicroseconds =
            Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000
    }
}

extension Files {
    /// The record of a file; nil when there is none.
    /// - Parameter followingLinks: false looks at a symbolic link itself.
    package static func status(
        of path: String, followingLinks: Bool = true,
    ) throws(SystemError) -> FileStatus? {
        var found = Glibc.stat()
        let result =
            unsafe followingLinks ? stat(path, &found) : lstat(path, &found)
        if result == 0 { return FileStatus(found) }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw SystemError.last("look at", path)
    }

    /// Whether something is there.
    package static func exists(_ path: String) throws(SystemError) -> Bool {
        try status(of: path, followingLinks: false) != nil
    }

    /// Sets the permission bits.
    package static func setPermissions(
        _ permissions: UInt32, of path: String,
    ) throws(SystemError) {
        guard unsafe chmod(path, permissions) == 0 else {
            throw SystemError.last("set the mode of", path)
        }
    }

    /// The share of the file system that ordinary users can still fill, in percent.
    package static func freePercent(at path: String) throws(SystemError) -> Double {
        var found = Glibc.statvfs()
        guard unsafe statvfs(path, &found) == 0 else {
            throw SystemError.last("measure the free space at", path)
        }
        guard found.f_blocks > 0 else { return 100 }
        return Double(found.f_bavail) * 100 / Double(found.f_blocks)
    }

    /// The path from the root, with all links resolved; it must exist. Calls `realpath`.
    package static func realPath(_ path: String) throws(SystemError) -> String {
        guard let resolved = unsafe realpath(path, nil) else {
            throw SystemError.last("resolve", path)
        }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// The path from the root, by text alone: `.` and `..` taken out, links left as they are. It
    /// need not exist.
    package static func absolutePath(_ path: String) throws(SystemError) -> String {
        let full = path.hasPrefix("/") ? path : "\(try currentDirectory())/\(path)"
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The process's directory. Calls `getcwd`.
    package static func currentDirectory() throws(SystemError) -> String {
        guard let path = unsafe getcwd(nil, 0) else {
            throw SystemError.last("tell the current directory")
        }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }
}
