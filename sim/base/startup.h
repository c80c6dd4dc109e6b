/* startup: what the program finds when it starts, and owes when it ends. */
#ifndef GAPSCALE_SIM_BASE_STARTUP_H
#define GAPSCALE_SIM_BASE_STARTUP_H

#include <stdbool.h>

/* Descriptors 0 to 2 are never those of a file: where they are closed they lead nowhere, and what is said
 * there fails as before. Before anything is opened. */
void startup_hold_descriptors(void);
/* False, after a message, when OMP_STACKSIZE gives threads less stack than the sweep and its analysis take.
 */
bool startup_check_stack(void);
/* The exit status: EXIT_FAILED in place of EXIT_DONE, after a message, when what was said on standard output
 * has not arrived. */
int startup_end(int status);

#endif
