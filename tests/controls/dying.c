/* Preloaded into a process, kills it with SIGKILL at its n-th write, cut or sync of a file, or message to a server:
   before it, in its middle or after it. What the kernel was given by then is what a killed process leaves. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long left = -1;
static int how;

void limen_die_at(long steps, int part) { left = steps; how = part; }

static int counts(int handle) {
    struct stat found;
    if (left < 0 || fstat(handle, &found) != 0) return 0;
    if (!S_ISREG(found.st_mode) && !S_ISSOCK(found.st_mode)) return 0;
    return left-- == 0;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRITES(handle, call, half)                \
    if (!counts(handle)) return call;             \
    if (how == 1) half;                           \
    if (how == 2) call;                           \
    die();                                        \
    return -1;
#define ACTS(handle, call)                        \
    if (!counts(handle)) return call;             \
    if (how == 2) call;                           \
    die();                                        \
    return -1;

ssize_t write(int handle, const void *data, size_t size) {
    WRITES(handle, REAL(write)(handle, data, size), REAL(write)(handle, data, size / 2))
}
ssize_t pwrite(int handle, const void *data, size_t size, off_t at) {
    WRITES(handle, REAL(pwrite)(handle, data, size, at), REAL(pwrite)(handle, data, size / 2, at))
}
ssize_t pwrite64(int handle, const void *data, size_t size, off64_t at) {
    WRITES(handle, REAL(pwrite64)(handle, data, size, at), REAL(pwrite64)(handle, data, size / 2, at))
}
ssize_t send(int handle, const void *data, size_t size, int flags) {
    WRITES(handle, REAL(send)(handle, data, size, flags), REAL(send)(handle, data, size / 2, flags))
}
int fsync(int handle) { ACTS(handle, REAL(fsync)(handle)) }
int fdatasync(int handle) { ACTS(handle, REAL(fdatasync)(handle)) }
int ftruncate(int handle, off_t size) { ACTS(handle, REAL(ftruncate)(handle, size)) }
int ftruncate64(int handle, off64_t size) { ACTS(handle, REAL(ftruncate64)(handle, size)) }
