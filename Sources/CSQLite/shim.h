#include <sqlite3.h>

// Swift does not import macros built of other macros.
static const int baton_sqlite3_constraint_primary_key = SQLITE_CONSTRAINT_PRIMARYKEY;
static const int baton_sqlite3_constraint_rowid = SQLITE_CONSTRAINT_ROWID;
static const int baton_sqlite3_ioerr_write = SQLITE_IOERR_WRITE;
static const int baton_sqlite3_ioerr_fsync = SQLITE_IOERR_FSYNC;
static const int baton_sqlite3_ioerr_truncate = SQLITE_IOERR_TRUNCATE;

// SQLITE_TRANSIENT is a cast, which Swift cannot see.
static inline int baton_sqlite3_bind_blob_copy(sqlite3_stmt *s, int i, const void *p, sqlite3_uint64 n) {
    return sqlite3_bind_blob64(s, i, p, n, SQLITE_TRANSIENT);
}

static inline int baton_sqlite3_bind_text_copy(sqlite3_stmt *s, int i, const char *p, sqlite3_uint64 n) {
    return sqlite3_bind_text64(s, i, p, n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

// The bytes must stay in place until the statement is reset or bound again.
static inline int baton_sqlite3_bind_blob_borrowed(sqlite3_stmt *s, int i, const void *p, sqlite3_uint64 n) {
    return sqlite3_bind_blob64(s, i, p, n, SQLITE_STATIC);
}

static inline int baton_sqlite3_bind_text_borrowed(sqlite3_stmt *s, int i, const char *p, sqlite3_uint64 n) {
    return sqlite3_bind_text64(s, i, p, n, SQLITE_STATIC, SQLITE_UTF8);
}

// sqlite3_mprintf is variadic, which Swift cannot see. The copy is freed by sqlite3_free.
static inline char *baton_sqlite3_copy(const char *text) { return sqlite3_mprintf("%s", text); }

// sqlite3_db_config is variadic, which Swift cannot see.
static inline int baton_sqlite3_keep_log_on_close(sqlite3 *db) {
    return sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
