/* words: numbers as people read them. Each function fills `out` and returns it.
 *
 * This room: words, course_words (where a prescription leads), fold (an answer as wide as a terminal), csv
 * and json (pieces of texts for programs). */
#ifndef GAPSCALE_ANALYSIS_TEXT_WORDS_H
#define GAPSCALE_ANALYSIS_TEXT_WORDS_H

#include <stddef.h>
#include <stdio.h>

#include "models/families/family.h"

enum { WORDS = 64, WORDS_LINE = 512 };

/* A context length: 2^12, 1000, 1e300, 3.16e7, e^100000. */
const char *words_length(double log_n, char out[WORDS]);

/* e^x to five figures, four where its exponent has four digits, however large: "5.8865e149", "8.923e4341";
 * "-" for NaN. As an error, which is not NaN: to two figures, or one. */
const char *words_exponential(double x, char out[WORDS]);
const char *words_error_exponential(double x, char out[WORDS]);

/* "2.2326 +- 0.0051": two figures of the error; "0.25 +- 4e-07". Without an error, or an error of 0, four
 * figures of the value; without a value "-". */
const char *words_measured(double value, double se, char out[WORDS]);

/* A number as printf's format for a double has it, "-" for NaN; to four figures. */
const char *words_formatted(const char *format, double value, char out[WORDS]);
const char *words_number(double value, char out[WORDS]);
/* The same, "-" for infinities too, and "<1.2e-300", what it is below, where it is not larger than its error.
 */
const char *words_known(const char *format, double value, double error, char out[WORDS]);

/* Appends to the text in `out`, which has room for `room` bytes; what does not fit is cut. */
__attribute__((format(printf, 3, 4))) void words_append(char *out, size_t room, const char *format, ...);

/* The number, or 0 where so many decimals would show it as "-0.00". */
double words_signed(double value, int decimals);

/* "0.4988(27)": the error in units of the last digit, of which it has two. */
const char *words_parenthesised(double value, double se, char out[WORDS]);

/* "1 head", "2 heads". */
const char *words_count(size_t count, const char *thing, char out[WORDS]);

/* "3", "(log n)^-2", "1.41421 (log n)^0.5", "4 n^0.5". */
const char *words_schedule(const struct schedule *schedule, char out[WORDS]);

/* One parameter of a family: its word, or its schedule. */
const char *words_parameter(const struct family *family, const struct schedule *parameter, size_t which,
                            char out[WORDS]);

/* "scale = (log n)^-2, location = 0". */
const char *words_parameters(const struct family *family, const struct schedule *parameter,
                             char out[WORDS_LINE]);

#endif
