#include "sim/base/number.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct number {
    double value, log_value; /* log_value of |value| */
};

static const char *skip_digits(const char *text) {
    while (isdigit((unsigned char)*text)) { text++; }
    return text;
}

/* End of the unsigned decimal that starts here; NULL when none does. */
static const char *skip_decimal(const char *text) {
    const char *end = skip_digits(text);
    bool digits = end > text;
    if (*end == '.') {
        const char *fraction = skip_digits(end + 1);
        digits = digits || fraction > end + 1;
        end = fraction;
    }
    if (!digits) { return NULL; }
    if (*end == 'e' || *end == 'E') {
        const char *exponent = end + 1 + (end[1] == '+' || end[1] == '-');
        if (!isdigit((unsigned char)*exponent)) { return NULL; }
        end = skip_digits(exponent);
    }
    return end;
}

/* Log of a decimal whose value leaves the range of a double, from its digits: 0.d1 d2 d3... 10^shift. */
static double decimal_log(const char *text) {
    double mantissa = 0, shift = 0, unit = 1;
    bool point = false;
    for (; isdigit((unsigned char)*text) || *text == '.'; text++) {
        if (*text == '.') {
            point = true;
        } else if (mantissa > 0 || *text != '0') {
            unit /= 10;
            mantissa += (*text - '0') * unit;
            shift += !point;
        } else {
            shift -= point;
        }
    }
    if (*text == 'e' || *text == 'E') { shift += (double)strtol(text + 1, NULL, 10); }
    return log(mantissa) + shift * log(10);
}

/* Reads an unsigned decimal and moves `text` behind it. */
static bool read_decimal(const char **text, struct number *number) {
    const char *end = skip_decimal(*text);
    if (!end) { return false; }
    number->value = strtod(*text, NULL);
    number->log_value = isnormal(number->value) ? log(number->value) : decimal_log(*text);
    *text = end;
    return true;
}

/* Reads ^EXPONENT behind a base; `natural` when the base is e. */
static bool read_power(const char **text, bool natural, struct number *number) {
    struct number exponent;
    bool negative = (*text)[1] == '-';
    *text += 1 + negative;
    if (!read_decimal(text, &exponent) || isinf(exponent.value)) { return false; }
    double power = negative ? -exponent.value : exponent.value;
    if (natural) {
        *number = (struct number){exp(power), power};
        return true;
    }
    if (!(number->value > 0)) { return false; }
    double value = pow(number->value, power);
    *number = (struct number){value, isnormal(value) ? log(value) : power * number->log_value};
    return true;
}

static bool read_quotient(const char **text, struct number *number) {
    struct number divisor;
    *text += 1;
    if (!read_decimal(text, &divisor) || divisor.value == 0) { return false; }
    if (isinf(number->value) || isinf(divisor.value)) { return false; }
    double value = number->value / divisor.value, log_value = number->log_value - divisor.log_value;
    *number = (struct number){value, isnormal(value) ? log(value) : log_value};
    return true;
}

bool number_read(const char *text, double *value, double *log_value) {
    struct number number = {0, 0};
    bool negative = *text == '-', natural;
    text += negative || *text == '+';
    natural = text[0] == 'e' && text[1] == '^';
    text += natural;
    if (!natural && !read_decimal(&text, &number)) { return false; }
    if (*text == '^') {
        if (!read_power(&text, natural, &number)) { return false; }
    } else if (*text == '/' && !read_quotient(&text, &number)) {
        return false;
    }
    if (*text) { return false; }
    *value = negative ? -number.value : number.value;
    if (log_value) { *log_value = negative || number.log_value == -INFINITY ? NAN : number.log_value; }
    return true;
}

static bool append_digit(uint64_t *value, char digit) {
    return !__builtin_mul_overflow(*value, 10, value) &&
           !__builtin_add_overflow(*value, (uint64_t)(digit - '0'), value);
}

/* Reads an unsigned decimal that is whole and moves `text` behind it. */
static bool read_whole_decimal(const char **text, uint64_t *value) {
    const char *digits = *text, *end = skip_decimal(digits);
    if (!end) { return false; }
    const size_t span = strspn(digits, "0123456789.");
    const long exponent = digits + span < end ? strtol(digits + span + 1, NULL, 10) : 0, most = 1000000;
    long before = (long)strcspn(digits, ".eE^/") + (exponent > most    ? most
                                                    : exponent < -most ? -most
                                                                       : exponent);
    *value = 0;
    for (size_t i = 0; i < span; i++) { /* `before`: digits still to come before the point */
        if (digits[i] == '.') { continue; }
        if (before-- > 0 ? !append_digit(value, digits[i]) : digits[i] != '0') { return false; }
    }
    for (; before > 0 && *value > 0; before--) {
        if (!append_digit(value, '0')) { return false; }
    }
    *text = end;
    return true;
}

static bool raise_whole(uint64_t *value, uint64_t exponent) {
    const uint64_t base = *value;
    *value = 1;
    for (; exponent > 0 && base > 1; exponent--) {
        if (__builtin_mul_overflow(*value, base, value)) { return false; }
    }
    return base > 0;
}

bool number_read_whole(const char *text, uint64_t *value) {
    uint64_t second;
    text += *text == '+';
    if (!read_whole_decimal(&text, value)) { return false; }
    const char sign = *text;
    if (sign == '\0') { return true; }
    text++;
    if (!read_whole_decimal(&text, &second) || *text) { return false; }
    if (sign == '^') { return raise_whole(value, second); }
    if (sign != '/' || second == 0 || *value % second != 0) { return false; }
    *value /= second;
    return true;
}

const char *number_print(double value, char out[NUMBER_TEXT]) {
    if (rint(value) == value && fabs(value) < 1e15) {
        snprintf(out, NUMBER_TEXT, "%.0f", value);
        return out;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(out, NUMBER_TEXT, "%.*g", digits, value);
        if (strtod(out, NULL) == value) { break; }
    }
    return out;
}
