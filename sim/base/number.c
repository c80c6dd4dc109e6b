#include "sim/base/number.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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
