/* difference: in which keys two resolved configs differ. */
#ifndef GAPSCALE_SIM_CONFIG_DIFFERENCE_H
#define GAPSCALE_SIM_CONFIG_DIFFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/config/config.h"
#include "sim/config/fault.h"

enum { DIFFERENCE_PATH = 2 * CONFIG_NAME + 16 };

struct difference {
    char path[DIFFERENCE_PATH];                 /* as --set takes it: "replicates", "series.NAME.n" */
    char here[FAULT_QUOTE], there[FAULT_QUOTE]; /* the values, cut to fit; "" where there is none */
};

/* Lists them, in the order of `here`, then what `there` has in addition. Returns how many; none iff the texts
 * are equal. Free the list with free(). */
size_t difference_list(const char *here, const char *there, struct difference **list);

/* One message for each of them. */
void difference_report(size_t count, const struct difference *list);

/* Whether there are none but in the key `except` (NULL: none at all); else, after an error in these words,
 * one message for each. */
bool difference_none(const char *here, const char *there, const char *except, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
