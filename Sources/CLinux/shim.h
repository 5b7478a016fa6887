// The Linux calls that Swift's Glibc module does not list, and the macros Swift cannot see.
#include <malloc.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>

// glibc declares these under _GNU_SOURCE only, which a module cannot set for headers that another
// module has read first.
int pipe2(int ends[2], int flags);
int pthread_setname_np(pthread_t thread, const char *name);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// POSIX_SPAWN_SETSID, hidden likewise.
#define BATON_SPAWN_SETSID 0x80

static inline int baton_wait_exited(int status) { return WIFEXITED(status); }
static inline int baton_wait_exit_code(int status) { return WEXITSTATUS(status); }
static inline int baton_wait_signalled(int status) { return WIFSIGNALED(status); }
static inline int baton_wait_signal(int status) { return WTERMSIG(status); }

static inline int baton_window_size(int fd, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0) return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}
