/* text: a small text file, read whole. */
#ifndef GAPSCALE_SIM_CONFIG_TEXT_H
#define GAPSCALE_SIM_CONFIG_TEXT_H

#include <stddef.h>

#include "sim/config/fault.h"

enum { TEXT_LIMIT = 64 * 1024 };

/* The text of a regular file of at most TEXT_LIMIT bytes of UTF-8 without NUL, ended by NUL, and
 * without byte order mark; `source`, whose name is set, receives it. NULL, with a fault added, for
 * anything else; a FIFO or device is not waited for. Free with free(). */
char *text_read(const char *path, struct fault_source *source);

#endif
