// A connection to a SQLite database file. Transactions are plain statements: they belong to
// whoever knows what must happen together.
import CSQLite

/// One connection, used by one thread at a time, closed when it goes out of scope.
@safe
package struct Database: ~Copyable {
    /// How a file is to be opened.
    package enum Access: Sendable {
        /// The file must be there. Nothing is written, though a WAL file's index may be.
        case readOnly
        /// The file must be there.
        case readWrite
        /// The file is made if it is not there.
        case readWriteCreating
    }

    private let pointer: OpaquePointer
    private var logMeter: LogMeter?

    /// Opens a database. Calls `sqlite3_open_v2`, without SQLite's own mutex: the connection stays
    /// on one thread.
    package init(_ path: String, access: Access) throws(SQLiteError) {
        let mode: Int32
        switch access {
        case .readOnly: mode = SQLITE_OPEN_READONLY
        case .readWrite: mode = SQLITE_OPEN_READWRITE
        case .readWriteCreating: mode = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        }
        let flags = mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let database = unsafe opened else {
            let error = unsafe SQLiteError.of(code, "sqlite3_open_v2", opened)
            unsafe sqlite3_close_v2(opened)
            throw SQLiteError(
                code: error.code, function: error.function, message: "\(error.message): \(path)")
        }
        unsafe pointer = database
        logMeter = nil
    }

    deinit {
        // With statements still alive the connection lives on until the last of them is gone.
        // The hook must not outlive its meter then.
        unsafe sqlite3_wal_hook(pointer, nil, nil)
        unsafe sqlite3_close_v2(pointer)
    }

    /// Runs one or more statements that return nothing of interest. Calls `sqlite3_exec`.
    package func execute(_ sql: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(pointer, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw unsafe SQLiteError.of(code, "sqlite3_exec", pointer) }
    }

    /// Compiles one statement for repeated use. Calls `sqlite3_prepare_v3`.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            pointer, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK else {
            throw unsafe SQLiteError.of(code, "sqlite3_prepare_v3", pointer)
        }
        guard let statement = unsafe prepared else { preconditionFailure("no SQL in: \(sql)") }
        return unsafe Statement(statement, of: pointer)
    }

    /// The first column of the first row as a number; nil without a row.
    package func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// The first column of the first row as text; nil without a row.
    package func text(_ sql: String) throws(SQLiteError) -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.text(0) : nil
    }

    /// How long a call waits for another connection's lock. Calls `sqlite3_busy_timeout`.
    package func setBusyTimeout(milliseconds: Int) throws(SQLiteError) {
        let code = unsafe sqlite3_busy_timeout(pointer, Int32(milliseconds))
        guard code == SQLITE_OK else {
            throw unsafe SQLiteError.of(code, "sqlite3_busy_timeout", pointer)
        }
    }

    /// Rows changed by the last statement. Calls `sqlite3_changes64`.
    package var changeCount: Int64 { unsafe sqlite3_changes64(pointer) }

    /// The extended code of the last call that failed. Calls `sqlite3_extended_errcode`.
    package var lastErrorCode: Int32 { unsafe sqlite3_extended_errcode(pointer) }

    /// Whether a transaction is open: SQLite ends one by itself on some failures. Calls
    /// `sqlite3_get_autocommit`.
    package var isInTransaction: Bool { unsafe sqlite3_get_autocommit(pointer) == 0 }

    /// A run-time limit that can be lowered.
    package enum Limit: Sendable {
        /// Largest text, blob or row, in bytes.
        case valueBytes
        /// Largest statement, in bytes.
        case statementBytes

        var code: Int32 {
            switch self {
            case .valueBytes: SQLITE_LIMIT_LENGTH
            case .statementBytes: SQLITE_LIMIT_SQL_LENGTH
            }
        }
    }

    /// Lowers a limit; the previous value is returned. Calls `sqlite3_limit`.
    @discardableResult
    package func setLimit(_ limit: Limit, to value: Int) -> Int {
        Int(unsafe sqlite3_limit(pointer, limit.code, Int32(value)))
    }

    /// Closing this connection makes no checkpoint and leaves the WAL where it is. Calls
    /// `sqlite3_db_config` with `SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE`.
    package func keepLogOnClose() throws(SQLiteError) {
        let code = unsafe baton_sqlite3_keep_log_on_close(pointer)
        guard code == SQLITE_OK else {
            throw unsafe SQLiteError.of(code, "sqlite3_db_config", pointer)
        }
    }

    /// Stops SQLite from making checkpoints by itself inside a commit, and starts counting what
    /// they would copy, for `framesInLog`. Calls `sqlite3_wal_hook`.
    package mutating func useManualCheckpoints() {
        let meter = LogMeter()
        logMeter = meter
        // The connection keeps a plain pointer; `logMeter` keeps the object alive as long.
        unsafe sqlite3_wal_hook(
            pointer,
            { context, _, _, frames in
                guard let context = unsafe context else { return SQLITE_OK }
                let meter = unsafe Unmanaged<LogMeter>.fromOpaque(context).takeUnretainedValue()
                meter.frames = Int(frames)
                return SQLITE_OK
            }, Unmanaged.passUnretained(meter).toOpaque())
    }

    /// Frames in the WAL after the last commit of this connection; 0 before the first one, and
    /// without manual checkpoints.
    package var framesInLog: Int { logMeter?.frames ?? 0 }

    /// How a checkpoint copies the WAL into the database file.
    package enum CheckpointMode: Sendable {
        /// As far as possible without waiting for anybody.
        case passive
        /// All of it, waiting for readers, and then cuts the WAL file to nothing.
        case truncate

        var code: Int32 {
            switch self {
            case .passive: SQLITE_CHECKPOINT_PASSIVE
            case .truncate: SQLITE_CHECKPOINT_TRUNCATE
            }
        }
    }

    /// What a checkpoint achieved.
    package struct Checkpoint: Hashable, Sendable {
        /// A reader or writer was in the way, beyond the busy timeout: the WAL is not empty.
        package let wasBlocked: Bool
        /// Frames in the WAL, and how many of them are in the database file too.
        package let framesInLog: Int
        package let framesCopied: Int
    }

    /// Copies the WAL into the database file, both synced. Calls `sqlite3_wal_checkpoint_v2`.
    package func checkpoint(_ mode: CheckpointMode) throws(SQLiteError) -> Checkpoint {
        var frames: Int32 = 0
        var copied: Int32 = 0
        let code = unsafe sqlite3_wal_checkpoint_v2(pointer, nil, mode.code, &frames, &copied)
        guard code == SQLITE_OK || code & 0xff == SQLITE_BUSY else {
            throw unsafe SQLiteError.of(code, "sqlite3_wal_checkpoint_v2", pointer)
        }
        return Checkpoint(
            wasBlocked: code != SQLITE_OK, framesInLog: Int(frames), framesCopied: Int(copied))
    }
}

/// Where SQLite's hook leaves the length of the WAL.
private final class LogMeter {
    var frames = 0
}
