/* number: the number literals of configs and command lines, read whole or refused:
 *
 *     12  -0.5  1e3  1e400        decimals of any size
 *     1/16                        a quotient of two decimals in the range of a double
 *     2^16  10^400  e^100000      a power of a positive decimal or of e, the exponent a decimal */
#ifndef GAPSCALE_SIM_BASE_NUMBER_H
#define GAPSCALE_SIM_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* False when `text` is anything else. `value` is inf or 0 past the range of a double and is exact for
 * integers up to 2^53 and powers of two; `log_value` (may be NULL) is its natural log even there, for
 * e^X exactly X, and NaN for numbers <= 0. */
bool number_read(const char *text, double *value, double *log_value);

/* A number that is whole and at most 2^64 - 1, exactly: a decimal of any form (1000, 1e3, 12.50e2), or a
 * quotient or power of two that are themselves whole. */
bool number_read_whole(const char *text, uint64_t *value);

enum { NUMBER_TEXT = 32 };
/* The shortest decimal that reads back as the same finite double; integers below 1e15 digit by digit. Returns
 * `out`. */
const char *number_print(double value, char out[NUMBER_TEXT]);

#endif
