/* make bench, exact values: CPU time of a point (all means and errors at one beta, over the 65 betas of a
 * sweep), of collapse points, which begin with those, and ordered weights in points, and of all that a cell
 * of a sweep stores in exact/. */
#include "tests/experiment.h"

#include <math.h>
#include <stdio.h>

#include "models/oracle/oracle.h"
#include "tests/bench/kept.h"
#include "tests/bench/ledger.h"

enum { BETAS = 65, RANKS = 8 };
enum { POINT, CELL, ENTROPY, PARTICIPATION, MAXIMUM, WEIGHTS, TO_CELL, RATIOS, COLUMNS = RATIOS + 4 };
static const struct ledger_column column[COLUMNS] = {
    {"point", "us"},           {"cell", "ms"},          {"<H> = 1", "us"},
    {"<Y_2> = 1/2", "us"},     {"max <chi>", "us"},     {"8 weights", "us"},
    {"cell/(65 points)", "1"}, {"<H> = 1/point", "1"},  {"<Y_2> = 1/2/point", "1"},
    {"max <chi>/point", "1"},  {"8 weights/point", "1"}};

static const struct {
    size_t law;
    const char *n;
    double log_n, linear; /* penalty of keys at positions; 0: none */
} what[] = {{0, "2^10", 10 * M_LN2, 0},    {0, "2^16", 16 * M_LN2, 0},   {0, "1e300", 300 * M_LN10, 0},
            {1, "2^16", 16 * M_LN2, 0},    {3, "2^16", 16 * M_LN2, 0},   {4, "2^16", 16 * M_LN2, 0},
            {5, "2^16", 16 * M_LN2, 0},    {6, "2^16", 16 * M_LN2, 0},   {8, "2^16", 16 * M_LN2, 0},
            {8, "e^700", 700, 0},          {8, "e^100000", 1e5, 0},      {0, "2^16", 16 * M_LN2, 0.1},
            {1, "2^16", 16 * M_LN2, 0.01}, {4, "2^16", 16 * M_LN2, 0.05}};
enum { CASES = sizeof what / sizeof *what };

static double microseconds(double start) { return 1e6 * (ledger_clock() - start); }

static void measure_oracle(struct ledger *ledger, size_t row, size_t round, struct oracle *oracle,
                           bool ordered) {
    const struct oracle_question question = {.top_weight = true, .errors = true};
    struct oracle_answer answer;
    struct oracle_point point[BETAS];
    double ratio[BETAS], curvature, weight[RANKS], weight_error[RANKS], start = ledger_clock();
    for (size_t b = 0; b < BETAS; b++) {
        ratio[b] = exp2(-4 + (double)b / 8);
        if (!oracle_ask(oracle, ratio[b], question, &answer)) { abort(); }
        point[b] = answer.point;
    }
    ledger_put(ledger, row, POINT, round, microseconds(start) / BETAS);
    oracle_recall(oracle, BETAS, ratio, point);
    start = ledger_clock();
    oracle_collapse_entropy(oracle, 1, NULL);
    ledger_put(ledger, row, ENTROPY, round, microseconds(start));
    start = ledger_clock();
    oracle_collapse_participation(oracle, 0.5, NULL);
    ledger_put(ledger, row, PARTICIPATION, round, microseconds(start));
    start = ledger_clock();
    oracle_collapse_susceptibility(oracle, &curvature);
    ledger_put(ledger, row, MAXIMUM, round, microseconds(start));
    if (!ordered) { return; }
    start = ledger_clock();
    if (!oracle_ordered_weights(oracle, 2, RANKS, weight, weight_error)) { abort(); }
    ledger_put(ledger, row, WEIGHTS, round, microseconds(start));
}

/* Milliseconds of the exact values of a cell, as the sweep has them made. */
static double cell_cost(const struct kept_law *law, const char *n, double linear) {
    const struct family *family = family_find(law->family);
    char text[512];
    int end = snprintf(text, sizeof text, "n: [%s]\nreplicates: 2\nseries: [{family: %s", n, law->family);
    for (size_t i = 0; i < family->parameter_count && law->p[i] != 0; i++) {
        end +=
            snprintf(text + end, sizeof text - (size_t)end, ", %s: %g", family->parameter[i].name, law->p[i]);
    }
    if (linear > 0) {
        end += snprintf(text + end, sizeof text - (size_t)end, ", position: {linear: %g}", linear);
    }
    strcat(text, "}]\n");
    struct config *config = experiment_config(text);
    struct unit_plan plan;
    unit_plan_create(&plan, config, true);
    const struct unit unit = unit_exact(plan.cell);
    const double start = ledger_clock();
    partial_free(exact_partial(&unit));
    const double cost = 1e-3 * microseconds(start);
    unit_plan_release(&plan);
    config_free(config);
    return cost;
}

int main(int argc, char **argv) {
    const struct ledger_options options = ledger_options(argc, argv, 3);
    const size_t cases = options.quick ? 2 : CASES;
    struct ledger *ledger = ledger_create("oracle", "exact values: CPU time, median [quartiles]", COLUMNS,
                                          column, options.rounds);
    for (size_t round = 0; round < options.rounds; round++) {
        for (size_t i = 0; i < cases; i++) {
            const struct kept_law *law = &kept_law[what[i].law];
            const struct family *family = family_find(law->family);
            const double linear = what[i].linear;
            double p[FAMILY_PARAMETERS];
            memcpy(p, law->p, sizeof p);
            if (linear > 0) {
                const size_t position = family_position_index(family);
                p[position] = 1;
                p[position + 1] = linear;
            }
            struct oracle *oracle = oracle_create(family, p, what[i].log_n);
            const size_t row = linear > 0
                                   ? ledger_row(ledger, "%s %s, linear %g", law->name, what[i].n, linear)
                                   : ledger_row(ledger, "%s %s", law->name, what[i].n);
            measure_oracle(ledger, row, round, oracle, linear == 0 && !family->row_scale);
            ledger_put(ledger, row, CELL, round, cell_cost(law, what[i].n, linear));
            oracle_free(oracle);
        }
    }
    for (size_t row = 0; row < cases; row++) {
        for (size_t i = 0; i < 4; i++) { ledger_divide(ledger, row, RATIOS + i, 1, ENTROPY + i, POINT); }
        ledger_divide(ledger, row, TO_CELL, 1e3 / BETAS, CELL, POINT);
    }
    ledger_print(ledger, &options);
    ledger_free(ledger);
    return 0;
}
