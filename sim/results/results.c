#include "sim/results/results.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/theory/sphere.h"
#include "models/theory/typical.h"
#include "sim/base/memory.h"
#include "sim/results/value_matrix.h"

enum {
    BLOCK = RESULTS_BLOCK_LENGTH,
    GROUPS = 256,
    GAP_OCTAVES = 18,
    GAP_FIRST = -8,
    TE_OCTAVES = 8,
    LEVELS = 10
};

const char *const results_dimension_name[RESULTS_DIMENSIONS] = {
    [RESULTS_LOG_N] = "log_n",         [RESULTS_BETA] = "beta_index",     [RESULTS_BLOCK] = "block",
    [RESULTS_QUANTILE] = "quantile",   [RESULTS_RANK] = "rank",           [RESULTS_GAP] = "gap_grid",
    [RESULTS_TE] = "te_factor",        [RESULTS_REPLICATE] = "replicate", [RESULTS_CRITERION] = "criterion",
    [RESULTS_COMPONENT] = "component", [RESULTS_PAIR] = "component_pair", [RESULTS_COLUMN] = "column",
    [RESULTS_LEVEL] = "weight_level",
};

/* The single place for a quantity's name, unit, meaning and axes after log_n. */
static const struct quantity {
    const char *name, *units, *meaning;
    unsigned rank;
    enum results_dimension axis[2];
} quantity_table[RESULTS_QUANTITIES] = {
    [MEASURE_ENTROPY] = {"entropy", "nat", "Shannon entropy H of the softmax weights", 1, {RESULTS_BETA}},
    [MEASURE_PARTICIPATION] = {"participation", "1", "participation Y_2 = sum p^2", 1, {RESULTS_BETA}},
    [MEASURE_TOP_WEIGHT] = {"top_weight", "1", "largest weight p_(1)", 1, {RESULTS_BETA}},
    [MEASURE_TOP_TWO_RATIO] = {"top_two_ratio", "1", "p_(2)/p_(1)", 1, {RESULTS_BETA}},
    [MEASURE_SUSCEPTIBILITY] =
        {"susceptibility", "nat", "beta^2 Var_p(gap) = -dH/dlog beta", 1, {RESULTS_BETA}},
    [MEASURE_LOG_PARTITION] =
        {"log_partition", "1", "log Z relative to beta times the largest score", 1, {RESULTS_BETA}},
    [MEASURE_GAP_MEAN] = {"gap_mean", "1/lambda_typ", "mean gap under the weights", 1, {RESULTS_BETA}},
    [RESULTS_ORDERED_WEIGHT] = {"ordered_weight", "1", "mean of p_(k)", 2, {RESULTS_BETA, RESULTS_RANK}},
    [RESULTS_LOG_GAP_COUNT] = {"log_gap_count", "1", "mean of log N_n(t)", 1, {RESULTS_GAP}},
    [RESULTS_OUTPUT_BIAS] = {"output_bias", "1", "1 - <q,ATT> at V = I", 1, {RESULTS_BETA}},
    [RESULTS_OUTPUT_TANGENTIAL] =
        {"output_tangential", "1", "squared length of ATT across q, at V = I", 1, {RESULTS_BETA}},
    [RESULTS_OUTPUT_IDENTITY] = {"output_identity",
                                 "1",
                                 "sum p^2 (1-s^2) - sum p (1-s^2) + ((d-1)/beta) sum p s: 0 in the mean",
                                 1,
                                 {RESULTS_BETA}},
    [RESULTS_EFFECTIVE_KEYS] = {"effective_keys", "1", "1/Y_2", 1, {RESULTS_BETA}},
    [RESULTS_TOP_DEFICIT] = {"top_deficit", "1", "1 - p_(1)", 1, {RESULTS_BETA}},
    [RESULTS_LOG_TOP_DEFICIT] = {"log_top_deficit", "1", "-log(1 - p_(1))", 1, {RESULTS_BETA}},
    [RESULTS_WEIGHTS_ABOVE] =
        {"weights_above", "1", "number of keys with more than this weight", 2, {RESULTS_BETA, RESULTS_LEVEL}},
    [RESULTS_OUTPUT] = {"output", "1", "components of V ATT", 2, {RESULTS_BETA, RESULTS_COMPONENT}},
    [RESULTS_OUTPUT_PAIR] = {NULL, NULL, NULL, 2, {RESULTS_BETA, RESULTS_PAIR}},
    [RESULTS_TE_ENTROPY] =
        {"te_entropy", "nat", "mean of H at that beta, over the kept replicates", 1, {RESULTS_TE}},
    [RESULTS_TE_TOP_TWO_RATIO] = {"te_top_two_ratio",
                                  "1",
                                  "mean of p_(2)/p_(1) at that beta, over the kept replicates",
                                  1,
                                  {RESULTS_TE}},
};

bool results_has_output(const struct results_series *s) { return s->size[RESULTS_COMPONENT] > 0; }

size_t results_quantity_size(const struct results_series *s, enum results_quantity quantity) {
    const struct quantity *q = &quantity_table[quantity];
    bool of_output = quantity >= RESULTS_OUTPUT_BIAS && quantity <= RESULTS_OUTPUT_PAIR;
    if (of_output && !results_has_output(s)) { return 0; }
    return s->size[q->axis[0]] * (q->rank > 1 ? s->size[q->axis[1]] : 1);
}

static void add(struct results_field **next, const char *name, const char *suffix, const char *units,
                const char *long_name, double **values, unsigned rank, enum results_dimension a,
                enum results_dimension b, enum results_dimension c) {
    struct results_field *f = (*next)++;
    snprintf(f->name, sizeof f->name, "%s%s", name, suffix);
    f->units = units;
    f->long_name = long_name;
    f->values = values;
    f->rank = rank;
    f->axis[0] = a;
    f->axis[1] = b;
    f->axis[2] = c;
    f->axis[3] = RESULTS_LOG_N;
}

#define ADD1(name, units, text, values, a) add(&next, name, "", units, text, values, 1, a, 0, 0)
#define ADD2(name, units, text, values, a, b) add(&next, name, "", units, text, values, 2, a, b, 0)
#define ADD3(name, units, text, values, a, b, c) add(&next, name, "", units, text, values, 3, a, b, c)

static void add_quantity(struct results_field **next, struct results_series *s, unsigned quantity) {
    const struct quantity *q = &quantity_table[quantity];
    const char *const error = quantity < RESULTS_TE_ENTROPY ? "standard error of the mean over replicates"
                                                            : "standard error over the kept replicates";
    add(next, q->name, "_mean", q->units, q->meaning, &s->mean[quantity], 1 + q->rank, RESULTS_LOG_N,
        q->axis[0], q->axis[1]);
    add(next, q->name, "_se", q->units, error, &s->se[quantity], 1 + q->rank, RESULTS_LOG_N, q->axis[0],
        q->axis[1]);
}

static void add_measures(struct results_field **next, struct results_series *s) {
    for (unsigned m = 0; m < MEASURE_COUNT; m++) {
        add_quantity(next, s, m);
        add(next, quantity_table[m].name, "_block", quantity_table[m].units,
            "means over blocks of consecutive replicates", &s->block[m], 3, RESULTS_LOG_N, RESULTS_BETA,
            RESULTS_BLOCK);
    }
}

/* What is not in the file: the sums of pairs, in the quantity's arrays. */
static void add_hidden(struct results_field **next, struct results_series *s) {
    add(next, "", "", NULL, NULL, &s->mean[RESULTS_OUTPUT_PAIR], 3, RESULTS_LOG_N, RESULTS_BETA,
        RESULTS_PAIR);
    add(next, "", "", NULL, NULL, &s->output_scale, 3, RESULTS_LOG_N, RESULTS_BETA, RESULTS_COMPONENT);
    add(next, "", "", NULL, NULL, &s->se[RESULTS_OUTPUT_PAIR], 3, RESULTS_LOG_N, RESULTS_BETA, RESULTS_PAIR);
}

/* Of keys on a sphere, where the output is asked for. */
static void add_output(struct results_field **start, struct results_series *s) {
    const enum results_dimension N = RESULTS_LOG_N, B = RESULTS_BETA, R = RESULTS_REPLICATE;
    struct results_field *next = *start;
    ADD2("value_matrix", "1", "value matrix V, its first column the query's direction", &s->value_matrix,
         RESULTS_COMPONENT, RESULTS_COLUMN);
    ADD1("weight_level", "1", "a weight", &s->weight_level, RESULTS_LEVEL);
    ADD1("pair_first", "1", "first component of a pair, from 0", &s->pair_first, RESULTS_PAIR);
    ADD1("pair_second", "1", "second component of a pair", &s->pair_second, RESULTS_PAIR);
    for (unsigned q = RESULTS_OUTPUT_BIAS; q < RESULTS_OUTPUT_PAIR; q++) { add_quantity(&next, s, q); }
    ADD3("output_covariance", "1", "covariance over replicates of two components of V ATT",
         &s->output_covariance, N, B, RESULTS_PAIR);
    ADD3("ordered_weight_quantile", "1",
         "quantiles of p_(k) over replicates, from a histogram with bins of relative width 1/64",
         &s->ordered_weight_quantile, N, B, RESULTS_RANK);
    next[-1].rank = 4;
    next[-1].axis[3] = RESULTS_QUANTILE;
    ADD3("output_radial", "1", "1 - <q,ATT> of the kept replicates", &s->output_radial, N, B, R);
    ADD3("output_tangent", "1", "one tangential component of ATT of the kept replicates", &s->output_tangent,
         N, B, R);
    ADD3("output_square", "1", "squared length of ATT across q of the kept replicates", &s->output_square, N,
         B, R);
    ADD2("exact/output_bias", "1", "mean of 1 - <q,ATT>, without sampling", &s->exact_output_bias, N, B);
    ADD2("exact/output_tangential", "1", "mean of that squared length, without sampling",
         &s->exact_output_tangential, N, B);
    ADD2("exact/output_bias_error", "1", "bound on the error of exact/output_bias",
         &s->exact_output_bias_error, N, B);
    ADD2("exact/output_tangential_error", "1", "bound on the error of exact/output_tangential",
         &s->exact_output_tangential_error, N, B);
    ADD2("exact/output_radial_variance", "1", "variance of <q,ATT>, without sampling",
         &s->exact_output_variance, N, B);
    ADD2("exact/output_radial_variance_error", "1", "bound on the error of exact/output_radial_variance",
         &s->exact_output_variance_error, N, B);
    ADD3("exact/ordered_weight", "1", "mean of p_(k), without sampling", &s->exact_ordered_weight, N, B,
         RESULTS_RANK);
    add_hidden(&next, s);
    *start = next;
}

size_t results_fields(struct results_series *s, struct results_field field[RESULTS_FIELDS]) {
    const enum results_dimension N = RESULTS_LOG_N, B = RESULTS_BETA, R = RESULTS_REPLICATE;
    struct results_field *next = field;
    ADD1("log_n", "1", "natural log of the context length n", &s->log_n, N);
    ADD1("n", "1", "context length n; inf past 1e308", &s->n, N);
    ADD1("lambda_typ", "1/score", "typical accumulation scale Lambda^typ; may be inf", &s->lambda_typ, N);
    ADD1("log_lambda_typ", "1", "natural log of Lambda^typ", &s->log_lambda_typ, N);
    ADD2("beta", "1/score", "inverse temperature; may be inf", &s->beta, N, B);
    ADD2("beta_ratio", "lambda_typ", "beta/Lambda^typ", &s->beta_ratio, N, B);
    add_measures(&next, s);
    ADD1("block_size", "1", "replicates in each block", &s->block_size, RESULTS_BLOCK);
    ADD1("quantile", "1", "probability", &s->quantile, RESULTS_QUANTILE);
    ADD3("entropy_quantile", "nat",
         "quantiles of H over replicates, from a histogram with bins of relative width 1/64",
         &s->entropy_quantile, N, B, RESULTS_QUANTILE);
    ADD1("rank", "1", "rank k of a weight, the largest first", &s->rank, RESULTS_RANK);
    add_quantity(&next, s, RESULTS_ORDERED_WEIGHT);
    ADD1("gap_grid", "1/lambda_typ", "gap t below the row's maximum", &s->gap_grid, RESULTS_GAP);
    add_quantity(&next, s, RESULTS_LOG_GAP_COUNT);
    ADD1("te_factor", "1", "beta = factor x the row's own Lambda_n", &s->te_factor, RESULTS_TE);
    add_quantity(&next, s, RESULTS_TE_ENTROPY);
    add_quantity(&next, s, RESULTS_TE_TOP_TWO_RATIO);
    ADD2("lambda", "lambda_typ", "the row's accumulation scale Lambda_n", &s->lambda, N, R);
    ADD2("lambda_log_rank", "1", "log k* where Lambda_n is attained", &s->lambda_log_rank, N, R);
    ADD2("lambda_gap", "1/lambda_typ", "gap t* where Lambda_n is attained", &s->lambda_gap, N, R);
    ADD2("top_gap", "1/lambda_typ", "gap of the second largest score", &s->top_gap, N, R);
    ADD3("collapse", "lambda_typ", "the row's own collapse point", &s->collapse, N, RESULTS_CRITERION, R);
    ADD2("exact/entropy", "nat", "mean of H, without sampling", &s->exact_entropy, N, B);
    ADD2("exact/entropy_error", "nat", "bound on its error", &s->exact_entropy_error, N, B);
    ADD2("exact/participation", "1", "mean of Y_2, without sampling", &s->exact_participation, N, B);
    ADD2("exact/participation_error", "1", "bound on its error", &s->exact_participation_error, N, B);
    ADD2("exact/top_weight", "1", "mean of p_(1), without sampling", &s->exact_top_weight, N, B);
    ADD2("exact/collapse", "lambda_typ", "where the exact mean meets the criterion", &s->exact_collapse, N,
         RESULTS_CRITERION);
    if (results_has_output(s)) { add_output(&next, s); }
    return (size_t)(next - field);
}

size_t results_field_size(const struct results_series *series, const struct results_field *field) {
    size_t count = 1;
    for (unsigned i = 0; i < field->rank; i++) { count *= series->size[field->axis[i]]; }
    return count;
}

size_t results_blocks_per_group(uint64_t replicates) {
    uint64_t blocks = (replicates + BLOCK - 1) / BLOCK;
    return (blocks + GROUPS - 1) / GROUPS;
}

void results_allocate(struct results_series *series) {
    struct results_field field[RESULTS_FIELDS];
    size_t fields = results_fields(series, field);
    for (size_t i = 0; i < fields; i++) {
        size_t count = results_field_size(series, &field[i]);
        double *values = memory_create(count, sizeof *values);
        for (size_t k = 0; k < count; k++) { values[k] = NAN; }
        *field[i].values = values;
    }
    series->criterion = memory_create(series->size[RESULTS_CRITERION], sizeof *series->criterion);
}

static void fill_blocks(struct results_series *s) {
    uint64_t length = BLOCK * results_blocks_per_group(s->replicates);
    for (size_t i = 0; i < s->size[RESULTS_BLOCK]; i++) {
        uint64_t left = s->replicates - i * length;
        s->block_size[i] = (double)(left < length ? left : length);
    }
}

/* The gaps 2^k (1, 1.25, 1.5, 1.75) are edges of the bins of drawn rows, where N_n(t) is exact. */
static void fill_coordinates(struct results_series *s, const struct config *config) {
    for (size_t i = 0; i < s->size[RESULTS_QUANTILE]; i++) { s->quantile[i] = config->quantile[i]; }
    for (size_t i = 0; i < s->size[RESULTS_RANK]; i++) { s->rank[i] = (double)(i + 1); }
    for (size_t i = 0; i < s->size[RESULTS_GAP]; i++) {
        s->gap_grid[i] = ldexp(1 + 0.25 * (double)(i % 4), GAP_FIRST + (int)(i / 4));
    }
    for (size_t i = 0; i < s->size[RESULTS_TE]; i++) { s->te_factor[i] = ldexp(1, (int)i - TE_OCTAVES); }
}

static void fill_output(struct results_series *s, const struct config_output *output) {
    size_t components = s->size[RESULTS_COMPONENT], pair = 0;
    if (components == 0) { return; }
    value_matrix_fill(output, components, s->value_matrix);
    for (size_t i = 0; i < s->size[RESULTS_LEVEL]; i++) { s->weight_level[i] = ldexp(1, -(int)i - 1); }
    for (size_t a = 0; a < components; a++) {
        for (size_t b = a; b < components; b++, pair++) {
            s->pair_first[pair] = (double)a;
            s->pair_second[pair] = (double)b;
        }
    }
}

void results_finish_output(struct results_series *s, size_t n_index) {
    size_t betas = s->size[RESULTS_BETA], components = s->size[RESULTS_COMPONENT],
           pairs = s->size[RESULTS_PAIR];
    for (size_t b = n_index * betas; b < (n_index + 1) * betas; b++) {
        const double *se = s->se[RESULTS_OUTPUT] + b * components, *scale = s->output_scale + b * components;
        for (size_t k = 0; k < pairs; k++) {
            size_t i = (size_t)s->pair_first[k], j = (size_t)s->pair_second[k];
            double first = se[i] / scale[i], second = se[j] / scale[j],
                   sum = s->se[RESULTS_OUTPUT_PAIR][b * pairs + k];
            s->output_covariance[b * pairs + k] = scale[i] * scale[j] * (double)s->replicates / 2 *
                                                  (sum * sum - first * first - second * second);
        }
        for (size_t a = 0; a < components; a++) {
            s->mean[RESULTS_OUTPUT][b * components + a] += s->value_matrix[a * s->size[RESULTS_COLUMN]];
        }
    }
}

/* Standard deviations of the central limit, or of the nearest key where that is less. */
static void fill_output_scales(struct results_series *s) {
    size_t betas = s->size[RESULTS_BETA], components = s->size[RESULTS_COMPONENT],
           columns = s->size[RESULTS_COLUMN];
    for (size_t b = 0; components > 0 && b < s->size[RESULTS_LOG_N] * betas; b++) {
        struct sphere_subcritical limit;
        double nearest = 1 / s->lambda_typ[b / betas];
        const double log_n = s->log_n[b / betas], d = family_dimension(s->family, s->parameter, log_n);
        sphere_subcritical(d, s->beta[b], log_n, &limit);
        double along = fmin(limit.radial_variance, nearest * nearest),
               across = fmin(limit.tangential_variance, nearest);
        for (size_t a = 0; a < components; a++) {
            const double *v = s->value_matrix + a * columns;
            double square = v[0] * v[0] * along;
            for (size_t k = 1; k < columns; k++) { square += v[k] * v[k] * across; }
            s->output_scale[b * components + a] = square > 0 ? sqrt(square) : 1;
        }
    }
}

static void fill_scales(struct results_series *s, const struct config_series *asked) {
    size_t betas = s->size[RESULTS_BETA];
    for (size_t i = 0; i < asked->n_count; i++) {
        double p[FAMILY_PARAMETERS], n = exp(asked->log_n[i]);
        config_parameters(asked, asked->log_n[i], p);
        double log_lambda = typical_scale(asked->family, p, asked->log_n[i]).log_lambda;
        s->log_n[i] = asked->log_n[i];
        s->n[i] = n < 0x1p53 ? rint(n) : n;
        s->log_lambda_typ[i] = log_lambda;
        s->lambda_typ[i] = exp(log_lambda);
        for (size_t b = 0; b < betas; b++) {
            enum config_scale scale = asked->beta.scale;
            double value = asked->beta.value[b],
                   log_beta = config_log_beta(asked, asked->log_n[i], log_lambda, b);
            s->beta[i * betas + b] = scale == CONFIG_SCALE_NONE ? value : exp(log_beta);
            s->beta_ratio[i * betas + b] =
                scale == CONFIG_SCALE_LAMBDA_TYP ? value : exp(log_beta - log_lambda);
        }
    }
}

static void series_create(struct results_series *s, const struct config *config,
                          const struct config_series *asked) {
    snprintf(s->name, sizeof s->name, "%s", asked->name);
    s->family = asked->family;
    memcpy(s->parameter, asked->parameter, sizeof s->parameter);
    s->replicates = asked->replicates;
    uint64_t length = BLOCK * results_blocks_per_group(s->replicates), kept = config->keep_replicates;
    s->size[RESULTS_LOG_N] = asked->n_count;
    s->size[RESULTS_BETA] = asked->beta.count;
    s->size[RESULTS_BLOCK] = (s->replicates + length - 1) / length;
    s->size[RESULTS_QUANTILE] = config->quantile_count;
    s->size[RESULTS_RANK] = config->ordered_weights;
    s->size[RESULTS_GAP] = 4 * GAP_OCTAVES + 1;
    s->size[RESULTS_TE] = 2 * TE_OCTAVES + 1;
    s->size[RESULTS_REPLICATE] = kept < s->replicates ? kept : s->replicates;
    s->size[RESULTS_CRITERION] = asked->criterion_count;
    if (asked->output.asked) {
        size_t rows = asked->output.rows, components = rows < RESULTS_COMPONENTS ? rows : RESULTS_COMPONENTS;
        s->size[RESULTS_COMPONENT] = components;
        s->size[RESULTS_PAIR] = components * (components + 1) / 2;
        s->size[RESULTS_COLUMN] = asked->output.columns;
        s->size[RESULTS_LEVEL] = LEVELS;
    }
    results_allocate(s);
    memcpy(s->criterion, asked->criterion, asked->criterion_count * sizeof *s->criterion);
    fill_blocks(s);
    fill_coordinates(s, config);
    fill_output(s, &asked->output);
    fill_scales(s, asked);
    fill_output_scales(s);
}

struct results *results_create(const struct config *config, const char *isa) {
    struct results *r = memory_create(1, sizeof *r);
    r->seed = config->seed;
    r->common_randomness = config->common_randomness;
    r->config_text = memory_copy_text(config->text, strlen(config->text));
    r->config_resolved = memory_copy_text(config->resolved, strlen(config->resolved));
    r->isa = memory_copy_text(isa, strlen(isa));
    r->series_count = config->series_count;
    r->series = memory_create(r->series_count, sizeof *r->series);
    for (size_t i = 0; i < r->series_count; i++) { series_create(&r->series[i], config, &config->series[i]); }
    return r;
}

void results_free(struct results *r) {
    if (!r) { return; }
    for (size_t i = 0; i < r->series_count; i++) {
        struct results_field field[RESULTS_FIELDS];
        size_t fields = results_fields(&r->series[i], field);
        for (size_t k = 0; k < fields; k++) { free(*field[k].values); }
        free(r->series[i].criterion);
    }
    free(r->series);
    free(r->config_text);
    free(r->config_resolved);
    free(r->isa);
    free(r);
}
