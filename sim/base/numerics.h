/* numerics: whether numbers computed elsewhere have the bits that they would have here.
 *
 * Two things decide over the last digits of results. The program: NUMERICS_NUMBER is raised by every change
 * that changes a bit of them. The libraries: the C library chooses the code of exp, log, pow and others by
 * processor (with or without fused multiply-add), and its versions and GSL's round differently; the
 * fingerprint is a hash of what their functions, those that results depend on, return for fixed arguments.
 * The kernels of all instruction sets give the same bits (vector.h) and take no part. */
#ifndef GAPSCALE_SIM_BASE_NUMERICS_H
#define GAPSCALE_SIM_BASE_NUMERICS_H

#include <stdbool.h>
#include <stdint.h>

enum { NUMERICS_NUMBER = 19 };

struct numerics {
    uint32_t number, fingerprint;
};

/* Of this process; computed at the first call, in some milliseconds. From any thread. */
struct numerics numerics_here(void);

bool numerics_equal(struct numerics a, struct numerics b);
/* Whether they are the ones that are wanted; else a message that says which of the two differs and what to
 * do: `what` names the file, `again` the option that starts again. */
bool numerics_match(struct numerics theirs, struct numerics wanted, const char *what, const char *again);

enum { NUMERICS_TEXT = 24 };
/* NUMBER-FINGERPRINT, the latter in 8 hexadecimal digits. Returns `text`. */
const char *numerics_print(struct numerics numerics, char text[NUMERICS_TEXT]);
/* Reads what numerics_print wrote; where it ends, or NULL when it is none. */
const char *numerics_read(const char *text, struct numerics *numerics);

#endif
