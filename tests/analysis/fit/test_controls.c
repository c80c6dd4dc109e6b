/* Control variates of blocks made by hand. No randomness. */
#include "tests/analysis/handmade.h"

#include "analysis/fit/controls.h"

enum { BETAS = 65, BLOCKS = 16, LOW = 40 };

/* Signs of block g that are orthogonal to a constant and to each other. */
static double sign(size_t g, unsigned which) { return g >> which & 1 ? 1 : -1; }

/* Block means of H, Y_2 and p_(1) that are off together, and means of Y_2 and p_(1) that are `off` from exact
 * ones. */
static void fill(struct results_series *s, const double part[3], const double off[2]) {
    for (size_t b = 0; b < BETAS; b++) {
        s->mean[MEASURE_TOP_WEIGHT][b] = 0.6;
        s->exact_participation[b] = s->mean[MEASURE_PARTICIPATION][b] - off[0];
        s->exact_top_weight[b] = s->mean[MEASURE_TOP_WEIGHT][b] - off[1];
        for (size_t g = 0; g < BLOCKS; g++) {
            const size_t at = b * BLOCKS + g;
            s->block[MEASURE_PARTICIPATION][at] = s->mean[MEASURE_PARTICIPATION][b] + 0.01 * sign(g, 0);
            s->block[MEASURE_TOP_WEIGHT][at] = s->mean[MEASURE_TOP_WEIGHT][b] + 0.02 * sign(g, 1);
            s->block[MEASURE_ENTROPY][at] = s->mean[MEASURE_ENTROPY][b];
            for (unsigned k = 0; k < 3; k++) { s->block[MEASURE_ENTROPY][at] += part[k] * sign(g, k); }
        }
    }
}

/* What H is off by with Y_2 and p_(1) is taken off; what is left has a share of its variance, larger by the
 * coefficients' own noise: 15/13 for two that are fitted, and 14/12 (Lavenberg & Welch). */
static void test_controls(void **state) {
    (void)state;
    const double part[3] = {-0.05, -0.04, 0.03}, off[2] = {0.002, -0.005};
    struct results *results =
        handmade_results(&(struct handmade_shape){1, BETAS, BLOCKS, 0, 512}, "gaussian");
    struct results_series *s = &results->series[0];
    handmade_fill(s, 0, 20, 1, 0, 0.001);
    fill(s, part, off);
    const double *ratio = s->beta_ratio + LOW, *chi = s->mean[MEASURE_SUSCEPTIBILITY] + LOW;
    const double share = 9.0 / (25 + 16 + 9) * 15 / 13 * 14 / 12;
    const double high = part[0] / 0.01 * off[0] + part[1] / 0.02 * off[1];
    struct ensemble_point point = {
        .state = ENSEMBLE_FOUND, .log_ratio = log(ratio[0] * ratio[1]) / 2, .se = 0.07};
    const struct controls c = controls_make(s, 0, &point);
    check_close(c.log_ratio, point.log_ratio - high / sqrt(chi[0] * chi[1]), 1e-12);
    check_relative(c.se, point.se * sqrt(share), 1e-9);
    check_relative(c.gain, 1 / share, 1e-9);
    point.state = ENSEMBLE_TIED;
    assert_true(isnan(controls_make(s, 0, &point).gain));
    results_free(results);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_controls)};
    return cmocka_run_group_tests_name("controls", tests, NULL, NULL);
}
