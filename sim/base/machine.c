#include "sim/base/machine.h"

#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"

/* The number that follows `word` at the start of a line; INFINITY where there is none. */
static double file_number(const char *path, const char *word) {
    char line[256];
    double number = INFINITY;
    FILE *file = fopen(path, "r");
    while (file && isinf(number) && fgets(line, sizeof line, file)) {
        size_t length = strlen(word);
        uint64_t value;
        if (strncmp(line, word, length) == 0 && sscanf(line + length, "%" SCNu64, &value) == 1) {
            number = (double)value;
        }
    }
    if (file) { fclose(file); }
    return number;
}

/* What the control group leaves (version 2, or 1), as a container sees it. */
static double group_memory(void) {
    static const char *const file[][2] = {
        {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"},
        {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"}};
    double least = INFINITY;
    for (size_t i = 0; i < 2; i++) {
        double most = file_number(file[i][0], ""), used = file_number(file[i][1], "");
        if (isfinite(most) && isfinite(used)) { least = fmin(least, fmax(0, most - used)); }
    }
    return least;
}

double machine_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double machine_address_space(void) {
    double pages = file_number("/proc/self/statm", "");
    return isfinite(pages) ? pages * (double)sysconf(_SC_PAGESIZE) : 0;
}

double machine_memory(void) {
    double left = 1024 * file_number("/proc/meminfo", "MemAvailable:");
    if (isinf(left)) { left = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE); }
    left = fmin(left, group_memory());
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        left = fmin(left, fmax(0, (double)limit.rlim_cur - machine_address_space()));
    }
    return left;
}

double machine_disk(const char *path) {
    char *copy = memory_copy_text(path);
    struct statvfs disk;
    bool known = statvfs(dirname(copy), &disk) == 0;
    free(copy);
    return known ? (double)disk.f_bavail * (double)disk.f_frsize : INFINITY;
}

const char *machine_bytes(double bytes, char text[MACHINE_TEXT]) {
    const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t u = 0;
    for (; bytes >= 1024 && u < 4; u++) { bytes /= 1024; }
    snprintf(text, MACHINE_TEXT, "%.3g %s", bytes, unit[u]);
    return text;
}

const char *machine_duration(double seconds, char text[MACHINE_TEXT]) {
    const char *unit = seconds < 120 ? "s" : seconds < 7200 ? "min" : "h";
    snprintf(text, MACHINE_TEXT, "%.3g %s", seconds / (seconds < 120 ? 1 : seconds < 7200 ? 60 : 3600), unit);
    return text;
}

/* In bytes; 0 where the text is none of OpenMP's sizes: a number of KiB, or one with B, K, M or G. */
static double stack_bytes(const char *text) {
    static const char units[] = "BKMG";
    char *end;
    double size = strtod(text, &end);
    end += strspn(end, " \t");
    const char *unit = *end ? strchr(units, *end & ~0x20) : &units[1];
    if (end == text || !unit) { return 0; }
    for (const char *u = units; u < unit; u++) { size *= 1024; }
    return size;
}

bool machine_check_stack(void) {
    const double least = 512 * 1024; /* four times what was ever seen to be too little */
    struct rlimit limit;
    const char *text = getenv("OMP_STACKSIZE");
    double size = text ? stack_bytes(text) : 0;
    if (size > 0 && size < least) {
        message_error(
            "OMP_STACKSIZE=%s is too small a stack for the threads: at least 512K, or leave it unset", text);
        return false;
    }
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && (double)limit.rlim_cur < least) {
        message_error("a stack of %.0f KiB is too small: raise it by `ulimit -s 512` or more",
                      (double)limit.rlim_cur / 1024);
        return false;
    }
    return true;
}

void machine_wait_asleep(char **argv) {
    char path[PATH_MAX] = "";
    bool said = getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT");
    bool loaded_by_hand = getauxval(AT_BASE) == 0; /* ld.so PROGRAM: the path would be that of ld.so */
    if (said || loaded_by_hand || readlink("/proc/self/exe", path, sizeof path - 1) <= 0) { return; }
    if (setenv("OMP_WAIT_POLICY", "passive", 1) == 0) { execv(path, argv); }
}
