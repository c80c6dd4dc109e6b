/* make bench, what errors cost: the noise of a collapse point beside other ways to have it, as ratios of
 * variances, by which more replicates would have the same effect. */
#include "tests/experiment.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>

#include "analysis/fit/fit.h"
#include "tests/bench/ledger.h"

static const char noise_text[] =
    "seed: 1\nn: [%s]\nreplicates: %u\nkeep_replicates: 1\n"
    "ordered_weights: 1\nbeta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 25}\n"
    "collapse: {entropy: [1.0], participation: [], top_two_ratio: [], susceptibility: false}\n"
    "common_randomness: %s\n"
    "series: [{family: gaussian}, {family: gumbel}, {name: sphere-3, family: spherical, dimension: 3}, "
    "{name: sphere-9, family: spherical, dimension: 9}]\n";

static struct results *noise_results(bool quick, bool common) {
    char text[sizeof noise_text + 64];
    snprintf(text, sizeof text, noise_text, quick ? "e^10, e^14" : "e^10, e^14, e^50, e^70, e^700, e^1000",
             quick ? 512 : 4096, common ? "true" : "false");
    struct config *config = experiment_config(text);
    struct results *r = experiment_of(config, isa_best(), omp_get_max_threads());
    exact_fill(r, omp_get_max_threads());
    config_free(config);
    return r;
}

/* Variance of log beta_c at n + 1 less that at n, by leaving out a block group at both. */
static double noise_of_step(const struct results_series *s, size_t n) {
    double one[256], other[256], first, second, variance = 0;
    ensemble_leave_out(s, n, &s->criterion[0], one);
    ensemble_leave_out(s, n + 1, &s->criterion[0], other);
    first = ensemble_collapse(s, n, &s->criterion[0]).log_ratio;
    second = ensemble_collapse(s, n + 1, &s->criterion[0]).log_ratio;
    for (size_t g = 0; g < s->size[RESULTS_BLOCK]; g++) {
        double off = (other[g] - second) - (one[g] - first);
        variance += (1 - s->block_size[g] / (double)s->replicates) * off * off;
    }
    return variance;
}

enum { ROW, BOOTSTRAP, COMMON, CONTROLS, COLUMNS };
static const struct ledger_column column[COLUMNS] = {
    {"one row's, of log beta_c", "1"}, {"bootstrap/delta", "1"}, {"common, a step", "1"}, {"controls", "1"}};

static void note(struct ledger *ledger, const struct fit *fit, const struct results_series *common,
                 size_t n) {
    const double se = fit->collapse[n].se, next = fit->collapse[n + 1].se, step = se * se + next * next;
    const size_t row = ledger_row(ledger, "%s e^%.0f", fit->name, fit->series->log_n[n]);
    ledger_put(ledger, row, ROW, 0, se * sqrt((double)fit->series->replicates));
    ledger_put(ledger, row, BOOTSTRAP, 0, pow(fit->collapse_se_bootstrap[n] / se, 2));
    ledger_put(ledger, row, COMMON, 0, step / noise_of_step(common, n));
    ledger_put(ledger, row, CONTROLS, 0, fit->controls[n].gain);
}

int main(int argc, char **argv) {
    const struct ledger_options options = ledger_options(argc, argv, 1);
    struct results *plain = noise_results(options.quick, false), *common = noise_results(options.quick, true);
    struct ledger *ledger =
        ledger_create("noise", "noise of a collapse point: ratios of variances", COLUMNS, column, 1);
    for (size_t i = 0; i < plain->series_count; i++) {
        struct fit fit;
        fit_make(&fit, plain, i, "");
        for (size_t n = 0; n < fit.lengths; n += 2) { note(ledger, &fit, &common->series[i], n); }
        fit_release(&fit);
    }
    ledger_print(ledger, &options);
    ledger_free(ledger);
    results_free(plain);
    results_free(common);
    return 0;
}
