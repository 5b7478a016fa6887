// A compiled statement: values in, rows out.
import CSQLite

/// One prepared statement, used on its connection's thread, finalised when it goes out of scope.
///
/// It may outlive its `Database`: SQLite keeps the connection open for it.
@safe
package struct Statement: ~Copyable {
    private let pointer: OpaquePointer
    private let database: OpaquePointer

    init(_ pointer: OpaquePointer, of database: OpaquePointer) {
        unsafe self.pointer = pointer
        unsafe self.database = database
    }

    deinit { unsafe sqlite3_finalize(pointer) }

    // MARK: Values in; places count from 1, as `?1` does.

    /// Calls `sqlite3_bind_int64`.
    package func bind(_ value: Int64, at place: Int32) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_int64(pointer, place, value), "sqlite3_bind_int64")
    }

    /// Copies the text. Calls `sqlite3_bind_text64`.
    package func bind(_ value: String, at place: Int32) throws(SQLiteError) {
        var value = value
        let code = value.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) {
                // An empty text has no address, and no address would mean null.
                unsafe $0.isEmpty
                    ? baton_sqlite3_bind_text_copy(pointer, place, "", 0)
                    : baton_sqlite3_bind_text_copy(
                        pointer, place, $0.baseAddress, UInt64($0.count))
            }
        }
        try check(code, "sqlite3_bind_text64")
    }

    /// Copies the bytes. Calls `sqlite3_bind_blob64`.
    package func bind(_ value: [UInt8], at place: Int32) throws(SQLiteError) {
        let code = unsafe (value.isEmpty ? [0] : value).withUnsafeBytes {
            unsafe baton_sqlite3_bind_blob_copy(
                pointer, place, $0.baseAddress, UInt64(value.count))
        }
        try check(code, "sqlite3_bind_blob64")
    }

    /// Calls `sqlite3_bind_null`.
    package func bindNull(at place: Int32) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_null(pointer, place), "sqlite3_bind_null")
    }

    /// What bytes are to SQLite.
    package enum ByteKind: Sendable {
        case blob
        /// They must be UTF-8; SQLite does not look.
        case text
    }

    /// Runs the statement to its end once, with one value taken from where it lies. The other
    /// values are bound before. Resets the statement whatever happens.
    ///
    /// SQLite reads the bytes while it steps; the value is unbound again before this returns, so
    /// no copy is needed.
    package func run(
        borrowing bytes: [UInt8], as kind: ByteKind, at place: Int32,
    ) throws(SQLiteError) {
        let (bound, stepped): (Int32, Int32) = unsafe bytes.withUnsafeBytes { raw in
            var empty: UInt8 = 0
            return unsafe withUnsafePointer(to: &empty) { zero in
                let start = unsafe raw.baseAddress ?? UnsafeRawPointer(zero)
                let count = UInt64(raw.count)
                let bound: Int32
                switch kind {
                case .blob:
                    bound = unsafe baton_sqlite3_bind_blob_borrowed(pointer, place, start, count)
                case .text:
                    bound = unsafe baton_sqlite3_bind_text_borrowed(
                        pointer, place, start.assumingMemoryBound(to: CChar.self), count)
                }
                guard bound == SQLITE_OK else { return (bound, SQLITE_DONE) }
                var stepped = unsafe sqlite3_step(pointer)
                while stepped == SQLITE_ROW { stepped = unsafe sqlite3_step(pointer) }
                return (bound, stepped)
            }
        }
        let failure =
            bound != SQLITE_OK
            ? unsafe SQLiteError.of(bound, "sqlite3_bind", database)
            : stepped != SQLITE_DONE
                ? unsafe SQLiteError.of(stepped, "sqlite3_step", database) : nil
        reset()
        unsafe sqlite3_bind_null(pointer, place)
        if let failure { throw failure }
    }

    // MARK: Steps

    /// Goes to the next row; false when there is none left. Calls `sqlite3_step`.
    package func step() throws(SQLiteError) -> Bool {
        let code = unsafe sqlite3_step(pointer)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw unsafe SQLiteError.of(code, "sqlite3_step", database)
    }

    /// Runs the statement to its end and resets it, whatever happens.
    package func run() throws(SQLiteError) {
        defer { reset() }
        while try step() {}
    }

    /// Makes the statement ready to run again, with the same values; also ends its reading
    /// transaction. Calls `sqlite3_reset`.
    package func reset() {
        // It repeats the code of the step before, which has been reported.
        unsafe sqlite3_reset(pointer)
    }

    // MARK: Columns of the row; they count from 0.

    /// Calls `sqlite3_column_int64`.
    package func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(pointer, column) }

    /// The bytes of a blob or a text, copied; empty for null. Calls `sqlite3_column_blob`.
    package func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(pointer, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(pointer, column))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Lends the bytes of a blob or a text where they lie, until the next step.
    package func withBytes<Value>(_ column: Int32, _ body: (RawSpan) -> Value) -> Value {
        guard let start = unsafe sqlite3_column_blob(pointer, column) else {
            return body(RawSpan())
        }
        let count = Int(unsafe sqlite3_column_bytes(pointer, column))
        return unsafe body(UnsafeRawBufferPointer(start: start, count: count).bytes)
    }

    /// How many bytes a blob or text has, without copying it. Calls `sqlite3_column_bytes`.
    package func byteCount(_ column: Int32) -> Int {
        // Asked for as a blob first: otherwise the count would be that of a conversion.
        unsafe sqlite3_column_blob(pointer, column)
        return Int(unsafe sqlite3_column_bytes(pointer, column))
    }

    /// A text; empty for null. Calls `sqlite3_column_text`.
    package func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    /// Calls `sqlite3_column_type`.
    package func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(pointer, column) == SQLITE_NULL
    }

    private func check(_ code: Int32, _ function: String) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw unsafe SQLiteError.of(code, function, database) }
    }
}
