#include "analysis/fit/joint.h"

#include <math.h>

size_t joint_sets(const struct fit *fit) {
    const bool rows = family_is_judged_by_rows(fit->series->family);
    return fit->series->size[rows ? RESULTS_REPLICATE : RESULTS_BLOCK];
}

static void parts_of_mean(const struct fit *fit, size_t n, size_t criterion, double *part) {
    const struct results_series *s = fit->series;
    const double replicates = results_replicates(s, n);
    ensemble_leave_out(s, n, &s->criterion[criterion], part);
    for (size_t g = 0; g < joint_sets(fit); g++) {
        part[g] = sqrt(1 - results_block_size(s, n, g) / replicates) *
                  (part[g] - fit->collapse[n * fit->criteria + criterion].log_ratio);
    }
}

static void parts_of_median(const struct fit *fit, size_t n, size_t criterion, double *part) {
    const size_t kept = joint_sets(fit), at = n * fit->criteria + criterion;
    const double *row = fit->series->collapse + at * kept,
                 median = fit->row_collapse[at].quantile[ORDER_MEDIAN],
                 each = fit->judged[at].se / sqrt((double)kept);
    for (size_t r = 0; r < kept; r++) { part[r] = row[r] < median ? -each : each; }
}

void joint_parts(const struct fit *fit, size_t n, size_t criterion, double *part) {
    if (family_is_judged_by_rows(fit->series->family)) {
        parts_of_median(fit, n, criterion, part);
    } else {
        parts_of_mean(fit, n, criterion, part);
    }
}
