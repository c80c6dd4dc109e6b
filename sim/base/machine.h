/* machine: what this machine can hold at the moment, and how time goes on it. */
#ifndef GAPSCALE_SIM_BASE_MACHINE_H
#define GAPSCALE_SIM_BASE_MACHINE_H

#include <stdbool.h>

/* Bytes that the process may still take without swapping: MemAvailable of /proc/meminfo (where there is none,
 * the physical memory), no more than its control group and its limit on address space leave. */
double machine_memory(void);
/* Bytes that a file at `path`, which need not exist, may take on its disk; INFINITY where that is unknown. */
double machine_disk(const char *path);
/* "1.5 GiB". Returns `text`. */
enum { MACHINE_TEXT = 32 };
const char *machine_bytes(double bytes, char text[MACHINE_TEXT]);
/* "12 s", "3.5 min", "40 h". */
const char *machine_duration(double seconds, char text[MACHINE_TEXT]);
/* Since some moment, by a clock that only goes forward. */
double machine_seconds(void);
/* Bytes of address space in use; 0 where that is unknown. */
double machine_address_space(void);
/* False, after a message, when OMP_STACKSIZE or the limit of the process gives threads less stack than a
 * sweep and its analysis take. */
bool machine_check_stack(void);
/* Threads wait asleep from here on: the program starts itself again with OMP_WAIT_POLICY=passive, which
 * OpenMP reads before main, unless the user says how they wait, or that cannot be. By default they wait
 * busily for milliseconds, on processors that others may need, among them those they wait for. */
void machine_wait_asleep(char **argv);

#endif
