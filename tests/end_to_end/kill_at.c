/* Counts a process's writes, renames, links, removals and syncs below one folder, and kills it at the n-th.
 *
 * Loaded with LD_PRELOAD into a run. KILL_FOLDER names the folder, KILL_AT the n (0: only count), KILL_COUNT a
 * file that gets the count so far, so that the test knows how far a whole run goes. With KILL_ONLY only renames,
 * links and removals of paths that hold that text count: these come in the same order in every run.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long seen;

static void count(void) {
    long n = atomic_fetch_add(&seen, 1) + 1;
    const char *at = getenv("KILL_AT");
    if (at && atol(at) == n) kill(getpid(), SIGKILL);
}

static void count_fd(int fd) {
    const char *folder = getenv("KILL_FOLDER");
    char link[64], path[4096];
    if (!folder || getenv("KILL_ONLY")) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0) return;
    path[n] = 0;
    if (strncmp(path, folder, strlen(folder)) == 0) count();
}

static void count_path(const char *path) {
    const char *folder = getenv("KILL_FOLDER");
    const char *only = getenv("KILL_ONLY");
    if (!folder || strncmp(path, folder, strlen(folder)) != 0) return;
    if (!only || strstr(path, only)) count();
}

__attribute__((destructor)) static void say(void) {
    const char *file = getenv("KILL_COUNT");
    if (!file) return;
    FILE *out = fopen(file, "w");
    if (!out) return;
    fprintf(out, "%ld\n", atomic_load(&seen));
    fclose(out);
}

void _exit(int code) {
    void (*real)(int) __attribute__((noreturn)) = dlsym(RTLD_NEXT, "_exit");
    say();
    real(code);
}

#define REAL(name) __typeof__(name) *real = dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *data, size_t n) { REAL(write); count_fd(fd); return real(fd, data, n); }
ssize_t pwrite(int fd, const void *data, size_t n, off_t at) { REAL(pwrite); count_fd(fd); return real(fd, data, n, at); }
ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) { REAL(pwrite64); count_fd(fd); return real(fd, data, n, at); }
int fsync(int fd) { REAL(fsync); count_fd(fd); return real(fd); }
int fdatasync(int fd) { REAL(fdatasync); count_fd(fd); return real(fd); }
int ftruncate(int fd, off_t n) { REAL(ftruncate); count_fd(fd); return real(fd, n); }
int ftruncate64(int fd, off64_t n) { REAL(ftruncate64); count_fd(fd); return real(fd, n); }
int rename(const char *from, const char *to) { REAL(rename); count_path(to); return real(from, to); }
int renameat(int a, const char *from, int b, const char *to) { REAL(renameat); count_path(to); return real(a, from, b, to); }
int unlink(const char *path) { REAL(unlink); count_path(path); return real(path); }
int rmdir(const char *path) { REAL(rmdir); count_path(path); return real(path); }
int symlink(const char *to, const char *path) { REAL(symlink); count_path(path); return real(to, path); }
