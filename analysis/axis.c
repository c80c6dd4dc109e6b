#include "axis.h"

#include <math.h>

enum { TICKS = 7 }; /* about so many on an axis, at most */

const struct axis_range axis_empty = {INFINITY, -INFINITY};

void axis_include(struct axis_range *range, double x) {
    if (!isfinite(x)) { return; }
    range->low = fmin(range->low, x);
    range->high = fmax(range->high, x);
}

void axis_pad(struct axis_range *range, double part, double least) {
    if (!(range->low <= range->high)) { *range = (struct axis_range){0, 1}; }
    double pad = part * (range->high - range->low);
    pad = fmax(pad, (least - (range->high - range->low)) / 2);
    range->low -= pad;
    range->high += pad;
}

/* The smallest of 1, 2, 5, 10, ... (times a power of ten) that cuts `length` into at most TICKS. */
static double round_step(double length) {
    double power = pow(10, floor(log10(length / TICKS)));
    static const double steps[] = {1, 2, 5, 10};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (length <= TICKS * steps[i] * power) { return steps[i] * power; }
    }
    return 20 * power;
}

struct ticks {
    FILE *out;
    struct axis_range range;
    size_t count;
};

/* The name is given as a printf format for one double. */
static void tick(struct ticks *t, double place, const char *format, double number) {
    if (place < t->range.low - 1e-9 || place > t->range.high + 1e-9) { return; }
    fputs(t->count++ > 0 ? ", '" : "'", t->out);
    fprintf(t->out, format, number);
    fprintf(t->out, "' %.12g", place);
}

static void tick_decades(struct ticks *t) {
    double step = fmax(1, round_step(t->range.high - t->range.low));
    bool plain = t->range.low >= -3.01 && t->range.high <= 4.01;
    for (double e = ceil(t->range.low / step) * step; e <= t->range.high + 1e-9; e += step) {
        if (plain) {
            tick(t, e, "%g", pow(10, e));
        } else {
            tick(t, e, "10^{%.0f}", e);
        }
    }
}

/* 1, 2, 5, 10, ... with 3 and 7 where there is room. */
static void tick_between(struct ticks *t) {
    static const double wide[] = {1, 2, 5}, narrow[] = {1, 2, 3, 5, 7};
    bool is_wide = t->range.high - t->range.low > 1.3;
    const double *step = is_wide ? wide : narrow;
    for (double e = floor(t->range.low); e <= t->range.high; e++) {
        for (size_t i = 0; i < (is_wide ? 3 : 5); i++) { tick(t, e + log10(step[i]), "%.12g", step[i] * pow(10, e)); }
    }
}

/* Equal steps of the number itself. */
static void tick_evenly(struct ticks *t) {
    double low = pow(10, t->range.low), high = pow(10, t->range.high), step = round_step(high - low);
    for (double i = ceil(low / step); i * step <= high * (1 + 1e-12); i++) {
        tick(t, log10(i * step), "%.6g", i * step);
    }
}

static void print_range(FILE *out, const char *name, struct axis_range range) {
    fprintf(out, "set %srange [%.12g:%.12g]\nset %stics (", name, range.low, range.high, name);
}

void axis_print_log(FILE *out, const char *name, struct axis_range range) {
    struct ticks t = {out, range, 0};
    double length = range.high - range.low;
    bool moderate = fmax(fabs(range.low), fabs(range.high)) < 4;
    print_range(out, name, range);
    if (length > 2.6 || !moderate) {
        tick_decades(&t);
    } else if (length > 0.75) {
        tick_between(&t);
    } else {
        tick_evenly(&t);
    }
    if (t.count == 0) { tick(&t, (range.low + range.high) / 2, "10^{%.6g}", (range.low + range.high) / 2); }
    fputs(")\n", out);
}

struct axis_lengths axis_lengths_make(size_t count, const double *log_n) {
    struct axis_lengths lengths = {.powers_of_two = true};
    for (size_t i = 0; i < count; i++) {
        double bits = log_n[i] / M_LN2;
        lengths.powers_of_two = lengths.powers_of_two && bits < 53 && fabs(bits - round(bits)) < 1e-9;
    }
    lengths.loglog = count > 0 && log_n[count - 1] > 8 * log_n[0];
    return lengths;
}

double axis_length_coordinate(const struct axis_lengths *lengths, double log_n) {
    return lengths->loglog ? log(log_n) : log_n;
}

/* Powers of `base` at equal steps of the exponent. */
static void tick_powers(struct ticks *t, double log_base, const char *format) {
    double length = (t->range.high - t->range.low) / log_base;
    double step = fmax(1, round_step(length));
    for (double e = ceil(t->range.low / log_base / step) * step; e * log_base <= t->range.high + 1e-9; e += step) {
        tick(t, e * log_base, format, e);
    }
}

/* 10 to the 1, 2, 5, 10, 20, ...; every third of them where they would crowd. */
static void tick_powers_loglog(struct ticks *t) {
    static const double step[] = {1, 2, 5};
    size_t every = (t->range.high - t->range.low) / log(10) > 2.4 ? 3 : 1;
    for (double e = 0; e <= 6; e++) {
        for (size_t i = 0; i < 3; i += every) {
            double exponent = step[i] * pow(10, e);
            tick(t, log(exponent * M_LN10), "10^{%.0f}", exponent);
        }
    }
}

void axis_print_lengths(FILE *out, const char *name, const struct axis_lengths *lengths, struct axis_range range) {
    struct ticks t = {out, range, 0};
    print_range(out, name, range);
    if (lengths->loglog) {
        tick_powers_loglog(&t);
    } else if (lengths->powers_of_two) {
        tick_powers(&t, M_LN2, "2^{%.0f}");
    } else if (range.high - range.low > 2 * M_LN10) {
        tick_powers(&t, M_LN10, "10^{%.0f}");
    }
    if (t.count < 2) {
        for (size_t i = 0; i < 3; i++) {
            double place = range.low + (range.high - range.low) * (0.1 + 0.4 * (double)i);
            double log_n = lengths->loglog ? exp(place) : place;
            tick(&t, place, "10^{%.2f}", log_n / M_LN10);
        }
    }
    fputs(")\n", out);
}
