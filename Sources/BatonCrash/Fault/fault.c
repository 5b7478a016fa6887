// A library for LD_PRELOAD that stands between a program and its files: it writes down in which
// order writes, syncs and messages happen, lets a chosen call fail, and keeps beside each file an
// image of what a loss of power would leave of it.
//
// Steered by the environment:
//   BATON_FAULT_ROOT    files below this folder are watched, but for *-shm, which SQLite makes anew
//   BATON_FAULT_LOG     where the order is written down, one line a call
//   BATON_FAULT_SHADOW  folder of the images; a write gets into one only with the sync after it
//   BATON_FAULT         CALL:ERROR:NUMBER[+][:PATH], such as write:ENOSPC:17 or sync:LIE:1+:db-wal.
//                       CALL is write or sync, ERROR an errno or LIE (a sync that does nothing) or
//                       SHORT (a write that writes half); the call of that number, with + all from
//                       it on, of files whose path contains PATH (journal.db)
//   BATON_FAULT_PAUSE_MS  how long a sync takes beyond what it takes, so that whoever does not wait
//                       for it is seen
//
// Names (made, renamed, removed) count as durable at once; what is not modelled cannot be tested.
#define _GNU_SOURCE
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { FILES_MAX = 256, DESCRIPTORS_MAX = 4096, PATH_BYTES_MAX = 1024 };

struct range {
    off_t start, end;
};

// One watched file, whatever number of descriptors lead to it.
struct file {
    char path[PATH_BYTES_MAX];
    int shadow;
    int users;
    struct range *dirty;
    size_t count, room;
};

static struct file files[FILES_MAX];
static struct file *by_descriptor[DESCRIPTORS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const char *root, *shadows;
static int log_descriptor = -1;
static long pause_ms;

enum fault_call { CALL_NONE, CALL_WRITE, CALL_SYNC };
enum { LIE = -1, SHORT = -2 };
static struct {
    enum fault_call call;
    int error;
    long number;
    int onward;
    char path[128];
    long seen;
} fault;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);

// MARK: Start

static int error_number(const char *name) {
    if (strcmp(name, "LIE") == 0) return LIE;
    if (strcmp(name, "SHORT") == 0) return SHORT;
    if (strcmp(name, "ENOSPC") == 0) return ENOSPC;
    if (strcmp(name, "EROFS") == 0) return EROFS;
    if (strcmp(name, "EDQUOT") == 0) return EDQUOT;
    return EIO;
}

static void read_fault(void) {
    const char *text = getenv("BATON_FAULT");
    char call[16] = "", error[16] = "", number[24] = "";
    if (text == NULL) return;
    snprintf(fault.path, sizeof fault.path, "journal.db");
    if (sscanf(text, "%15[^:]:%15[^:]:%23[^:]:%127s", call, error, number, fault.path) < 3) {
        fprintf(stderr, "BATON_FAULT is not CALL:ERROR:NUMBER: %s\n", text);
        _exit(64);
    }
    fault.call = strcmp(call, "sync") == 0 ? CALL_SYNC : CALL_WRITE;
    fault.error = error_number(error);
    fault.number = strtol(number, NULL, 10);
    fault.onward = strchr(number, '+') != NULL;
}

static void note(const char *format, ...) {
    char line[PATH_BYTES_MAX + 128];
    va_list values;
    if (log_descriptor < 0) return;
    va_start(values, format);
    int length = vsnprintf(line, sizeof line, format, values);
    va_end(values);
    // A log that cannot be written proves nothing, which the reader of it will notice.
    if (length > 0 && real_write(log_descriptor, line, (size_t)length) < 0) return;
}

static void start(void) {
    real_open = dlsym(RTLD_NEXT, "open64");
    real_close = dlsym(RTLD_NEXT, "close");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_writev = dlsym(RTLD_NEXT, "writev");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_send = dlsym(RTLD_NEXT, "send");
    real_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
    root = getenv("BATON_FAULT_ROOT");
    shadows = getenv("BATON_FAULT_SHADOW");
    const char *log = getenv("BATON_FAULT_LOG");
    if (log != NULL) {
        log_descriptor = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    const char *pause = getenv("BATON_FAULT_PAUSE_MS");
    if (pause != NULL) pause_ms = strtol(pause, NULL, 10);
    read_fault();
    note("P %d\n", (int)getpid());
}

static void begin(void) { pthread_once(&once, start); }

// MARK: Files and their images

static int is_watched(const char *path) {
    size_t length = strlen(path), under = root == NULL ? 0 : strlen(root);
    if (under == 0 || length <= under || length >= PATH_BYTES_MAX) return 0;
    if (strncmp(path, root, under) != 0 || path[under] != '/') return 0;
    return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static const char *short_name(const char *path) { return path + strlen(root) + 1; }

// The image of a file: its path below the root, with % for each slash.
static void shadow_path(const char *path, char *result) {
    int used = snprintf(result, PATH_BYTES_MAX * 2, "%s/", shadows);
    for (const char *at = short_name(path); *at != 0; at++) result[used++] = *at == '/' ? '%' : *at;
    result[used] = 0;
}

static void copy_whole(int from, int to) {
    char buffer[1 << 16];
    off_t at = 0;
    ssize_t got;
    while ((got = pread(from, buffer, sizeof buffer, at)) > 0) {
        if (real_pwrite(to, buffer, (size_t)got, at) != got) _exit(70);
        at += got;
    }
    if (real_ftruncate(to, at) != 0) _exit(70);
}

// What a file holds when it is first seen counts as durable.
static int open_shadow(const char *path) {
    char image[PATH_BYTES_MAX * 2];
    if (shadows == NULL) return -1;
    shadow_path(path, image);
    int isNew = access(image, F_OK) != 0;
    int shadow = real_open(image, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (shadow < 0) _exit(70);
    if (isNew) {
        int source = real_open(path, O_RDONLY | O_CLOEXEC);
        if (source >= 0) {
            copy_whole(source, shadow);
            real_close(source);
        }
    }
    return shadow;
}

// Called before the file is opened, so that O_TRUNC does not empty the image.
static struct file *watch(const char *path) {
    struct file *empty = NULL;
    for (int index = 0; index < FILES_MAX; index++) {
        struct file *file = &files[index];
        if (file->users > 0 && strcmp(file->path, path) == 0) {
            file->users++;
            return file;
        }
        if (file->users == 0 && empty == NULL) empty = file;
    }
    if (empty == NULL) _exit(70);
    snprintf(empty->path, sizeof empty->path, "%s", path);
    empty->shadow = open_shadow(path);
    empty->users = 1;
    empty->count = 0;
    return empty;
}

static void unwatch(struct file *file) {
    if (--file->users > 0) return;
    if (file->shadow >= 0) real_close(file->shadow);
    file->shadow = -1;
    free(file->dirty);
    file->dirty = NULL;
    file->count = file->room = 0;
}

static struct file *file_of(int descriptor) {
    return descriptor >= 0 && descriptor < DESCRIPTORS_MAX ? by_descriptor[descriptor] : NULL;
}

static void mark(struct file *file, off_t start, off_t end) {
    if (file->count > 0 && file->dirty[file->count - 1].end == start) {
        file->dirty[file->count - 1].end = end;
        return;
    }
    if (file->count == file->room) {
        file->room = file->room == 0 ? 64 : file->room * 2;
        file->dirty = realloc(file->dirty, file->room * sizeof *file->dirty);
        if (file->dirty == NULL) _exit(70);
    }
    file->dirty[file->count++] = (struct range){start, end};
}

// MARK: What the bytes say

static long long number_after(const char *bytes, size_t length, size_t *at) {
    long long value = -1;
    while (*at < length && isdigit((unsigned char)bytes[*at])) {
        value = (value < 0 ? 0 : value) * 10 + (bytes[*at] - '0');
        (*at)++;
    }
    return value;
}

// The largest number that stands behind a text; -1 when the text is not there.
static long long largest_after(const char *bytes, size_t length, const char *text) {
    size_t size = strlen(text);
    long long largest = -1;
    for (size_t at = 0; at + size < length;) {
        const char *found = memmem(bytes + at, length - at, text, size);
        if (found == NULL) break;
        at = (size_t)(found - bytes) + size;
        long long value = number_after(bytes, length, &at);
        if (value > largest) largest = value;
    }
    return largest;
}

static const char leaf_start[] = "{\"v\":1,\"seq\":";

// How many events must be durable for a message to be true: a reply's count, the event that a
// fencing token is the number of, the last event shown.
static long long events_told(const char *bytes, size_t length) {
    long long told = -1;
    for (size_t at = 0; at + 5 < length;) {
        const char *found = memmem(bytes + at, length - at, "\"re\":", 5);
        if (found == NULL) break;
        at = (size_t)(found - bytes) + 5;
        number_after(bytes, length, &at);
        if (length - at < 8 || memcmp(bytes + at, ",\"seq\":", 7) != 0) continue;
        at += 7;
        long long count = number_after(bytes, length, &at);
        if (count > told) told = count;
    }
    long long token = largest_after(bytes, length, "\"token\":");
    if (token >= told) told = token + 1;
    long long leaf = largest_after(bytes, length, leaf_start);
    return leaf >= told ? leaf + 1 : told;
}

// MARK: Faults

static int takes_fault(enum fault_call call, const char *path) {
    if (fault.call != call || strstr(path, fault.path) == NULL) return 0;
    fault.seen++;
    int hits = fault.onward ? fault.seen >= fault.number : fault.seen == fault.number;
    if (hits) note("F %s %ld\n", short_name(path), fault.seen);
    return hits ? fault.error : 0;
}

// MARK: Writing

static ssize_t write_at(int descriptor, struct file *file, const void *bytes, size_t length,
                        off_t at) {
    pthread_mutex_lock(&lock);
    int error = takes_fault(CALL_WRITE, file->path);
    if (error > 0) {
        pthread_mutex_unlock(&lock);
        errno = error;
        return -1;
    }
    // Of the whole: the cut may go through the number, and the rest follows before any sync.
    long long leaf = largest_after(bytes, length, leaf_start);
    if (error == SHORT && length > 1) length /= 2;
    ssize_t written = real_pwrite(descriptor, bytes, length, at);
    int code = errno;
    if (written > 0) mark(file, at, at + written);
    note("W %s %lld %zd %lld\n", short_name(file->path), (long long)at, written, leaf);
    pthread_mutex_unlock(&lock);
    errno = code;
    return written;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off_t at) {
    begin();
    struct file *file = file_of(descriptor);
    if (file == NULL) return real_pwrite(descriptor, bytes, length, at);
    return write_at(descriptor, file, bytes, length, at);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t at) {
    return pwrite64(descriptor, bytes, length, at);
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    begin();
    struct file *file = file_of(descriptor);
    if (file == NULL) return real_write(descriptor, bytes, length);
    int appends = (fcntl(descriptor, F_GETFL) & O_APPEND) != 0;
    off_t at = lseek(descriptor, 0, appends ? SEEK_END : SEEK_CUR);
    ssize_t written = write_at(descriptor, file, bytes, length, at);
    if (written > 0) lseek(descriptor, at + written, SEEK_SET);
    return written;
}

ssize_t writev(int descriptor, const struct iovec *pieces, int count) {
    begin();
    if (file_of(descriptor) == NULL) return real_writev(descriptor, pieces, count);
    ssize_t total = 0;
    for (int index = 0; index < count; index++) {
        ssize_t written = write(descriptor, pieces[index].iov_base, pieces[index].iov_len);
        if (written < 0) return total > 0 ? total : -1;
        total += written;
        if ((size_t)written < pieces[index].iov_len) break;
    }
    return total;
}

int ftruncate64(int descriptor, off_t length) {
    begin();
    struct file *file = file_of(descriptor);
    if (file == NULL) return real_ftruncate(descriptor, length);
    pthread_mutex_lock(&lock);
    int result = real_ftruncate(descriptor, length);
    note("T %s %lld\n", short_name(file->path), (long long)length);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int descriptor, off_t length) { return ftruncate64(descriptor, length); }

// MARK: Syncing

// What a sync covers, taken when it begins: what is written while it runs is not promised.
struct covered {
    struct range *ranges;
    char **bytes;
    size_t count;
    off_t size;
};

static struct covered take_dirty(int descriptor, struct file *file) {
    struct stat status;
    struct covered covered = {file->dirty, NULL, file->count, 0};
    file->dirty = NULL;
    file->count = file->room = 0;
    if (fstat(descriptor, &status) == 0) covered.size = status.st_size;
    if (file->shadow < 0) return covered;
    // Not every descriptor can be read. SQLite's can, and no other may be opened and closed on its
    // files: the process would lose its locks on them.
    int canRead = (fcntl(descriptor, F_GETFL) & O_ACCMODE) != O_WRONLY;
    int source = canRead ? descriptor : real_open(file->path, O_RDONLY | O_CLOEXEC);
    covered.bytes = calloc(covered.count + 1, sizeof *covered.bytes);
    for (size_t index = 0; index < covered.count; index++) {
        struct range range = covered.ranges[index];
        size_t length = (size_t)(range.end - range.start);
        covered.bytes[index] = malloc(length);
        ssize_t got = pread(source, covered.bytes[index], length, range.start);
        // Cut off since it was written: nothing of it is left to keep.
        covered.ranges[index].end = range.start + (got > 0 ? got : 0);
    }
    if (!canRead && source >= 0) real_close(source);
    return covered;
}

static void put_into_shadow(struct file *file, struct covered *covered, int isDurable) {
    for (size_t index = 0; covered->bytes != NULL && index < covered->count; index++) {
        struct range range = covered->ranges[index];
        size_t length = (size_t)(range.end - range.start);
        if (isDurable && file->shadow >= 0 && length > 0 &&
            real_pwrite(file->shadow, covered->bytes[index], length, range.start) < 0) _exit(70);
        free(covered->bytes[index]);
    }
    if (isDurable && file->shadow >= 0 && real_ftruncate(file->shadow, covered->size) != 0) {
        _exit(70);
    }
    free(covered->bytes);
    free(covered->ranges);
}

// The lock is not held while the disk works: a message sent meanwhile must show in its place.
static int sync_file(int descriptor, struct file *file, int (*real)(int)) {
    pthread_mutex_lock(&lock);
    int error = takes_fault(CALL_SYNC, file->path);
    if (error == LIE) {
        pthread_mutex_unlock(&lock);
        return 0;
    }
    struct covered covered = take_dirty(descriptor, file);
    pthread_mutex_unlock(&lock);
    if (pause_ms > 0) {
        struct timespec wait = {pause_ms / 1000, pause_ms % 1000 * 1000000};
        nanosleep(&wait, NULL);
    }
    int result = error > 0 ? -1 : real(descriptor);
    int code = error > 0 ? error : errno;
    pthread_mutex_lock(&lock);
    // After a sync that failed the kernel takes the pages for clean: they never reach the disk.
    put_into_shadow(file, &covered, result == 0);
    note("S %s %d\n", short_name(file->path), result);
    pthread_mutex_unlock(&lock);
    errno = code;
    return result;
}

int fsync(int descriptor) {
    begin();
    struct file *file = file_of(descriptor);
    return file == NULL ? real_fsync(descriptor) : sync_file(descriptor, file, real_fsync);
}

int fdatasync(int descriptor) {
    begin();
    struct file *file = file_of(descriptor);
    return file == NULL ? real_fdatasync(descriptor) : sync_file(descriptor, file, real_fdatasync);
}

// MARK: Names

static int open_watched(const char *path, int flags, mode_t mode) {
    begin();
    int isWritten = (flags & O_ACCMODE) != O_RDONLY && is_watched(path);
    struct stat status;
    if (isWritten && stat(path, &status) == 0 && !S_ISREG(status.st_mode)) isWritten = 0;
    if (!isWritten) return real_open(path, flags, mode);
    pthread_mutex_lock(&lock);
    struct file *file = watch(path);
    int descriptor = real_open(path, flags, mode);
    int code = errno;
    if (descriptor < 0 || descriptor >= DESCRIPTORS_MAX) {
        unwatch(file);
    } else {
        by_descriptor[descriptor] = file;
    }
    pthread_mutex_unlock(&lock);
    errno = code;
    return descriptor;
}

#define MODE_OF(flags, mode)                                                                       \
    mode_t mode = 0;                                                                               \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                       \
        va_list values;                                                                            \
        va_start(values, flags);                                                                   \
        mode = va_arg(values, mode_t);                                                             \
        va_end(values);                                                                            \
    }

int open64(const char *path, int flags, ...) {
    MODE_OF(flags, mode)
    return open_watched(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    MODE_OF(flags, mode)
    return open_watched(path, flags, mode);
}

int __open64_2(const char *path, int flags) { return open_watched(path, flags, 0); }

int __open_2(const char *path, int flags) { return open_watched(path, flags, 0); }

int close(int descriptor) {
    begin();
    struct file *file = file_of(descriptor);
    if (file == NULL) return real_close(descriptor);
    pthread_mutex_lock(&lock);
    by_descriptor[descriptor] = NULL;
    unwatch(file);
    pthread_mutex_unlock(&lock);
    return real_close(descriptor);
}

int rename(const char *from, const char *to) {
    begin();
    if (!is_watched(from) || !is_watched(to)) return real_rename(from, to);
    pthread_mutex_lock(&lock);
    int result = real_rename(from, to);
    int code = errno;
    if (result == 0 && shadows != NULL) {
        char old[PATH_BYTES_MAX * 2], new[PATH_BYTES_MAX * 2];
        shadow_path(from, old);
        shadow_path(to, new);
        real_rename(old, new);
    }
    for (int index = 0; result == 0 && index < FILES_MAX; index++) {
        struct file *file = &files[index];
        if (file->users > 0 && strcmp(file->path, from) == 0) {
            snprintf(file->path, sizeof file->path, "%s", to);
        }
    }
    pthread_mutex_unlock(&lock);
    errno = code;
    return result;
}

int unlink(const char *path) {
    begin();
    int result = real_unlink(path);
    if (result == 0 && shadows != NULL && is_watched(path)) {
        char image[PATH_BYTES_MAX * 2];
        shadow_path(path, image);
        real_unlink(image);
    }
    return result;
}

// MARK: Messages

static void tell(const void *bytes, size_t length) {
    if (log_descriptor < 0 || bytes == NULL) return;
    long long told = events_told(bytes, length);
    pthread_mutex_lock(&lock);
    if (told >= 0) note("R %zu %lld\n", length, told);
    pthread_mutex_unlock(&lock);
}

ssize_t send(int descriptor, const void *bytes, size_t length, int flags) {
    begin();
    tell(bytes, length);
    return real_send(descriptor, bytes, length, flags);
}

ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags) {
    begin();
    for (size_t index = 0; index < message->msg_iovlen; index++) {
        tell(message->msg_iov[index].iov_base, message->msg_iov[index].iov_len);
    }
    return real_sendmsg(descriptor, message, flags);
}
