// The Linux calls that Swift's Glibc module does not list, and the macros Swift cannot see.
#include <malloc.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

// glibc declares these under _GNU_SOURCE only, which a module cannot set for headers that another
// module has read first.
int pipe2(int ends[2], int flags);
int pthread_setname_np(pthread_t thread, const char *name);
int close_range(unsigned int first, unsigned int last, int flags);

// CLOSE_RANGE_CLOEXEC, hidden likewise.
#define BATON_CLOSE_RANGE_CLOEXEC 4

// What baton_launch starts. The sources of descriptors lie above all targets.
struct baton_launch_plan {
    const char *path;
    char *const *arguments;
    char *const *environment;
    const char *directory;          // null: where we are
    const int *sources;
    const int *targets;
    int count;                      // of sources and targets
    int is_group_leader;
    int is_session_leader;
    int death_signal;               // sent to it when the thread that started it ends; 0: none
    int cgroup;                     // an open cgroup.procs to join by, or -1
};

// The step of a launch that failed.
enum { BATON_STEP_FORK, BATON_STEP_CGROUP, BATON_STEP_DIRECTORY, BATON_STEP_PROGRAM };

struct baton_launch_failure {
    int step;
    int code;                       // errno
};

// Between fork and exec only what is safe in a copy of one thread of many: system calls.
static inline void baton_become(
    const struct baton_launch_plan *plan, pid_t parent, int report) {
    struct baton_launch_failure failure = {BATON_STEP_PROGRAM, 0};
    struct sigaction fresh = {.sa_handler = SIG_DFL};
    for (int number = 1; number < 65; number++) sigaction(number, &fresh, 0);
    if (plan->is_session_leader) setsid();
    if (plan->is_group_leader) setpgid(0, 0);
    if (plan->cgroup >= 0 && write(plan->cgroup, "0", 1) != 1) {
        failure.step = BATON_STEP_CGROUP;
        goto failed;
    }
    if (plan->death_signal != 0) {
        prctl(PR_SET_PDEATHSIG, plan->death_signal);
        // The parent may have ended before the kernel knew whom to tell.
        if (getppid() != parent) _exit(127);
    }
    if (plan->directory != 0 && chdir(plan->directory) != 0) {
        failure.step = BATON_STEP_DIRECTORY;
        goto failed;
    }
    // Closed by exec, not here: the report is among them. Kernels before 5.11 do not know the
    // flag; there descriptors are closed as far as whoever opened them said so.
    close_range(3, ~0U, BATON_CLOSE_RANGE_CLOEXEC);
    for (int index = 0; index < plan->count; index++) {
        if (dup2(plan->sources[index], plan->targets[index]) < 0) goto failed;
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
    execve(plan->path, plan->arguments, plan->environment);
failed:
    failure.code = errno;
    // A parent that has gone needs no report.
    if (write(report, &failure, sizeof failure) < 0) _exit(126);
    _exit(127);
}

// Starts a process: its number, or -1 and what failed.
static inline pid_t baton_launch(
    const struct baton_launch_plan *plan, struct baton_launch_failure *failure) {
    int ends[2];
    failure->step = BATON_STEP_FORK;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        failure->code = errno;
        return -1;
    }
    pid_t parent = getpid();
    // No signal may reach the copy while it still has the handlers of this program.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0) baton_become(plan, parent, ends[1]);
    failure->code = errno;
    pthread_sigmask(SIG_SETMASK, &before, 0);
    close(ends[1]);
    ssize_t count = 0;
    if (child > 0) {
        // Ends without a word when exec has closed the other end.
        do count = read(ends[0], failure, sizeof *failure);
        while (count < 0 && errno == EINTR);
    }
    close(ends[0]);
    if (child > 0 && count > 0) {
        while (waitpid(child, 0, 0) < 0 && errno == EINTR) {}
        return -1;
    }
    return child;
}

// Whether a child has ended, without reaping it: 1, 0, or -1. With `wait`, waits for that.
static inline int baton_has_ended(pid_t child, int wait) {
    siginfo_t info = {0};
    int flags = WEXITED | WNOWAIT | (wait ? 0 : WNOHANG);
    if (waitid(P_PID, child, &info, flags) != 0) return -1;
    return info.si_pid == child;
}

// Whether this process has any child, ended or not.
static inline int baton_has_children(void) {
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0 || errno != ECHILD;
}

static inline int baton_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1); }

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
