#include "analysis/text/words.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* e^x as MeE, with so many decimals of M. */
static void print_scientific(double x, int decimals, char out[WORDS]) {
    double exponent = floor(x / M_LN10), mantissa = exp(x - exponent * M_LN10);
    if (mantissa >= 10 - 0.5 * pow(10, -decimals)) {
        mantissa /= 10;
        exponent++;
    }
    snprintf(out, WORDS, "%.*fe%.0f", decimals, mantissa, exponent);
}

/* Whether x is a whole number up to the rounding of a logarithm. */
static bool is_whole(double x) { return fabs(x - round(x)) <= 1e-12 * fmax(1, fabs(x)); }

static const double log_exact = 53 * M_LN2;
static const double log_plain = 100 * M_LN10, log_wide = 1000 * M_LN10; /* 1e+99, 1e100; 1e999, 1e1000 */

const char *words_length(double log_n, char out[WORDS]) {
    double n = round(exp(log_n));
    if (log_n < log_exact && n >= 4 && is_whole(log_n / M_LN2)) {
        snprintf(out, WORDS, "2^%.0f", log_n / M_LN2);
    } else if (log_n < log_exact && n < 1e6) {
        snprintf(out, WORDS, "%.0f", n);
    } else if (is_whole(log_n / M_LN10)) {
        snprintf(out, WORDS, "1e%.0f", log_n / M_LN10);
    } else if (log_n >= 100 && is_whole(log_n)) {
        snprintf(out, WORDS, "e^%.0f", log_n);
    } else {
        print_scientific(log_n, 2, out);
    }
    return out;
}

const char *words_exponential(double x, char out[WORDS]) {
    if (isnan(x)) {
        snprintf(out, WORDS, "-");
    } else if (fabs(x) < log_plain || isinf(x)) {
        snprintf(out, WORDS, "%.5g", exp(x));
    } else {
        print_scientific(x, x > 0 && x < log_wide ? 4 : 3, out);
    }
    return out;
}

const char *words_error_exponential(double x, char out[WORDS]) {
    if (fabs(x) < log_plain || isinf(x)) {
        snprintf(out, WORDS, "%.2g", exp(x));
    } else {
        print_scientific(x, x < log_wide ? 1 : 0, out);
    }
    return out;
}

const char *words_formatted(const char *format, double value, char out[WORDS]) {
    if (isnan(value)) { return strcpy(out, "-"); }
    snprintf(out, WORDS, format, value);
    return out;
}

const char *words_number(double value, char out[WORDS]) { return words_formatted("%.4g", value, out); }

const char *words_known(const char *format, double value, double error, char out[WORDS]) {
    if (!isfinite(value)) { return strcpy(out, "-"); }
    if (error == 0 || fabs(value) > error) { return words_formatted(format, value, out); }
    snprintf(out, WORDS, "<%.1e", fabs(value) + error);
    return out;
}

double words_signed(double value, int decimals) { return fabs(value) < 0.5 * pow(10, -decimals) ? 0 : value; }

const char *words_measured(double value, double se, char out[WORDS]) {
    if (isnan(value) || isnan(se)) { return words_number(value, out); }
    if (se == 0 || fabs(value) >= 1e6 || isinf(value)) {
        snprintf(out, WORDS, "%.4g +- %.2g", value, se);
    } else if (se < 1e-5) {
        const double unit = fmin(1e-9, pow(10, floor(log10(se)) - 1)), most = 1e12;
        const bool is_near = fabs(value) < most * unit;
        snprintf(out, WORDS, "%.6g +- %.1g", is_near ? round(value / unit) * unit + 0.0 : value, se);
    } else {
        int decimals = (int)fmin(6, fmax(0, 1 - floor(log10(se))));
        snprintf(out, WORDS, "%.*f +- %.*f", decimals, words_signed(value, decimals), decimals, se);
    }
    return out;
}

const char *words_parenthesised(double value, double se, char out[WORDS]) {
    const double finest = 1e-15;
    if (!isfinite(value) || !(se > finest)) { return words_number(value, out); }
    int decimals = 1 - (int)floor(log10(se));
    if (round(se * pow(10, decimals)) >= 100) { decimals--; }
    if (decimals < 0) { decimals = 0; }
    snprintf(out, WORDS, "%.*f(%.0f)", decimals, value, se * pow(10, decimals));
    return out;
}

const char *words_count(size_t count, const char *thing, char out[WORDS]) {
    snprintf(out, WORDS, "%zu %s%s", count, thing, count == 1 ? "" : "s");
    return out;
}

static void append_power(char *out, const char *base, double power) {
    size_t length = strlen(out);
    if (power == 0) { return; }
    snprintf(out + length, WORDS - length, "%s%s", length > 0 ? " " : "", base);
    length = strlen(out);
    if (power != 1) { snprintf(out + length, WORDS - length, "^%.5g", power); }
}

const char *words_schedule(const struct schedule *schedule, char out[WORDS]) {
    out[0] = '\0';
    if (schedule->coef != 1 || schedule_is_constant(schedule)) {
        snprintf(out, WORDS, "%.6g", schedule->coef);
    }
    bool bare = schedule->log_power == 1 && schedule->power == 0;
    append_power(out, bare ? "log n" : "(log n)", schedule->log_power);
    append_power(out, "n", schedule->power);
    return out;
}

const char *words_parameter(const struct family *family, const struct schedule *parameter, size_t which,
                            char out[WORDS]) {
    const struct schedule *value = &parameter[which];
    const char *word = family_parameter_word(&family->parameter[which], value->coef);
    if (!word || !schedule_is_constant(value)) { return words_schedule(value, out); }
    snprintf(out, WORDS, "%s", word);
    return out;
}

const char *words_parameters(const struct family *family, const struct schedule *parameter,
                             char out[WORDS_LINE]) {
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < family->parameter_count && length < WORDS_LINE; i++) {
        char value[WORDS];
        if (!family_parameter_is_told(family, parameter, i)) { continue; }
        length += (size_t)snprintf(out + length, WORDS_LINE - length, "%s%s = %s", i > 0 ? ", " : "",
                                   family->parameter[i].name, words_parameter(family, parameter, i, value));
    }
    return out;
}

void words_append(char *out, size_t room, const char *format, ...) {
    size_t length = strlen(out);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(out + length, room - length, format, arguments);
    va_end(arguments);
}
