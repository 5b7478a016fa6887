// The one error of this layer: which SQLite function failed, with what code, in whose words.
import CSQLite

/// A SQLite call that failed because of the world (a full disk, a damaged or locked file).
package struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The extended result code, such as `SQLITE_IOERR_FSYNC`.
    package let code: Int32

    /// The C function that failed, such as `sqlite3_step`.
    package let function: String

    /// SQLite's own text.
    package let message: String

    package init(code: Int32, function: String, message: String) {
        self.code = code
        self.function = function
        self.message = message
    }

    /// The lower byte of the code, such as `SQLITE_IOERR`.
    package var primaryCode: Int32 { code & 0xff }

    /// A uniqueness or check constraint, or a trigger, refused a change.
    package var isConstraint: Bool { primaryCode == SQLITE_CONSTRAINT }

    /// A row of that primary key is there already.
    package var isTakenKey: Bool {
        code == baton_sqlite3_constraint_primary_key || code == baton_sqlite3_constraint_rowid
    }

    /// Another connection is in the way.
    package var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }

    /// The disk, or the allowed number of pages, is full.
    package var isFull: Bool { primaryCode == SQLITE_FULL }

    package var description: String { "\(function): \(message) (SQLite code \(code))" }

    /// Makes the error of a call on a connection. Traps on codes that mean a bug in our code.
    static func of(
        _ code: Int32, _ function: String, _ database: OpaquePointer?,
    ) -> SQLiteError {
        let text =
            unsafe database.flatMap { unsafe sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        let message = unsafe text.map { unsafe String(cString: $0) } ?? "code \(code)"
        precondition(
            code & 0xff != SQLITE_MISUSE && code & 0xff != SQLITE_RANGE,
            "\(function) was called wrongly: \(message)")
        let extended = unsafe database.map { unsafe sqlite3_extended_errcode($0) } ?? code
        // Some calls return a code without setting it on the connection.
        return SQLiteError(
            code: extended & 0xff == code & 0xff ? extended : code, function: function,
            message: message)
    }
}
