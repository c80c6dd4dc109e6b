/* `gapscale check`: whether a config is good, what a run of it would cost, and what `fit` could say of it. */
#include <math.h>
#include <omp.h>
#include <stdio.h>

#include "analysis/commands/command.h"
#include "analysis/study/forecast.h"
#include "analysis/text/fold.h"
#include "analysis/text/words.h"
#include "models/oracle/oracle.h"
#include "models/theory/typical.h"
#include "sim/base/machine.h"
#include "sim/base/message.h"
#include "sim/commands/options.h"
#include "sim/config/config_read.h"
#include "sim/sweep/estimate.h"
#include "sim/sweep/target.h"

static const char about[] =
    "Reads CONFIG and reports every error in it. For a good one it tells what a run would cost, warns where "
    "the betas do not reach a collapse point that is asked for (computed exactly), and says what `gapscale "
    "fit` could conclude from rows that follow theory.";

static bool has_target(const struct config *config) {
    bool has = false;
    for (size_t i = 0; i < config->series_count; i++) { has = has || config->series[i].target > 0; }
    return has;
}

static void print_cost(FILE *out, const struct config *config, int threads) {
    struct estimate cost = estimate_sweep(config, isa_best(), threads);
    const char *most = has_target(config) ? "at most " : "";
    char cells[WORDS], at_work[WORDS], memory[MACHINE_TEXT], disk[MACHINE_TEXT], archive[MACHINE_TEXT],
        journal[MACHINE_TEXT], left[MACHINE_TEXT], time[MACHINE_TEXT];
    fprintf(out, "%zu series, %s (series x n), %s%.6g rows\n", config->series_count,
            words_count(cost.cells, "cell", cells), most, cost.rows);
    fprintf(out, "units   %zu, the longest about %s on one core: what a kill may lose, for each thread\n",
            cost.units, machine_duration(cost.longest_unit, time));
    fprintf(out, "time    %sabout %s with %s here (%.3g core-hours, %.3g node-hours of %d cores)\n", most,
            machine_duration(cost.seconds / threads, time), words_count((size_t)threads, "thread", at_work),
            cost.seconds / 3600, cost.seconds / 3600 / omp_get_num_procs(), omp_get_num_procs());
    fprintf(out, "memory  about %s\n", machine_bytes(cost.memory, memory));
    fprintf(out,
            "disk    %sabout %s of results before they are packed (FILE), %s of units to grow from "
            "(FILE.units), and up to %s of journal until both are written\n",
            most, machine_bytes(cost.disk, disk), machine_bytes(cost.archive, archive),
            machine_bytes(cost.journal, journal));
    if (cost.memory > machine_memory()) {
        fprintf(out, "too much for this machine: %s of memory are free; `run` would refuse\n",
                machine_bytes(machine_memory(), left));
    }
}

/* ---- whether the betas hold what is looked for ---- */

enum { LOOKED_AT = 64 }; /* cells, at most: about ten milliseconds each */

/* How far within the betas a collapse point has to lie, in its logarithm: four errors of the mean, whose rows
 * scatter by about 1/2 in log beta, and twice that where the exponent of an upper endpoint is small. */
static double margin_of(const struct config_series *s) {
    const double scatter = 1.25;
    return 4 * scatter / sqrt(target_foreseen(s, scatter));
}

/* One line for a criterion whose point at this n the betas do not hold; whether they do. */
static bool warn_of(FILE *out, const struct config_series *s, double log_n, const struct oracle *oracle,
                    double log_lambda, const struct criterion *criterion) {
    char label[CRITERION_LABEL], length[WORDS];
    double curvature, point = oracle_collapse(oracle, criterion, &curvature), margin = margin_of(s),
                      first = config_log_beta(s, log_n, log_lambda, 0) - log_lambda,
                      last = config_log_beta(s, log_n, log_lambda, s->beta.count - 1) - log_lambda;
    if (!(point > 0)) { return true; }
    bool low = log(point)<first + margin, high = log(point)> last - margin;
    if (!low && !high) { return true; }
    criterion_label(criterion, label);
    fprintf(out,
            "warning %s: at n = %s the collapse point of %s is %.4g Lambda^typ, %s the betas from %.4g "
            "to %.4g: "
            "%s\n",
            s->name, words_length(log_n, length), label, point,
            log(point) < first || log(point) > last ? "outside" : "too near an end of", exp(first), exp(last),
            low ? "begin them lower" : "end them higher");
    return false;
}

/* At one n of a series, all criteria; false when one of them is not held. */
static bool holds_points(FILE *out, const struct config_series *s, double log_n) {
    double p[FAMILY_PARAMETERS] = {0};
    config_parameters(s, log_n, p);
    struct oracle *oracle = oracle_create(s->family, p, log_n);
    double log_lambda = typical_scale(s->family, p, log_n).log_lambda;
    bool good = true;
    for (size_t c = 0; oracle && c < s->criterion_count; c++) {
        good = warn_of(out, s, log_n, oracle, log_lambda, &s->criterion[c]) && good;
    }
    oracle_free(oracle);
    return good;
}

/* At the smallest n that can have a collapse point, the largest and the one between, as long as the time for
 * looking lasts; betas for an output are not there for the collapse. Rows without randomness, and heavy
 * tails, which are judged by medians, are found without betas. */
static void print_warnings(FILE *out, const struct config *config) {
    const double smallest = log(16);
    size_t looked_at = 0;
    for (size_t i = 0; i < config->series_count && looked_at < LOOKED_AT; i++) {
        const struct config_series *s = &config->series[i];
        if (s->output.asked || s->beta.scale == CONFIG_SCALE_PRESCRIPTION || s->family->kind != FAMILY_IID ||
            family_is_judged_by_rows(s->family)) {
            continue;
        }
        size_t first = 0;
        while (first + 1 < s->n_count && s->log_n[first] < smallest) { first++; }
        const size_t at[] = {first, (first + s->n_count - 1) / 2, s->n_count - 1};
        for (size_t k = 0; k < 3; k++, looked_at++) {
            if ((k == 0 || at[k] > at[k - 1]) && !holds_points(out, s, s->log_n[at[k]])) { break; }
        }
    }
}

int command_check(int argc, char **argv) {
    struct options o;
    if (!options_read(argc, argv, true, about, NULL, &o)) { return o.status; }
    struct config *config = config_read(o.config, o.set_count, o.set);
    if (!config) { return EXIT_USAGE; }
    message_print("%s: good", o.config);
    struct fold fold;
    FILE *out = fold_begin(&fold, stdout);
    print_cost(out, config, o.threads);
    print_warnings(out, config);
    forecast_print(out, config, o.threads);
    fold_end(&fold);
    config_free(config);
    return EXIT_DONE;
}
