/* utf8: text as Unicode has it (Unicode 15, table 3-7). */
#ifndef GAPSCALE_SIM_BASE_UTF8_H
#define GAPSCALE_SIM_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at `text`, which is ended by NUL; 0 where none starts there, NUL included. */
size_t utf8_length(const unsigned char *text);
/* Whether so many bytes, a NUL behind them, are well-formed and hold no NUL. */
bool utf8_is_valid(const char *text, size_t length);

#endif
