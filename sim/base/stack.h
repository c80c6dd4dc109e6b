/* stack: what threads need of it. */
#ifndef GAPSCALE_SIM_BASE_STACK_H
#define GAPSCALE_SIM_BASE_STACK_H

#include <stdbool.h>

/* False, after a message, when OMP_STACKSIZE or the limit of the process gives less stack than a sweep and
 * its analysis take. */
bool stack_check(void);

#endif
