#include "analysis/figures/longest_bar.h"

#include <math.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/script.h"

/* fmax leaves out what is not known. */
double longest_bar_relative(struct longest_bar of, double least) {
    const size_t lengths = of.series->size[RESULTS_LOG_N];
    double longest = NAN;
    for (size_t i = 0; i < axis_curves(lengths); i++) {
        for (size_t k = 0, at = axis_curve(lengths, i) * of.size; k < of.size; k++, at++) {
            const double mean = of.series->mean[of.quantity][at];
            if (mean >= least) { longest = fmax(longest, of.series->se[of.quantity][at] / mean); }
        }
    }
    return longest;
}

static double longest_of(struct longest_bar of, bool is_share) {
    const size_t lengths = of.series->size[RESULTS_LOG_N];
    double longest = NAN;
    for (size_t i = 0; i < axis_curves(lengths); i++) {
        const size_t n = axis_curve(lengths, i);
        const double unit = is_share ? of.series->log_n[n] : 1;
        for (size_t at = n * of.size; at < (n + 1) * of.size; at++) {
            longest = fmax(longest, of.series->se[of.quantity][at] / unit);
        }
    }
    return longest;
}

double longest_bar_of_share(struct longest_bar of) { return longest_of(of, true); }
double longest_bar_absolute(struct longest_bar of) { return longest_of(of, false); }

void longest_bar_print(FILE *out, double error) { script_number(out, "largest_error", error); }
