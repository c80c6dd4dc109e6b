#include "sim/base/process.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/head.h"

static void read_host(char host[256]) {
    if (gethostname(host, 255) != 0) { strcpy(host, "unknown"); }
    host[255] = '\0';
    for (char *c = host; *c; c++) {
        if (*c <= ' ') { *c = '?'; }
    }
}

/* A file of /proc. */
static bool read_text(const char *path, char *text, size_t size) {
    const ssize_t length = head_read(path, 0, text, size - 1);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

static void read_boot(char boot[40]) {
    char text[64];
    if (!read_text("/proc/sys/kernel/random/boot_id", text, sizeof text) || sscanf(text, "%39s", boot) != 1) {
        strcpy(boot, "-");
    }
}

static unsigned long long read_space(void) {
    struct stat status;
    return stat("/proc/self/ns/pid", &status) == 0 ? (unsigned long long)status.st_ino : 0;
}

/* State and start of /proc/WHO; false where they cannot be read. */
static bool read_stat(const char *who, char *state, unsigned long long *ticks) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%s/stat", who);
    if (!read_text(path, text, sizeof text)) { return false; }
    char *field = strrchr(text, ')'); /* field 2 ends here; 3 is the state, 22 the start */
    if (!field || strlen(field) < 3) { return false; }
    *state = field[2];
    for (int i = 2; field && i < 22; i++) { field = strchr(field + 1, ' '); }
    if (field) { *ticks = strtoull(field, NULL, 10); }
    return field != NULL;
}

struct process process_self(void) {
    struct process self = {.space = read_space(), .pid = (long)getpid()};
    char state;
    read_host(self.host);
    read_boot(self.boot);
    if (!read_stat("self", &state, &self.ticks)) { self.ticks = 0; }
    return self;
}

/* ---- life ---- */

/* /proc may be that of an outer namespace, whose numbers are others. */
static bool proc_is_ours(void) {
    char number[32];
    ssize_t length = readlink("/proc/self", number, sizeof number - 1);
    if (length <= 0) { return false; }
    number[length] = '\0';
    return strtol(number, NULL, 10) == (long)getpid();
}

static bool same_place(const struct process *a, const struct process *b) {
    return strcmp(a->host, b->host) == 0 && strcmp(a->boot, b->boot) == 0 && strcmp(a->boot, "-") != 0 &&
           a->space == b->space && a->space != 0;
}

enum process_life process_life(const struct process *p) {
    struct process self = process_self();
    char number[32], state;
    unsigned long long ticks;
    if (p->pid <= 0 || !same_place(p, &self)) { return PROCESS_UNKNOWN; }
    if (kill((pid_t)p->pid, 0) != 0 && errno == ESRCH) { return PROCESS_GONE; }
    snprintf(number, sizeof number, "%ld", p->pid);
    if (!proc_is_ours() || !read_stat(number, &state, &ticks)) { return PROCESS_UNKNOWN; }
    bool same = ticks == p->ticks; /* else its number was given again */
    return same && !strchr("ZXx", state) ? PROCESS_GOING : PROCESS_GONE;
}

/* ---- tags ---- */

/* FNV-1a of what makes a place. */
static uint64_t place_hash(const struct process *p) {
    char text[sizeof p->host + sizeof p->boot + 32];
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    snprintf(text, sizeof text, "%s %s %llu", p->host, p->boot, p->space);
    for (const char *c = text; *c; c++) { hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3); }
    return hash;
}

const char *process_tag(char tag[PROCESS_TAG]) {
    struct process self = process_self();
    snprintf(tag, PROCESS_TAG, "%ld-%llu-%016" PRIx64, self.pid, self.ticks, place_hash(&self));
    return tag;
}

enum process_life process_tag_life(const char *tag) {
    struct process p = process_self();
    uint64_t here = place_hash(&p), place;
    int end = 0;
    if (sscanf(tag, "%ld-%llu-%16" SCNx64 "%n", &p.pid, &p.ticks, &place, &end) != 3 || tag[end] != '\0' ||
        place != here) {
        return PROCESS_UNKNOWN;
    }
    return process_life(&p);
}
