#include "analysis/figures/longest_bar.h"

#include <math.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/script.h"

enum unit { MEAN, LOG_N, ONE };

/* What an error is told in; NaN where it is not told. */
static double unit_of(struct longest_bar of, enum unit unit, double least, size_t n, size_t at) {
    const double mean = of.series->mean[of.quantity][at];
    return unit == ONE ? 1 : unit == LOG_N ? of.series->log_n[n] : mean >= least ? mean : NAN;
}

/* fmax leaves out what is not known. */
static double longest_in(struct longest_bar of, enum unit unit, double least) {
    const size_t lengths = of.series->size[RESULTS_LOG_N];
    double longest = NAN;
    for (size_t i = 0; i < axis_curves(lengths); i++) {
        const size_t n = axis_curve(lengths, i);
        for (size_t at = n * of.size; at < (n + 1) * of.size; at++) {
            longest = fmax(longest, of.series->se[of.quantity][at] / unit_of(of, unit, least, n, at));
        }
    }
    return longest;
}

double longest_bar_relative(struct longest_bar of, double least) { return longest_in(of, MEAN, least); }
double longest_bar_of_share(struct longest_bar of) { return longest_in(of, LOG_N, 0); }
double longest_bar_absolute(struct longest_bar of) { return longest_in(of, ONE, 0); }

void longest_bar_print(FILE *out, double error) { script_number(out, "largest_error", error); }
