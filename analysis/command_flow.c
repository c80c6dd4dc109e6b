/* `gapscale flow`: tokens on the sphere moved by attention, against the heat equation run backwards. */
#include <errno.h>
#include <getopt.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../models/sphere.h"
#include "../sim/flow.h"
#include "../sim/memory.h"
#include "../sim/message.h"
#include "../sim/nearest.h"
#include "../sim/number.h"
#include "../sim/publish.h"
#include "command.h"
#include "flow_figures.h"
#include "json.h"
#include "words.h"

enum { MOST_THREADS = 1024, MOST_DIMENSION = 1000, BINS = 128, PROBES = 5 };
static const double probe_angle[PROBES] = {15, 45, 90, 135, 165}; /* degrees */

enum key { DIMENSION, LENGTH, BETA, MODES, STEPS, REPLICATES, TAU, EPS, CONCENTRATION, SEED, KEYS };

/* The only place that knows a key's default and range. */
static const struct {
    const char *name;
    double initial, low, high;
    bool open, whole; /* open: low itself is not allowed */
    const char *doc;
} known[KEYS] = {
    [DIMENSION] = {"dimension", 2, 2, MOST_DIMENSION, false, true,
                   "dimension d of the space around the sphere"},
    [LENGTH] = {"n", 4096, 2, 200000, false, true, "tokens"},
    [BETA] = {"beta", 32, 1e-6, 1e300, false, false, "inverse temperature"},
    [MODES] = {"modes", 12, 1, 64, false, true, "harmonics of degree 1 to this one"},
    [STEPS] = {"steps", 3, 1, 100, false, true, "steps of attention"},
    [REPLICATES] = {"replicates", 64, 8, 100000, false, true, "independent sets of tokens, at least 2 modes"},
    [TAU] = {"tau", INFINITY, 0, INFINITY, true, false, "step x + tau ATT; inf: ATT alone"},
    [EPS] = {"eps", 0.05, 0, 0.999, false, false,
             "amplitude of the mode that is put on and followed; 0: none"},
    [CONCENTRATION] = {"concentration", 0, 0, 1e6, false, false,
                       "von Mises-Fisher keys for the drift; 0: none"},
    [SEED] = {"seed", 20260512, 0, 0x1p53, false, true, "of all randomness"},
};

struct request {
    double value[KEYS];
    double direction[MOST_DIMENSION];
    size_t directions; /* how many numbers were given */
    bool given[KEYS];
    struct flow_design design;
};

struct answer {
    double *product;
    struct flow_estimate *estimate;
    double *exact, *finite, *ones; /* growth of degree l at [l - 1]: n -> inf, at n, none */
    double n_eff;
    double
        neglected; /* what is beyond order 1/n, over the error of the first step: the largest of all modes */
    struct flow_agreement agreement, still; /* with the prediction; with no growth at all */
    unsigned mode;                          /* that was followed: the fastest of them */
    double *amplitude, *density;
    struct flow_estimate *level, *ratio; /* amplitude after s steps, and over the first */
    struct flow_estimate drift[PROBES];
    double predicted[PROBES], limit[PROBES], gradient[PROBES]; /* at n, n -> inf, beta -> inf; times beta */
};

/* ---- the command line ---- */

static void print_usage(FILE *out) {
    char number[NUMBER_TEXT];
    fputs("usage: gapscale flow [KEY=VALUE]... [-o FILE] [--json] [--threads K]\n"
          "\n"
          "Every token on the unit sphere attends to all (V = I) and moves to ATT/|ATT|. To first order that "
          "runs the\n"
          "heat equation backwards: the l-th harmonic of the tokens' density grows by a factor G_l, largest "
          "near\n"
          "l (l + d - 2) = 2 beta. Measured over uniform tokens as E[a_after a_before]/E[a_before^2], beside "
          "the\n"
          "prediction at n tokens.\n"
          "\n",
          out);
    for (size_t k = 0; k < KEYS; k++) {
        const char *text = isfinite(known[k].initial) ? number_print(known[k].initial, number) : "inf";
        fprintf(out, "  %s=%-*s %s\n", known[k].name, (int)(24 - strlen(known[k].name)), text, known[k].doc);
    }
    fputs("  direction=[a,b,...]       mean direction of those keys, any length > 0 (the first axis)\n"
          "\n"
          "  -o, --output FILE    the table as CSV, and figures FILE-modes, FILE-density (.svg .png .pdf)\n"
          "      --json           the answer for programs\n"
          "      --threads K      default: one per processor; the numbers do not depend on it\n",
          out);
}

static bool value_is_good(enum key key, double x) {
    if (!(x >= known[key].low && x <= known[key].high) || (known[key].open && x == known[key].low)) {
        return false;
    }
    return !known[key].whole || x == floor(x);
}

static bool refuse_value(enum key key, const char *text) {
    char low[NUMBER_TEXT], high[NUMBER_TEXT];
    number_print(known[key].low, low);
    if (isfinite(known[key].high)) {
        number_print(known[key].high, high);
    } else {
        snprintf(high, sizeof high, "inf");
    }
    message_error("%s=%s: expected a %snumber %s %s to %s%s", known[key].name, text,
                  known[key].whole ? "whole " : "", known[key].open ? "above" : "from", low, high,
                  key == EPS ? ": a harmonic is between -1 and 1, and 1 + eps times it must be a density"
                             : "");
    return false;
}

static bool parse_direction(struct request *r, const char *text) {
    size_t length = strlen(text);
    char *copy = memory_copy_text(text, length), *rest = copy;
    bool good = length > 2 && text[0] == '[' && text[length - 1] == ']';
    if (good) {
        copy[length - 1] = '\0';
        rest++;
    }
    r->directions = 0;
    for (char *item; good && (item = strsep(&rest, ","));) {
        item += strspn(item, " ");
        item[strcspn(item, " ")] = '\0';
        good = r->directions < MOST_DIMENSION && number_read(item, &r->direction[r->directions], NULL) &&
               isfinite(r->direction[r->directions]);
        r->directions++;
    }
    free(copy);
    if (!good) { message_error("direction=%s: expected numbers [a,b,...], one for each dimension", text); }
    return good;
}

static bool refuse_key(const char *word, const char *key) {
    const char *names[KEYS + 1] = {[KEYS] = "direction"};
    for (size_t k = 0; k < KEYS; k++) { names[k] = known[k].name; }
    const char *near = nearest_name(key, KEYS + 1, names);
    message_error("flow has no key '%s'%s%s%s", *key ? key : word, near ? "; did you mean '" : "",
                  near ? near : "", near ? "'?" : "; gapscale flow -h lists them");
    return false;
}

static bool parse_key(struct request *r, const char *word) {
    const char *value = strchr(word, '=');
    char key[32] = "";
    if (!value) {
        message_error("'%s': expected KEY=VALUE", word);
        return false;
    }
    snprintf(key, sizeof key, "%.*s", (int)(value++ - word), word);
    if (strcmp(key, "direction") == 0) { return parse_direction(r, value); }
    size_t k = 0;
    while (k < KEYS && strcmp(key, known[k].name) != 0) { k++; }
    if (k == KEYS) { return refuse_key(word, key); }
    if (r->given[k]) {
        message_error("%s is given twice; keep one", key);
        return false;
    }
    r->given[k] = true;
    bool inf = strcmp(value, "inf") == 0;
    if (inf) { r->value[k] = INFINITY; }
    if (!inf && !number_read(value, &r->value[k], NULL)) { return refuse_value((enum key)k, value); }
    return value_is_good((enum key)k, r->value[k]) || refuse_value((enum key)k, value);
}

static bool check_direction(struct request *r) {
    size_t d = r->design.dimension;
    if (r->directions > 0 && !(r->value[CONCENTRATION] > 0)) {
        message_error("direction is that of keys with concentration=C, C > 0; give one, or leave it out");
        return false;
    }
    if (r->directions == 0) {
        r->direction[0] = 1;
        r->directions = d;
    }
    double largest = 0;
    for (size_t c = 0; c < r->directions; c++) { largest = fmax(largest, fabs(r->direction[c])); }
    if (r->directions != d) {
        message_error("direction has %zu numbers; dimension=%zu needs %zu", r->directions, d, d);
        return false;
    }
    if (largest == 0) {
        message_error("direction is zero: it points nowhere; give any vector of length > 0");
        return false;
    }
    for (size_t c = 0; c < d; c++) { r->direction[c] /= largest; } /* squares stay in range */
    return true;
}

static bool request_make(struct request *r, int count, char **word) {
    for (size_t k = 0; k < KEYS; k++) { r->value[k] = known[k].initial; }
    bool good = true;
    for (int i = 0; i < count; i++) { good = parse_key(r, word[i]) && good; }
    if (!good) { return false; }
    const double *v = r->value;
    if (v[REPLICATES] < 2 * v[MODES]) {
        message_error("replicates=%g: the test of %g modes together needs at least %g", v[REPLICATES],
                      v[MODES], 2 * v[MODES]);
        return false;
    }
    r->design.dimension = (size_t)v[DIMENSION];
    r->design.count = (size_t)v[LENGTH];
    r->design.beta = v[BETA];
    r->design.tau = v[TAU];
    r->design.modes = (unsigned)v[MODES];
    r->design.steps = (unsigned)v[STEPS];
    r->design.replicates = (size_t)v[REPLICATES];
    r->design.seed = (uint64_t)v[SEED];
    return check_direction(r);
}

/* ---- the work ---- */

static void predict_modes(const struct request *r, struct answer *a) {
    double d = r->value[DIMENSION], log_n = log(r->value[LENGTH]);
    a->exact = memory_create(3 * r->design.modes, sizeof *a->exact);
    a->finite = a->exact + r->design.modes;
    a->ones = a->finite + r->design.modes;
    a->mode = 1;
    for (unsigned l = 1; l <= r->design.modes; l++) {
        a->exact[l - 1] = sphere_mode_growth_finite(d, r->design.beta, INFINITY, r->design.tau, l);
        a->finite[l - 1] = sphere_mode_growth_finite(d, r->design.beta, log_n, r->design.tau, l);
        a->ones[l - 1] = 1;
        if (a->exact[l - 1] > a->exact[a->mode - 1]) { a->mode = l; }
    }
    a->n_eff = exp(log_n + sphere_log_partition(d, r->design.beta));
}

/* Mean and standard error of count numbers, `stride` apart. */
static struct flow_estimate mean_of(size_t count, size_t stride, const double *x) {
    double mean = 0, square = 0, n = (double)count;
    for (size_t i = 0; i < count; i++) { mean += x[i * stride] / n; }
    for (size_t i = 0; i < count; i++) { square += (x[i * stride] - mean) * (x[i * stride] - mean); }
    return (struct flow_estimate){mean, sqrt(square / (n * (n - 1)))};
}

static void follow(const struct request *r, bool density, struct progress *progress, struct answer *a) {
    const struct flow_design *design = &r->design;
    size_t times = design->steps + 1;
    a->amplitude = memory_create(design->replicates * times, sizeof *a->amplitude);
    if (density && design->dimension == 2) { a->density = memory_create(times * BINS, sizeof *a->density); }
    flow_follow(design, a->mode, r->value[EPS], progress, a->amplitude, BINS, a->density);
    a->level = memory_create(2 * times, sizeof *a->level);
    a->ratio = a->level + times;
    for (size_t s = 0; s < times; s++) {
        a->level[s] = mean_of(design->replicates, times, a->amplitude + s);
        a->ratio[s] = flow_ratio(design->replicates, times, a->amplitude + s, a->amplitude);
    }
}

static void measure_drift(const struct request *r, struct progress *progress, struct answer *a) {
    const struct flow_design *design = &r->design;
    double *drift = memory_create(design->replicates * PROBES, sizeof *drift), angle[PROBES];
    double d = r->value[DIMENSION], c = r->value[CONCENTRATION], beta = design->beta, along_q, along_mu;
    struct flow_component component = {1, c, r->direction};
    for (size_t p = 0; p < PROBES; p++) { angle[p] = probe_angle[p] * M_PI / 180; }
    flow_drift(design, &component, PROBES, angle, progress, drift);
    for (size_t p = 0; p < PROBES; p++) {
        struct flow_estimate e = mean_of(design->replicates, PROBES, drift + p);
        a->drift[p] = (struct flow_estimate){beta * e.growth, beta * e.error};
        sphere_von_mises_fisher(d, beta, c, cos(angle[p]), &along_q, &along_mu);
        a->limit[p] = beta * along_mu * sin(angle[p]);
        sphere_von_mises_fisher_finite(d, beta, c, cos(angle[p]), log(r->value[LENGTH]), &along_q, &along_mu);
        a->predicted[p] = beta * along_mu * sin(angle[p]);
        a->gradient[p] = c * sin(angle[p]);
    }
    free(drift);
}

/* The correction of order 1/n, relative to the effect, once more times itself. */
static double neglected(const struct request *r, const struct answer *a) {
    double largest = 0;
    for (unsigned l = 0; l < r->design.modes; l++) {
        double share = (a->exact[l] - a->finite[l]) / (a->exact[l] - 1);
        double beyond = share * share * (a->exact[l] - 1) / a->estimate[l].error;
        if (!(beyond <= largest)) { largest = beyond; }
    }
    return largest;
}

static void answer_make(const struct request *r, bool density, struct answer *a) {
    const struct flow_design *design = &r->design;
    double work = (double)design->replicates * design->steps * (r->value[EPS] > 0 ? 2 : 1) +
                  (r->value[CONCENTRATION] > 0 ? (double)design->replicates : 0);
    struct progress progress = progress_start(work, 0, false);
    size_t rows = design->steps * design->modes;
    *a =
        (struct answer){.product = memory_create(design->replicates * (rows + design->modes), sizeof(double)),
                        .estimate = memory_create(rows, sizeof *a->estimate)};
    predict_modes(r, a);
    flow_measure(design, &progress, a->product);
    flow_estimate(design, a->product, a->estimate);
    a->agreement = flow_agreement(design, a->product, a->finite);
    a->still = flow_agreement(design, a->product, a->ones);
    a->neglected = neglected(r, a);
    if (r->value[EPS] > 0) { follow(r, density, &progress, a); }
    if (r->value[CONCENTRATION] > 0) { measure_drift(r, &progress, a); }
    progress_end(&progress);
}

static void answer_free(struct answer *a) {
    free(a->product);
    free(a->estimate);
    free(a->exact);
    free(a->amplitude);
    free(a->density);
    free(a->level);
}

static double deviation(const struct flow_estimate *e, double predicted) {
    return (e->growth - predicted) / e->error;
}

/* ---- output ---- */

static void print_agreement(FILE *out, const struct request *r, const struct answer *a) {
    const double doubtful = 0.001, most_neglected = 0.5;
    unsigned modes = r->design.modes;
    if (!(a->still.pvalue < doubtful)) {
        fputs("undecided: no growth can be seen within the errors; take more replicates, more tokens or "
              "another "
              "beta\n",
              out);
    } else if (!(a->neglected <= most_neglected)) {
        fputs("undecided: the prediction to order 1/n is not as sharp as the errors; take more tokens\n",
              out);
    } else {
        fprintf(out,
                "the heat equation %s backwards as predicted: chi2 = %.2f for %u modes, p = %.3g (no growth: "
                "%.4g)\n",
                a->agreement.pvalue >= doubtful ? "runs" : "does not run", a->agreement.chi_square, modes,
                a->agreement.pvalue, a->still.chi_square);
    }
}

static void print_modes(const struct request *r, const struct answer *a) {
    unsigned modes = r->design.modes;
    char text[WORDS], off[WORDS];
    printf("%4s %12s %12s   %-24s %10s\n", "l", "G_l exact", "at n", "measured", "deviation");
    for (unsigned l = 1; l <= modes; l++) {
        const struct flow_estimate *e = &a->estimate[l - 1];
        printf("%4u %12.7g %12.7g   %-24s %10s\n", l, a->exact[l - 1], a->finite[l - 1],
               words_measured(e->growth, e->error, text), words_number(deviation(e, a->finite[l - 1]), off));
    }
    putchar('\n');
    print_agreement(stdout, r, a);
    for (unsigned s = 2; s <= r->design.steps; s++) {
        printf("\n%4s %12s %12s   after %u steps\n", "l", "G_l^s exact", "at n, to s", s);
        for (unsigned l = 1; l <= modes; l++) {
            const struct flow_estimate *e = &a->estimate[(s - 1) * modes + l - 1];
            printf("%4u %12.7g %12.7g   %s\n", l, pow(a->exact[l - 1], s), pow(a->finite[l - 1], s),
                   words_measured(e->growth, e->error, text));
        }
    }
}

static void print_followed(const struct request *r, const struct answer *a) {
    char level[WORDS], ratio[WORDS];
    printf("\nmode %u, put on with eps = %g:\n%5s   %-22s   %-22s %12s\n", a->mode, r->value[EPS], "steps",
           "amplitude", "growth", "G_l^s exact");
    for (unsigned s = 0; s <= r->design.steps; s++) {
        printf("%5u   %-22s   %-22s %12.7g\n", s,
               words_measured(a->level[s].growth, a->level[s].error, level),
               s > 0 ? words_measured(a->ratio[s].growth, a->ratio[s].error, ratio) : "1",
               pow(a->exact[a->mode - 1], s));
    }
}

static void print_drift(const struct request *r, const struct answer *a) {
    char text[WORDS], off[WORDS];
    printf("\nvon Mises-Fisher keys, concentration %g: beta ATT_tan towards their mean, at queries this far "
           "from it\n"
           "%8s   %-22s %10s %10s %10s %12s\n",
           r->value[CONCENTRATION], "degrees", "measured", "at n", "deviation", "n -> inf", "grad log f");
    for (size_t p = 0; p < PROBES; p++) {
        printf("%8g   %-22s %10.5g %10s %10.5g %12.5g\n", probe_angle[p],
               words_measured(a->drift[p].growth, a->drift[p].error, text), a->predicted[p],
               words_number(deviation(&a->drift[p], a->predicted[p]), off), a->limit[p], a->gradient[p]);
    }
}

static void print_table(const struct request *r, const struct answer *a) {
    const double *v = r->value;
    printf("dimension = %g, n = %g, beta = %g, tau = %g, %g replicates: N_eff = %.4g\n\n", v[DIMENSION],
           v[LENGTH], v[BETA], v[TAU], v[REPLICATES], a->n_eff);
    print_modes(r, a);
    if (a->level) { print_followed(r, a); }
    if (v[CONCENTRATION] > 0) { print_drift(r, a); }
    printf(
        "\nGrowth of the l-th harmonic of the tokens' density; `at n` to order 1/n; deviations in standard "
        "errors.\n");
}

static void print_json_modes(const struct request *r, const struct answer *a) {
    unsigned modes = r->design.modes;
    for (unsigned k = 0; k < r->design.steps * modes; k++) {
        unsigned l = k % modes + 1, s = k / modes + 1;
        printf("%s\n    {\"step\": %u, \"l\": %u", k > 0 ? "," : "", s, l);
        json_print_member(stdout, "growth", pow(a->exact[l - 1], s));
        json_print_member(stdout, "growth_finite", pow(a->finite[l - 1], s));
        json_print_member(stdout, "measured", a->estimate[k].growth);
        json_print_member(stdout, "error", a->estimate[k].error);
        json_print_member(stdout, "deviation", s == 1 ? deviation(&a->estimate[k], a->finite[l - 1]) : NAN);
        putchar('}');
    }
}

static void print_json_followed(const struct request *r, const struct answer *a) {
    printf(", \"followed\": {\"l\": %u, \"steps\": [", a->mode);
    for (unsigned s = 0; s <= r->design.steps; s++) {
        printf("%s\n    {\"step\": %u", s > 0 ? "," : "", s);
        json_print_member(stdout, "amplitude", a->level[s].growth);
        json_print_member(stdout, "amplitude_error", a->level[s].error);
        json_print_member(stdout, "measured", a->ratio[s].growth);
        json_print_member(stdout, "error", a->ratio[s].error);
        json_print_member(stdout, "growth", pow(a->exact[a->mode - 1], s));
        putchar('}');
    }
    printf("]}");
}

static void print_json_drift(const struct request *r, const struct answer *a) {
    printf(", \"direction\": [");
    for (size_t c = 0; c < r->directions; c++) {
        if (c > 0) { fputs(", ", stdout); }
        json_print_number(stdout, r->direction[c]);
    }
    printf("], \"drift\": [");
    for (size_t p = 0; p < PROBES; p++) {
        printf("%s\n    {\"degrees\": %g", p > 0 ? "," : "", probe_angle[p]);
        json_print_member(stdout, "measured", a->drift[p].growth);
        json_print_member(stdout, "error", a->drift[p].error);
        json_print_member(stdout, "predicted", a->predicted[p]);
        json_print_member(stdout, "limit", a->limit[p]);
        json_print_member(stdout, "gradient", a->gradient[p]);
        putchar('}');
    }
    putchar(']');
}

static void print_json(const struct request *r, const struct answer *a) {
    printf("{\"schema\": 1");
    for (size_t k = 0; k < KEYS; k++) { json_print_member(stdout, known[k].name, r->value[k]); }
    json_print_member(stdout, "n_eff", a->n_eff);
    json_print_member(stdout, "chi_square_no_growth", a->still.chi_square);
    json_print_member(stdout, "neglected", a->neglected);
    json_print_member(stdout, "chi_square", a->agreement.chi_square);
    json_print_member(stdout, "pvalue", a->agreement.pvalue);
    printf(", \"growth\": [");
    print_json_modes(r, a);
    putchar(']');
    if (a->level) { print_json_followed(r, a); }
    if (r->value[CONCENTRATION] > 0) { print_json_drift(r, a); }
    printf("}\n");
}

static void print_csv(FILE *out, const struct request *r, const struct answer *a) {
    char number[NUMBER_TEXT];
    unsigned modes = r->design.modes;
    fputs("# gapscale flow", out);
    for (size_t k = 0; k < KEYS; k++) {
        fprintf(out, " %s=%s", known[k].name,
                isfinite(r->value[k]) ? number_print(r->value[k], number) : "inf");
    }
    fprintf(out, "\n# N_eff = %.6g\n# ", a->n_eff);
    print_agreement(out, r, a);
    fputs("# growth: exact for n -> inf, growth_finite: to order 1/n; both to the power of the step\n"
          "step,l,growth,growth_finite,measured,error\n",
          out);
    for (unsigned k = 0; k < r->design.steps * modes; k++) {
        unsigned l = k % modes + 1, s = k / modes + 1;
        fprintf(out, "%u,%u,%.17g,%.17g,%.17g,%.17g\n", s, l, pow(a->exact[l - 1], s),
                pow(a->finite[l - 1], s), a->estimate[k].growth, a->estimate[k].error);
    }
}

/* Under a temporary name first: a half-written FILE is never seen. */
static bool write_csv(const char *file, const struct request *r, const struct answer *a) {
    char *temporary;
    if (asprintf(&temporary, "%s.%ld", file, (long)getpid()) < 0) { memory_exhausted(); }
    FILE *out = fopen(temporary, "w");
    bool good = out != NULL;
    if (good) {
        print_csv(out, r, a);
        good = !ferror(out);
        good = fclose(out) == 0 && good && rename(temporary, file) == 0;
    }
    if (!good) {
        message_error("cannot write %s: %s", file, strerror(errno));
        unlink(temporary);
    }
    free(temporary);
    return good;
}

static int flow(const struct request *r, const char *file, bool json) {
    struct answer a;
    if (file && !publish_prepare(file, false)) { return EXIT_FAILED; }
    answer_make(r, file != NULL, &a);
    if (json) {
        print_json(r, &a);
    } else {
        print_table(r, &a);
    }
    int status = EXIT_DONE;
    if (file) {
        struct flow_figures figures = {&r->design, a.estimate, BINS, a.density};
        if (!write_csv(file, r, &a) || flow_figures_draw(&figures, file)) { status = EXIT_FAILED; }
    }
    answer_free(&a);
    return status;
}

static bool parse_threads(const char *text, int *threads) {
    double x;
    if (number_read(text, &x, NULL) && x >= 1 && x <= MOST_THREADS && x == floor(x)) {
        *threads = (int)x;
        return true;
    }
    message_error("--threads takes a whole number from 1 to %d, not '%s'", MOST_THREADS, text);
    return false;
}

int command_flow(int argc, char **argv) {
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"output", required_argument, NULL, 'o'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *file = NULL;
    bool json = false;
    int option, threads = omp_get_num_procs();
    optind = 0;
    while ((option = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
        switch (option) {
        case 'j': json = true; break;
        case 'o': file = optarg; break;
        case 't':
            if (!parse_threads(optarg, &threads)) { return EXIT_USAGE; }
            break;
        case 'h': print_usage(stdout); return EXIT_DONE;
        default: print_usage(stderr); return EXIT_USAGE;
        }
    }
    struct request *request = memory_create(1, sizeof *request);
    gsl_set_error_handler_off();
    int status = EXIT_USAGE;
    if (request_make(request, argc - optind, argv + optind)) {
        request->design.threads = threads;
        status = flow(request, file, json);
    }
    free(request);
    return status;
}
