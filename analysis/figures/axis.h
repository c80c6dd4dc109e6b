/* axis: ticks for axes whose numbers may leave the range of a double: the plot's coordinate is a
 * logarithm and the ticks are named here. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_AXIS_H
#define GAPSCALE_ANALYSIS_FIGURES_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What an axis holds so far; starts as axis_empty. */
struct axis_range {
    double low, high;
};
extern const struct axis_range axis_empty;
/* Numbers that are not finite are left out. */
void axis_include(struct axis_range *range, double x);
/* Widens by a part of its length on both sides, to at least `least` in all. Empty ranges become [0, 1]. */
void axis_pad(struct axis_range *range, double part, double least);

/* `set NAMErange` and `set NAMEtics` for a coordinate log10 of a positive number. On the axis x fewer where
 * `columns`, which the script has, is 1 and their names would touch. */
void axis_print_log(FILE *out, const char *name, struct axis_range range);

/* Context lengths: the coordinate is log n, or log log n where n spans so much. They rise. */
struct axis_lengths {
    bool loglog, powers_of_two;
    double first, last; /* log n */
};
struct axis_lengths axis_lengths_make(size_t count, const double *log_n);
double axis_length_coordinate(const struct axis_lengths *lengths, double log_n);
/* Round ones, and where those are fewer than two the first and the last by their names. On the axis x fewer
 * where `columns`, which the script has, is 1. */
void axis_print_lengths(FILE *out, const char *name, const struct axis_lengths *lengths,
                        struct axis_range range);
/* "2^{12}", "1000", "10^{300}", "3.16×10^{7}", "e^{100000}", in gnuplot's enhanced mode. */
enum { AXIS_LENGTH = 80 };
const char *axis_length_name(double log_n, char out[AXIS_LENGTH]);

/* Curves of many n: how many stand for so many n, and the n of the i-th: evenly spread, both ends included.
 */
size_t axis_curves(size_t lengths);
size_t axis_curve(size_t lengths, size_t i);
/* The colour bar of these curves: one colour for every n, by axis_length_coordinate; few n are named there,
 * if their names are short. */
void axis_print_length_colours(FILE *out, size_t count, const double *log_n);

#endif
