/* process: who a process is, on whatever machine, and whether it lives.
 *
 * The number of a process means something on one machine, until that starts again, and in one PID namespace:
 * containers have their own, and often all the same host name. */
#ifndef GAPSCALE_SIM_BASE_PROCESS_H
#define GAPSCALE_SIM_BASE_PROCESS_H

#include <stdbool.h>

struct process {
    char host[256];
    char boot[40];            /* of this start of the machine, a random id; "-": unknown */
    unsigned long long space; /* inode of the PID namespace; 0: unknown */
    long pid;
    unsigned long long ticks; /* when the process started, since its machine did */
};

/* This one. */
struct process process_self(void);

enum process_life { PROCESS_UNKNOWN, PROCESS_GONE, PROCESS_GOING };
/* What is known here of a process: of one on another host, of another start of the machine or in another PID
 * namespace, nothing. One that ended and is not yet waited for is gone. */
enum process_life process_life(const struct process *process);

enum { PROCESS_TAG = 64 };
/* A word for names of files that no other process gives, on this machine or another. Returns `tag`. */
const char *process_tag(char tag[PROCESS_TAG]);
/* What is known of the process that gave itself this tag; PROCESS_UNKNOWN too where `tag` is none. */
enum process_life process_tag_life(const char *tag);

#endif
