/* `gapscale flow`: tokens on a sphere that attend to each other run the heat equation backwards. */
#include <getopt.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <libgen.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "../models/sphere.h"
#include "../sim/config.h"
#include "../sim/message.h"
#include "../sim/nearest.h"
#include "../sim/tokens.h"
#include "command.h"
#include "flow_figures.h"
#include "json.h"

static const char usage[] =
    "usage: gapscale flow [KEY=VALUE]... [-o NAME] [--json] [--threads K] [--quiet]\n"
    "\n"
    "n tokens on the unit sphere attend to each other, x_i -> ATT_i/|ATT_i|, V = I. To first order that is "
    "the heat\n"
    "equation run backwards: the l-th harmonic of their density grows by a known factor G_l > 1. Measured "
    "here beside\n"
    "theory, over several steps; and, for keys around a mean direction, the output's drift towards it.\n"
    "\n"
    "  dimension=D      whole number from 2 (default 2)\n"
    "  n=N              tokens, 2 to 200000 (default 4096); a step costs n^2 d\n"
    "  beta=B           inverse temperature (default 32)\n"
    "  modes=L          harmonics l = 1 .. L (default 16)\n"
    "  steps=S          steps of attention (default 3)\n"
    "  replicates=R     2 or more (default 32)\n"
    "  tau=T            move by T ATT only: x -> (x + T ATT)/|x + T ATT|\n"
    "  concentration=C  von Mises-Fisher keys of density e^(C <mu,x>), for the drift (default 0: uniform, no "
    "drift)\n"
    "  clusters=K       K such laws at equal angles in one plane (default 1)\n"
    "  mean=[X,Y,..]    mu, its first two components; not 0 (default [1,0])\n"
    "  seed=S           (default 20260512)\n"
    "\n"
    "  -o, --output NAME   also write the figures NAME-modes and NAME-density (circle) as SVG, PNG and PDF\n"
    "      --json          print JSON (results/SCHEMA.md)\n";

enum { MOST_TOKENS = 200000, MOST_DIMENSION = 10000 };

struct flow_options {
    struct tokens_request request;
    double mean[2];
    const char *output;
    bool json, help;
};

/* ---- the command line ---- */

static const struct key {
    const char *name;
    double low, high;
    bool whole, open; /* open: low itself is excluded */
} keys[] = {
    {"dimension", 2, MOST_DIMENSION, true, false},
    {"n", 2, MOST_TOKENS, true, false},
    {"beta", 0, 1e12, false, true},
    {"modes", 1, 1000, true, false},
    {"steps", 1, 1000, true, false},
    {"replicates", 2, 1e6, true, false},
    {"tau", 0, 1e12, false, true},
    {"concentration", 0, 1e6, false, false},
    {"clusters", 1, 1000, true, false},
    {"seed", 0, 0x1p53, true, false},
};
enum { KEYS = sizeof keys / sizeof *keys };

static void store_value(struct tokens_request *r, size_t key, double value) {
    size_t whole = (size_t)value;
    switch (key) {
    case 0: r->dimension = whole; break;
    case 1: r->n = whole; break;
    case 2: r->beta = value; break;
    case 3: r->modes = whole; break;
    case 4: r->steps = whole; break;
    case 5: r->replicates = whole; break;
    case 6: r->tau = value; break;
    case 7: r->density.concentration = value; break;
    case 8: r->density.clusters = whole; break;
    default: r->seed = (uint64_t)value; break;
    }
}

static bool parse_mean(const char *text, double mean[2]) {
    char copy[128], *rest = copy, *item;
    size_t count = 0, length = strlen(text);
    if (length < 3 || length >= sizeof copy || text[0] != '[' || text[length - 1] != ']') {
        message_error("mean=%.60s: expected a list such as [1,0]", text);
        return false;
    }
    snprintf(copy, sizeof copy, "%.*s", (int)length - 2, text + 1);
    for (; (item = strsep(&rest, ",")); count++) {
        double value;
        item += strspn(item, " ");
        if (!config_number(item, &value, NULL) || count >= 2) {
            message_error("mean=%.60s: expected two numbers, its part in the plane of the first two axes",
                          text);
            return false;
        }
        mean[count] = value;
    }
    if (count == 2 && hypot(mean[0], mean[1]) > 0) { return true; }
    message_error("mean=%.60s: a direction has two components and a norm above 0", text);
    return false;
}

static bool unknown_key(const char *word) {
    const char *names[KEYS + 1], *near;
    char key[64];
    snprintf(key, sizeof key, "%.*s", (int)strcspn(word, "="), word);
    for (size_t i = 0; i < KEYS; i++) { names[i] = keys[i].name; }
    names[KEYS] = "mean";
    near = nearest_name(key, KEYS + 1, names);
    message_error("flow has no key '%s'%s%s%s", key, near ? "; did you mean '" : "", near ? near : "",
                  near ? "'?" : "; gapscale flow -h lists them");
    return false;
}

static bool parse_word(struct flow_options *o, const char *word) {
    const char *value = strchr(word, '=');
    if (!value || value == word) {
        message_error("'%s': expected KEY=VALUE", word);
        return false;
    }
    size_t length = (size_t)(value++ - word), k = 0;
    if (length == 4 && strncmp(word, "mean", 4) == 0) { return parse_mean(value, o->mean); }
    while (k < KEYS && !(strlen(keys[k].name) == length && strncmp(word, keys[k].name, length) == 0)) { k++; }
    if (k == KEYS) { return unknown_key(word); }
    double x;
    const struct key *key = &keys[k];
    bool good = config_number(value, &x, NULL) && x <= key->high &&
                (key->open ? x > key->low : x >= key->low) && (!key->whole || x == floor(x));
    if (!good) {
        message_error("%s=%.60s: expected a %s %s %g, at most %g", key->name, value,
                      key->whole ? "whole number" : "number", key->open ? "above" : "from", key->low,
                      key->high);
        return false;
    }
    store_value(&o->request, k, x);
    return true;
}

static bool parse(int argc, char **argv, struct flow_options *o) {
    static const struct option known[] = {
        {"output", required_argument, NULL, 'o'}, {"json", no_argument, NULL, 'j'},
        {"quiet", no_argument, NULL, 'q'},        {"threads", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    double threads;
    int option;
    *o = (struct flow_options){.request = {.seed = 20260512,
                                           .dimension = 2,
                                           .n = 4096,
                                           .modes = 16,
                                           .steps = 3,
                                           .replicates = 32,
                                           .beta = 32,
                                           .tau = INFINITY,
                                           .density = {0, 0, 1},
                                           .threads = omp_get_num_procs()},
                               .mean = {1, 0}};
    optind = 0;
    while ((option = getopt_long(argc, argv, "o:h", known, NULL)) != -1) {
        switch (option) {
        case 'o': o->output = optarg; break;
        case 'j': o->json = true; break;
        case 'q': o->request.quiet = true; break;
        case 'h': o->help = true; return true;
        case 't':
            if (!config_number(optarg, &threads, NULL) || !(threads >= 1 && threads <= 4096) ||
                threads != floor(threads)) {
                message_error("--threads takes a whole number from 1 to 4096, not '%s'", optarg);
                return false;
            }
            o->request.threads = (int)threads;
            break;
        default: fputs(usage, stderr); return false;
        }
    }
    for (int i = optind; i < argc; i++) {
        if (!parse_word(o, argv[i])) { return false; }
    }
    o->request.density.angle = atan2(o->mean[1], o->mean[0]);
    return true;
}

/* ---- theory beside it ---- */

/* G_l of a step: of ATT alone, or a share of it where tokens keep part of themselves. */
static double predicted_growth(const struct tokens_request *r, unsigned l, bool finite) {
    double d = (double)r->dimension,
           growth = finite ? sphere_mode_growth_finite(d, r->beta, l, log((double)r->n))
                           : sphere_mode_growth(d, r->beta, l);
    double share =
        isinf(r->tau) ? 1 : r->tau * sphere_overlap(d, r->beta) / (1 + r->tau * sphere_overlap(d, r->beta));
    return 1 + share * (growth - 1);
}

/* ATT at an angle from the mean, among equal parts of von Mises-Fisher keys. */
static void predicted_drift(const struct tokens_request *r, double angle, double *along, double *across) {
    double sum = 0, log_most = -INFINITY;
    struct sphere_attention part;
    *along = *across = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t k = 0; k < r->density.clusters; k++) {
            double turn = 2 * M_PI * (double)k / (double)r->density.clusters - angle;
            part =
                sphere_von_mises_fisher((double)r->dimension, r->beta, r->density.concentration, cos(turn));
            if (pass == 0) {
                log_most = fmax(log_most, part.log_weight);
                continue;
            }
            double weight = exp(part.log_weight - log_most);
            sum += weight;
            *along += weight * (part.along_query + part.along_mean * cos(turn));
            *across += weight * part.along_mean * sin(turn);
        }
    }
    *along /= sum;
    *across /= sum;
}

/* Gradient of log density on the sphere, in the direction of growing angle. */
static double log_density_slope(const struct tokens_request *r, double angle) {
    double sum = 0, slope = 0, c = r->density.concentration;
    for (size_t k = 0; k < r->density.clusters; k++) {
        double turn = 2 * M_PI * (double)k / (double)r->density.clusters - angle,
               weight = exp(c * (cos(turn) - 1));
        sum += weight;
        slope += weight * c * sin(turn);
    }
    return slope / sum;
}

/* ---- answers ---- */

struct flow_answer {
    struct tokens_growth *growth; /* [steps][modes] */
    double *histogram;            /* [steps + 1][TOKENS_BINS] */
    struct tokens_drift drift[TOKENS_PROBES];
    double chi_square, p; /* of the first step's modes against finite-n theory */
};

/* The correction for n is the leading one at large beta: half of it counts as its error. */
static double growth_sigma(const struct tokens_request *r, const struct tokens_growth *g, size_t mode) {
    double many = predicted_growth(r, (unsigned)mode + 1, false),
           finite = predicted_growth(r, (unsigned)mode + 1, true);
    return (g->value - finite) / hypot(g->se, (many - finite) / 2);
}

static void print_sentence(const struct tokens_request *r, const struct flow_answer *a) {
    const double enough = 10, log_near = sphere_log_partition((double)r->dimension, r->beta),
                 near = exp(log((double)r->n) + log_near);
    if (r->density.concentration > 0) {
        printf("G_l is for a nearly uniform density; this one is not.\n");
    } else if (near < enough) {
        printf("Undecided: only N_eff = %.3g tokens attend to each other; take n = %.3g or more, or a "
               "smaller beta.\n",
               near, enough * exp(-log_near));
    } else {
        printf("The heat equation %s as predicted: chi^2 = %.4g for %zu modes, p = %.2g (N_eff = %.4g).\n",
               a->p >= 1e-3 ? "runs backwards" : "does not run backwards", a->chi_square, r->modes, a->p,
               near);
    }
}

static void print_growth(const struct tokens_request *r, const struct flow_answer *a) {
    printf("%zu tokens in %zu dimensions, beta = %g, %zu replicates: growth of the l-th harmonic by one step "
           "of attention\n"
           "%4s %12s %12s %12s %10s %7s",
           r->n, r->dimension, r->beta, r->replicates, "l", "G_l", "at this n", "measured", "+-", "sigma");
    for (size_t s = 1; s < r->steps; s++) { printf("   step %zu", s + 1); }
    putchar('\n');
    for (size_t l = 0; l < r->modes; l++) {
        const struct tokens_growth *g = &a->growth[l];
        printf("%4zu %12.6f %12.6f %12.6f %10.6f %7.2f", l + 1, predicted_growth(r, (unsigned)l + 1, false),
               predicted_growth(r, (unsigned)l + 1, true), g->value, g->se, growth_sigma(r, g, l));
        for (size_t s = 1; s < r->steps; s++) { printf(" %8.4f", a->growth[s * r->modes + l].value); }
        putchar('\n');
    }
    print_sentence(r, a);
}

static void print_drift(const struct tokens_request *r, const struct flow_answer *a) {
    printf("\nDrift of a query at an angle from the mean direction: beta times the output across, towards "
           "smaller angles\n"
           "%7s %14s %14s %14s %10s %7s %12s\n",
           "angle", "grad log f", "many keys", "measured", "+-", "sigma", "along");
    for (size_t p = 0; p < TOKENS_PROBES; p++) {
        const struct tokens_drift *x = &a->drift[p];
        double along, across;
        predicted_drift(r, x->angle, &along, &across);
        printf("%7.1f %14.6f %14.6f %14.6f %10.6f %7.2f %12.6f\n", x->angle * 180 / M_PI,
               -log_density_slope(r, x->angle), -r->beta * across, -r->beta * x->across,
               r->beta * x->across_se, x->across_se > 0 ? (across - x->across) / x->across_se : 0, x->along);
    }
}

static void print_json(const struct tokens_request *r, const struct flow_answer *a) {
    printf("{\"schema\": 1, \"dimension\": %zu, \"n\": %zu, \"beta\": ", r->dimension, r->n);
    json_print_number(stdout, r->beta);
    printf(", \"chi_square\": ");
    json_print_number(stdout, a->chi_square);
    printf(", \"p\": ");
    json_print_number(stdout, a->p);
    printf(", \"modes\": [");
    for (size_t k = 0; k < r->steps * r->modes; k++) {
        const struct tokens_growth *g = &a->growth[k];
        size_t l = k % r->modes;
        printf("%s{\"step\": %zu, \"l\": %zu, \"predicted\": ", k > 0 ? ", " : "", k / r->modes + 1, l + 1);
        json_print_number(stdout, predicted_growth(r, (unsigned)l + 1, false));
        printf(", \"predicted_finite\": ");
        json_print_number(stdout, predicted_growth(r, (unsigned)l + 1, true));
        printf(", \"growth\": ");
        json_print_number(stdout, g->value);
        printf(", \"growth_se\": ");
        json_print_number(stdout, g->se);
        putchar('}');
    }
    printf("], \"drift\": [");
    for (size_t p = 0; r->density.concentration > 0 && p < TOKENS_PROBES; p++) {
        const struct tokens_drift *x = &a->drift[p];
        double along, across;
        predicted_drift(r, x->angle, &along, &across);
        const struct {
            const char *name;
            double value;
        } member[] = {{"along", x->along},
                      {"along_se", x->along_se},
                      {"along_predicted", along},
                      {"across", x->across},
                      {"across_se", x->across_se},
                      {"across_predicted", across},
                      {"log_density_slope", log_density_slope(r, x->angle)}};
        printf("%s{\"angle\": ", p > 0 ? ", " : "");
        json_print_number(stdout, x->angle);
        for (size_t k = 0; k < sizeof member / sizeof *member; k++) {
            printf(", \"%s\": ", member[k].name);
            json_print_number(stdout, member[k].value);
        }
        putchar('}');
    }
    printf("]}\n");
}

static bool draw(const struct flow_options *o, const struct flow_answer *a) {
    const struct tokens_request *r = &o->request;
    double *predicted = malloc(r->modes * sizeof *predicted);
    if (!predicted) { return false; }
    for (size_t l = 0; l < r->modes; l++) { predicted[l] = predicted_growth(r, (unsigned)l + 1, false); }
    bool good =
        flow_figures_draw(o->output, r, predicted, a->growth, r->dimension == 2 ? a->histogram : NULL) == 0;
    free(predicted);
    return good;
}

static int answer(const struct flow_options *o) {
    const struct tokens_request *r = &o->request;
    struct flow_answer a = {.growth = malloc(r->steps * r->modes * sizeof *a.growth),
                            .histogram = calloc((r->steps + 1) * TOKENS_BINS, sizeof *a.histogram)};
    const struct isa *isa = isa_best();
    bool good = a.growth && a.histogram &&
                tokens_grow(isa, r, a.growth, r->dimension == 2 ? a.histogram : NULL) &&
                (r->density.concentration == 0 || tokens_drift(isa, r, a.drift));
    if (good) {
        for (size_t l = 0; l < r->modes; l++) { a.chi_square += pow(growth_sigma(r, &a.growth[l], l), 2); }
        a.p = gsl_cdf_chisq_Q(a.chi_square, (double)r->modes);
        if (o->json) {
            print_json(r, &a);
        } else {
            print_growth(r, &a);
            if (r->density.concentration > 0) { print_drift(r, &a); }
        }
    } else {
        message_error("out of memory, or a concentration at which no key was found; try smaller numbers");
    }
    if (good && o->output) { good = draw(o, &a); }
    free(a.growth);
    free(a.histogram);
    return good ? EXIT_DONE : EXIT_FAILED;
}

int command_flow(int argc, char **argv) {
    struct flow_options o;
    gsl_set_error_handler_off();
    if (!parse(argc, argv, &o)) { return EXIT_USAGE; }
    if (o.help) { return fputs(usage, stdout) < 0 ? EXIT_FAILED : EXIT_DONE; }
    return answer(&o);
}
