#include "analysis/figures/axis.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "analysis/text/words.h"

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
    double last;   /* where the last one was set */
    double decade; /* length of a factor of ten on the axis */
    double room;   /* least distance of two ticks */
};

static struct ticks ticks_make(FILE *out, struct axis_range range, double decade, double room) {
    return (struct ticks){
        .out = out, .range = range, .decade = decade, .room = room * (range.high - range.low)};
}

/* Sets a tick, named as by printf, unless it is off the axis or would touch the last one. */
__attribute__((format(printf, 3, 4))) static void tick(struct ticks *t, double place, const char *format,
                                                       ...) {
    const double rounding = 1e-9;
    if (place < t->range.low - rounding || place > t->range.high + rounding) { return; }
    if (t->count > 0 && fabs(place - t->last) < t->room) { return; }
    t->last = place;
    fputs(t->count++ > 0 ? ", '" : "'", t->out);
    va_list names;
    va_start(names, format);
    vfprintf(t->out, format, names);
    va_end(names);
    fprintf(t->out, "' %.12g", place);
}

/* The multiples of a step that lie on an axis: from `first` to `last` times. */
struct multiples {
    long first, last;
};

static struct multiples multiples_on(struct axis_range range, double step) {
    const double rounding = 1e-9;
    return (struct multiples){lround(ceil(range.low / step - rounding)),
                              lround(floor(range.high / step + rounding))};
}

/* Powers of a base at equal steps of the exponent. */
static void tick_powers(struct ticks *t, double log_base, const char *base) {
    double step = fmax(1, round_step((t->range.high - t->range.low) / log_base));
    struct multiples m = multiples_on(t->range, step * log_base);
    for (long i = m.first; i <= m.last; i++) {
        double e = step * (double)i;
        tick(t, e * log_base, "%s^{%.0f}", base, e);
    }
}

static void tick_decades(struct ticks *t) {
    if (t->range.low < -3.01 || t->range.high > 4.01) {
        tick_powers(t, 1, "10");
        return;
    }
    double step = fmax(1, round_step(t->range.high - t->range.low));
    struct multiples m = multiples_on(t->range, step);
    for (long i = m.first; i <= m.last; i++) { tick(t, step * (double)i, "%g", pow(10, step * (double)i)); }
}

/* A tick at mantissa x 10^e, written as a plain number where the axis allows. */
static void tick_number(struct ticks *t, double mantissa, double e) {
    double place = (e + log10(mantissa)) * t->decade;
    if (fmax(fabs(t->range.low), fabs(t->range.high)) < 4 * t->decade || t->decade != 1) {
        tick(t, place, "%.6g", mantissa * pow(10, e));
    } else if (mantissa == 1) {
        tick(t, place, "10^{%.0f}", e);
    } else {
        tick(t, place, "%g×10^{%.0f}", mantissa, e);
    }
}

/* 1, 2, 5, 10, ... with 3 and 7 where there is room. */
static void tick_between(struct ticks *t) {
    static const double wide[] = {1, 2, 5}, narrow[] = {1, 2, 3, 5, 7};
    bool is_wide = t->range.high - t->range.low > 1.3 * t->decade;
    const double *step = is_wide ? wide : narrow;
    struct multiples m = multiples_on(t->range, t->decade);
    for (long e = m.first - 1; e <= m.last; e++) {
        for (size_t i = 0; i < (is_wide ? 3 : 5); i++) { tick_number(t, step[i], (double)e); }
    }
}

/* Equal steps of the number itself. */
static void tick_evenly(struct ticks *t) {
    double e = floor(t->range.low / t->decade);
    struct axis_range number = {pow(10, t->range.low / t->decade - e),
                                pow(10, t->range.high / t->decade - e)};
    double step = round_step(number.high - number.low);
    struct multiples m = multiples_on(number, step);
    for (long i = m.first; i <= m.last; i++) { tick_number(t, step * (double)i, e); }
}

static void print_range(FILE *out, const char *name, struct axis_range range) {
    fprintf(out, "set %srange [%.12g:%.12g]\nset %stics (", name, range.low, range.high, name);
}

/* For axes of a few decades at most. */
static void tick_numbers(struct ticks *t) {
    if (t->range.high - t->range.low > 0.75 * t->decade) {
        tick_between(t);
    } else {
        tick_evenly(t);
    }
}

/* Whether names of 1, 2, 5, 10, .. touch on an axis as short as in one column of a page, which holds so many
 * digits. */
static bool are_crowded(struct axis_range range) {
    const double digits = 37, decades = range.high - range.low, first = ceil(range.low - log10(5));
    const double longest = fmax(1 + floor(range.high), first < 0 ? 2 - first : 1);
    return decades >= 2 && log10(2) / decades < (longest + 1) / digits;
}

void axis_print_log(FILE *out, const char *name, struct axis_range range) {
    double largest = fmax(fabs(range.low), fabs(range.high));
    bool moderate = largest < 4;
    struct ticks t = ticks_make(out, range, 1, largest < 1000 ? 0.055 : 0.22); /* 10^{-20000} is wide */
    print_range(out, name, range);
    if (range.high - range.low > (moderate ? 2.6 : 2)) {
        tick_decades(&t);
    } else {
        tick_numbers(&t);
        if (strcmp(name, "x") == 0 && are_crowded(range)) {
            struct ticks narrow = ticks_make(out, range, 1, t.room);
            fputs(")\nif (columns == 1) { set xtics (", out);
            tick_decades(&narrow);
            fputs(") }\n", out);
            return;
        }
    }
    fputs(")\n", out);
}

struct axis_lengths axis_lengths_make(size_t count, const double *log_n) {
    struct axis_lengths lengths = {.powers_of_two = true};
    if (count == 0) { return lengths; }
    lengths.first = log_n[0];
    lengths.last = log_n[count - 1];
    for (size_t i = 0; i < count; i++) {
        double bits = log_n[i] / M_LN2;
        lengths.powers_of_two = lengths.powers_of_two && bits < 53 && fabs(bits - round(bits)) < 1e-9;
    }
    lengths.loglog = lengths.last > 8 * lengths.first;
    return lengths;
}

double axis_length_coordinate(const struct axis_lengths *lengths, double log_n) {
    return lengths->loglog ? log(log_n) : log_n;
}

/* 10 to the 1, 2, 5, 10, 20, ...; every second or third of them where they would crowd. */
static void tick_powers_loglog(struct ticks *t) {
    static const double step[] = {1, 2, 5}, factor[] = {2, 4}; /* between two, at least */
    size_t every = 1;
    while (every < 3 && log(factor[every - 1]) < t->room) { every++; }
    for (int i = 0; i <= 20; i += (int)every) {
        double exponent = step[i % 3] * pow(10, floor(i / 3.0));
        tick(t, log(exponent * M_LN10), "10^{%.0f}", exponent);
    }
}

/* Where no name stands: 10 to the 1, 2, 3, .. 9, 10, 20, ..., as on a logarithmic axis of exponents. */
static void mark_powers_loglog(const struct ticks *t) {
    for (double decade = 1; log(decade * M_LN10) < t->range.high; decade *= 10) {
        for (int i = 1; i < 10; i++) {
            const double place = log(i * decade * M_LN10);
            if (t->range.low < place && place < t->range.high) { fprintf(t->out, ", '' %.12g 1", place); }
        }
    }
}

/* Where few of those are on the axis: 10 to whole numbers at equal steps. */
static void tick_whole_powers_loglog(struct ticks *t) {
    const struct axis_range exponent = {exp(t->range.low) / M_LN10, exp(t->range.high) / M_LN10};
    const double step = fmax(1, round_step(exponent.high - exponent.low));
    struct multiples m = multiples_on(exponent, step);
    for (long i = m.first; i <= m.last; i++) {
        double e = step * (double)i;
        tick(t, log(e * M_LN10), "10^{%.0f}", e);
    }
}

/* Beside the one tick that there is, if any. */
static void tick_ends(struct ticks *t, const struct axis_lengths *lengths) {
    const double there = t->count > 0 ? t->last : NAN, end[] = {lengths->first, lengths->last};
    for (size_t i = 0; i < 2; i++) {
        const double place = axis_length_coordinate(lengths, end[i]);
        char name[AXIS_LENGTH];
        if (!(fabs(place - there) < t->room)) { tick(t, place, "%s", axis_length_name(end[i], name)); }
    }
}

/* In parentheses, as gnuplot has them. */
static void print_length_ticks(FILE *out, const struct axis_lengths *lengths, struct axis_range range,
                               double room) {
    const double plain = 6 * M_LN10; /* a million is still written out */
    const double narrow = log(6);    /* 10 to the 1, 2, 5, .. are two or more beyond */
    struct ticks t = ticks_make(out, range, M_LN10, room);
    fputc('(', out);
    if (lengths->loglog && range.high - range.low < narrow) {
        tick_whole_powers_loglog(&t);
    } else if (lengths->loglog) {
        tick_powers_loglog(&t);
    } else if (lengths->powers_of_two) {
        tick_powers(&t, M_LN2, "2");
    } else if (range.high < plain && range.high - range.low < 3 * M_LN10) {
        tick_numbers(&t);
    } else {
        tick_powers(&t, M_LN10, "10");
    }
    if (t.count < 2) { tick_ends(&t, lengths); }
    if (lengths->loglog) { mark_powers_loglog(&t); }
    fputs(")\n", out);
}

/* The part of an axis that a name takes where it stands beside others. */
static double room_beside(const struct axis_lengths *lengths, struct axis_range range) {
    const bool is_long = lengths->loglog && range.high > log(1000 * M_LN10); /* 10^{10000} */
    return !lengths->loglog ? 0.13 : is_long ? 0.2 : 0.16;
}

/* What templates call the place of n. */
static void print_place(FILE *out, const struct axis_lengths *lengths) {
    fprintf(out, "# Place of n: %s, natural logarithms.\n", lengths->loglog ? "log log n" : "log n");
}

void axis_print_lengths(FILE *out, const char *name, const struct axis_lengths *lengths,
                        struct axis_range range) {
    const bool is_flat = strcmp(name, "x") == 0;
    const double beside = room_beside(lengths, range);
    if (is_flat) { print_place(out, lengths); }
    fprintf(out, "set %srange [%.12g:%.12g]\nset %stics ", name, range.low, range.high, name);
    print_length_ticks(out, lengths, range, is_flat ? beside : 0.13);
    if (is_flat) {
        fputs("if (columns == 1) { set xtics ", out);
        print_length_ticks(out, lengths, range, 1.3 * beside);
        fputs("}\n", out);
    }
}

const char *axis_length_name(double log_n, char out[AXIS_LENGTH]) {
    char words[WORDS];
    const char *exponent = strpbrk(words_length(log_n, words), "^e");
    int mantissa = exponent ? (int)(exponent - words) : (int)strlen(words);
    if (!exponent) {
        snprintf(out, AXIS_LENGTH, "%s", words);
    } else if (mantissa == 0 || *exponent == '^') { /* e^100000, 2^12 */
        const char *power = strchr(words, '^');
        snprintf(out, AXIS_LENGTH, "%.*s^{%s}", (int)(power - words), words, power + 1);
    } else {
        bool round = mantissa == 1 && *words == '1';
        snprintf(out, AXIS_LENGTH, "%.*s%s10^{%s}", round ? 0 : mantissa, words, round ? "" : "×",
                 exponent + 1);
    }
    return out;
}

/* Such a name as 6.35×10^20 would push the words beside the bar off the page. */
static bool are_short(size_t count, const double *log_n) {
    for (size_t i = 0; i < count; i++) {
        char length[AXIS_LENGTH];
        if (strstr(axis_length_name(log_n[i], length), "×")) { return false; }
    }
    return true;
}

/* On the axis of colours, with a tick at each of these, but where two would touch. */
static void print_these_lengths(FILE *out, const struct axis_lengths *lengths, struct axis_range range,
                                size_t count, const double *log_n) {
    struct ticks t = ticks_make(out, range, M_LN10, 0.05);
    print_range(out, "cb", range);
    for (size_t i = 0; i < count; i++) {
        char length[AXIS_LENGTH];
        tick(&t, axis_length_coordinate(lengths, log_n[i]), "%s", axis_length_name(log_n[i], length));
    }
    fputs(")\n", out);
}

/* ---- curves of many n ---- */

enum { CURVES = 12, NAMED = 6 }; /* so many in one figure, at most; so few that the colour bar names each */

size_t axis_curves(size_t lengths) { return lengths < CURVES ? lengths : CURVES; }

size_t axis_curve(size_t lengths, size_t i) {
    size_t count = axis_curves(lengths);
    return count < 2 ? 0 : (i * (lengths - 1) + (count - 1) / 2) / (count - 1);
}

void axis_print_length_colours(FILE *out, size_t count, const double *log_n) {
    struct axis_lengths lengths = axis_lengths_make(count, log_n);
    struct axis_range range = axis_empty;
    for (size_t n = 0; n < count; n++) { axis_include(&range, axis_length_coordinate(&lengths, log_n[n])); }
    axis_pad(&range, 0, 0.5);
    print_place(out, &lengths);
    if (count <= NAMED && are_short(count, log_n)) {
        print_these_lengths(out, &lengths, range, count, log_n);
    } else {
        axis_print_lengths(out, "cb", &lengths, range);
    }
}
