/* Answers as if it were DAYS_FROM_NOW days later, and lets every wait take as long as ever. For LD_PRELOAD.
 *
 * The clock of days and the times of files are moved; what counts from the start of the machine stays. A wait until an
 * absolute time of the clock of days is waited for by the kernel, which knows nothing of this, and is moved back. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t moved_by(void) {
    static time_t seconds = -1;
    if (seconds == -1) {
        const char *days = getenv("DAYS_FROM_NOW");
        seconds = days ? atol(days) * 86400 : 0;
    }
    return seconds;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, which, now);
    if (!failed && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) now->tv_sec += moved_by();
    return failed;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec moved;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &moved);
    now->tv_sec = moved.tv_sec;
    now->tv_usec = moved.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *also) {
    struct timespec moved;
    clock_gettime(CLOCK_REALTIME, &moved);
    if (also) *also = moved.tv_sec;
    return moved.tv_sec;
}

/* The other clock counts from the start of the machine: half of today's date is beyond any time of it. */
static struct timespec as_the_kernel_counts(const struct timespec *until) {
    struct timespec now, back = *until;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    if (until->tv_sec > now.tv_sec / 2) back.tv_sec -= moved_by();
    return back;
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *held, const struct timespec *until) {
    static int (*theirs)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    struct timespec back = as_the_kernel_counts(until);
    if (!theirs) theirs = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    return theirs(condition, held, &back);
}

int sem_timedwait(sem_t *semaphore, const struct timespec *until) {
    static int (*theirs)(sem_t *, const struct timespec *);
    struct timespec back = as_the_kernel_counts(until);
    if (!theirs) theirs = dlsym(RTLD_NEXT, "sem_timedwait");
    return theirs(semaphore, &back);
}

/* A file's times are kept by the kernel too: read, they are moved; set, moved back. */
static int seen(int failed, struct stat *file) {
    if (!failed) {
        file->st_atim.tv_sec += moved_by();
        file->st_mtim.tv_sec += moved_by();
        file->st_ctim.tv_sec += moved_by();
    }
    return failed;
}

int fstatat(int folder, const char *path, struct stat *file, int flags) {
    return seen(syscall(SYS_newfstatat, folder, path, file, flags), file);
}
int stat(const char *path, struct stat *file) { return seen(syscall(SYS_newfstatat, AT_FDCWD, path, file, 0), file); }
int lstat(const char *path, struct stat *file) {
    return seen(syscall(SYS_newfstatat, AT_FDCWD, path, file, AT_SYMLINK_NOFOLLOW), file);
}
int fstat(int open, struct stat *file) { return seen(syscall(SYS_fstat, open, file), file); }

/* On 64 bits the same under another name. */
int fstatat64(int, const char *, struct stat64 *, int) __attribute__((alias("fstatat")));
int stat64(const char *, struct stat64 *) __attribute__((alias("stat")));
int lstat64(const char *, struct stat64 *) __attribute__((alias("lstat")));
int fstat64(int, struct stat64 *) __attribute__((alias("fstat")));

int statx(int folder, const char *path, int flags, unsigned int mask, struct statx *file) {
    int failed = syscall(SYS_statx, folder, path, flags, mask, file);
    if (!failed) {
        file->stx_atime.tv_sec += moved_by();
        file->stx_btime.tv_sec += moved_by();
        file->stx_ctime.tv_sec += moved_by();
        file->stx_mtime.tv_sec += moved_by();
    }
    return failed;
}

static int set(int folder, const char *path, const struct timespec times[2], int flags) {
    struct timespec back[2];
    for (int each = 0; times && each < 2; each++) {
        back[each] = times[each];
        if (back[each].tv_nsec != UTIME_NOW && back[each].tv_nsec != UTIME_OMIT) back[each].tv_sec -= moved_by();
    }
    return syscall(SYS_utimensat, folder, path, times ? back : NULL, flags);
}
int utimensat(int folder, const char *path, const struct timespec times[2], int flags) {
    return set(folder, path, times, flags);
}
int futimens(int open, const struct timespec times[2]) { return set(open, NULL, times, 0); }
