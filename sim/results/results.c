#include "sim/results/results.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/theory/sphere.h"
#include "models/theory/typical.h"
#include "sim/base/memory.h"
#include "sim/config/lengths.h"
#include "sim/measures/pilot.h"
#include "sim/rows/normal.h"
#include "sim/storage/h5content.h"

enum { GROUPS = 256, GAP_OCTAVES = 18, GAP_FIRST = -8, LEVELS = 10 };

#define NAME(key, name, series) [RESULTS_##key] = name,
const char *const results_dimension_name[RESULTS_DIMENSIONS] = {RESULTS_DIMENSION_TABLE(NAME)};

/* ---- the table ---- */

/* The table's words. */
enum {
    EVERY = RESULTS_OF_EVERY,
    OUTPUT = RESULTS_OF_OUTPUT,
    SPARSEMAX = RESULTS_OF_SPARSEMAX,
    ENTMAX = RESULTS_OF_ENTMAX,
    SINKS = RESULTS_OF_SINKS,
    TARGETED = RESULTS_OF_TARGETED,
    EMPIRICAL = RESULTS_OF_MEASURED
};
#define SHORT(key, ...) key = RESULTS_##key,
enum { RESULTS_DIMENSION_TABLE(SHORT) };
#define SERIES(key, name, series) [RESULTS_##key] = (enum results_owner)(series),
static const enum results_owner dimension_owner[RESULTS_DIMENSIONS] = {RESULTS_DIMENSION_TABLE(SERIES)};

#define AXES(...) .rank = sizeof((int[]){__VA_ARGS__}) / sizeof(int), .axis = {__VA_ARGS__}
#define FIELD(text, unit, meaning, sort, series, axes, member)                                               \
    {.name = text,                                                                                           \
     .units = unit,                                                                                          \
     .long_name = meaning,                                                                                   \
     .kind = RESULTS_##sort,                                                                                 \
     .owner = (enum results_owner)(series),                                                                  \
     .offset = offsetof(struct results_series, member),                                                      \
     AXES axes},
#define ARRAY(kind, key, series, axes, unit, meaning) FIELD(#key, unit, meaning, kind, series, axes, key)
#define COUNT_ARRAY(key, series, axes, unit, meaning)                                                        \
    FIELD(#key, unit, meaning, AVERAGED, series, axes, key##_at)
#define EXACT_ARRAY(key, series, axes, unit, meaning)                                                        \
    FIELD("exact/" #key, unit, meaning, EXACT, series, axes, exact_##key)
#define MEAN_AND_ERROR(kind, key, name, series, axes, unit, meaning, error)                                  \
    FIELD(name "_mean", unit, meaning, kind, series, axes, mean[key])                                        \
    FIELD(name "_se", unit, error, kind, series, axes, se[key])
#define MEASURED(key, name, unit, meaning)                                                                   \
    MEAN_AND_ERROR(AVERAGED, MEASURE_##key, name, EVERY, (LOG_N, BETA), unit, meaning,                       \
                   "standard error of the mean over replicates")                                             \
    FIELD(name "_block", unit, "means over blocks of consecutive replicates", AVERAGED, EVERY,               \
          (LOG_N, BETA, BLOCK), block[MEASURE_##key])
#define AVERAGE(kind, key, name, series, axes, unit, meaning)                                                \
    MEAN_AND_ERROR(kind, RESULTS_##key, name, series, axes, unit, meaning,                                   \
                   "standard error of the mean over replicates")
#define KEPT_AVERAGE(kind, key, name, series, axes, unit, meaning)                                           \
    MEAN_AND_ERROR(kind, RESULTS_##key, name, series, axes, unit, meaning,                                   \
                   "standard error over the kept replicates")

static const struct results_field table[RESULTS_FIELDS] = {
    RESULTS_TABLE(ARRAY, COUNT_ARRAY, EXACT_ARRAY, MEASURED, AVERAGE, KEPT_AVERAGE)};

bool results_has_output(const struct results_series *s) { return s->size[RESULTS_COMPONENT] > 0; }

static bool is_owner(const struct results_series *s, enum results_owner owner) {
    switch (owner) {
    case RESULTS_OF_OUTPUT: return results_has_output(s);
    case RESULTS_OF_SPARSEMAX: return s->sparsemax;
    case RESULTS_OF_ENTMAX: return s->size[RESULTS_ALPHA] > 0;
    case RESULTS_OF_TARGETED: return s->target > 0;
    case RESULTS_OF_SINKS: return s->size[RESULTS_SINK] > 0;
    case RESULTS_OF_MEASURED: return s->family && s->family->kind == FAMILY_MEASURED;
    default: return true;
    }
}

bool results_has_dimension(const struct results_series *s, enum results_dimension dimension) {
    return is_owner(s, dimension_owner[dimension]);
}

double **results_values(struct results_series *other, const struct results_field *field) {
    return (double **)(void *)((char *)other + field->offset);
}

bool results_next(struct results_series *s, struct results_field *field) {
    size_t i = field->place;
    while (i < RESULTS_FIELDS && !is_owner(s, table[i].owner)) { i++; }
    if (i == RESULTS_FIELDS) { return false; }
    *field = table[i];
    field->place = i + 1;
    field->values = results_values(s, field);
    return true;
}

size_t results_quantity_size(const struct results_series *s, enum results_quantity quantity) {
    const struct results_field *f = table;
    while (f->offset != offsetof(struct results_series, mean) + quantity * sizeof(double *)) { f++; }
    if (!is_owner(s, f->owner)) { return 0; }
    return results_field_size(s, f) / s->size[RESULTS_LOG_N];
}

size_t results_field_size(const struct results_series *series, const struct results_field *field) {
    size_t count = 1;
    for (unsigned i = 0; i < field->rank; i++) { count *= series->size[field->axis[i]]; }
    return count;
}

double results_replicates(const struct results_series *s, size_t n) {
    return s->target > 0 ? s->replicates_at[n] : (double)s->replicates;
}

double results_least_replicates(const struct results_series *s) {
    double least = (double)s->replicates;
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) { least = fmin(least, results_replicates(s, n)); }
    return least;
}

double results_most_replicates(const struct results_series *s) {
    double most = 0;
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) { most = fmax(most, results_replicates(s, n)); }
    return most;
}

size_t results_kept(const struct results_series *s, size_t n) {
    return (size_t)fmin((double)s->size[RESULTS_REPLICATE], results_replicates(s, n));
}

static bool is_short(const struct results_series *s, size_t n) {
    return s->target > 0 && s->replicates_at[n] < (double)s->replicates;
}

size_t results_blocks(const struct results_series *s, size_t n) {
    return is_short(s, n) ? (size_t)(s->replicates_at[n] / results_block_size(s, n, 0))
                          : s->size[RESULTS_BLOCK];
}

double results_block_size(const struct results_series *s, size_t n, size_t block) {
    if (!is_short(s, n)) { return s->block_size[block]; }
    return (double)(RESULTS_BLOCK_LENGTH * results_blocks_per_group(2 * (uint64_t)s->replicates_at[n]));
}

double results_carriers(double rows, double variance) { return rows / (1 + variance); }

double results_carriers_needed(const struct results_series *s, size_t n) {
    return fmin(100, results_replicates(s, n) / 4);
}

bool results_is_rare(const struct results_series *s, size_t point) {
    /* rows without randomness have no error but in the last digits, of which the least numbers have few */
    const double doubt = 4, digits = 1e-13;
    double exact = s->exact_participation[point], off = fabs(s->mean[MEASURE_PARTICIPATION][point] - exact);
    return s->participation_carriers[point] < results_carriers_needed(s, point / s->size[RESULTS_BETA]) ||
           off > doubt * s->se[MEASURE_PARTICIPATION][point] + s->exact_participation_error[point] +
                     digits * exact + DBL_MIN;
}

size_t results_blocks_per_group(uint64_t replicates) {
    uint64_t blocks = (replicates + RESULTS_BLOCK_LENGTH - 1) / RESULTS_BLOCK_LENGTH;
    size_t group = 1;
    while (group * GROUPS < blocks) { group *= 2; }
    return group;
}

/* Known before any row is made: what does not depend on n, one number for each n, and the betas. */
static bool is_coordinate(const struct results_series *s, const struct results_field *f) {
    return f->axis[0] != RESULTS_LOG_N || f->rank == 1 || f->values == &s->beta ||
           f->values == &s->beta_ratio || f->values == &s->output_scale;
}

static void allocate(struct results_series *s, bool all) {
    for (struct results_field f = {0}; results_next(s, &f);) {
        *f.values = NULL;
        if (!all && !is_coordinate(s, &f)) { continue; }
        size_t count = results_field_size(s, &f);
        *f.values = memory_create(count, sizeof **f.values);
        for (size_t k = 0; k < count; k++) { (*f.values)[k] = NAN; }
    }
}

void results_allocate(struct results_series *s) {
    allocate(s, true);
    if (!s->criterion) { s->criterion = memory_create(s->size[RESULTS_CRITERION], sizeof *s->criterion); }
}

void results_cut(const struct results_series *series, size_t n, struct results_series *here) {
    *here = *series;
    here->size[RESULTS_LOG_N] = 1;
    for (struct results_field f = {0}; results_next(here, &f);) {
        if (*f.values && f.axis[0] == RESULTS_LOG_N) { *f.values += n * results_field_size(here, &f); }
    }
}

void results_size_common(struct results_series *s, size_t lengths, size_t betas, size_t quantiles,
                         size_t ranks, size_t criteria) {
    s->size[RESULTS_LOG_N] = lengths;
    s->size[RESULTS_BETA] = betas;
    s->size[RESULTS_QUANTILE] = quantiles;
    s->size[RESULTS_RANK] = ranks;
    s->size[RESULTS_GAP] = 4 * GAP_OCTAVES + 1;
    s->size[RESULTS_TE] = RESULTS_TE_FACTORS;
    s->size[RESULTS_CRITERION] = criteria;
}

static void fill_blocks(struct results_series *s) {
    uint64_t length = RESULTS_BLOCK_LENGTH * results_blocks_per_group(s->replicates);
    for (size_t i = 0; i < s->size[RESULTS_BLOCK]; i++) {
        uint64_t left = s->replicates - i * length;
        s->block_size[i] = (double)(left < length ? left : length);
    }
}

/* The gaps 2^k (1, 1.25, 1.5, 1.75) are edges of the bins of drawn rows, where N_n(t) is exact. */
void results_fill_common(struct results_series *s, const double *quantile) {
    for (size_t i = 0; i < s->size[RESULTS_QUANTILE]; i++) { s->quantile[i] = quantile[i]; }
    for (size_t i = 0; i < s->size[RESULTS_RANK]; i++) { s->rank[i] = (double)(i + 1); }
    for (size_t i = 0; i < s->size[RESULTS_GAP]; i++) {
        s->gap_grid[i] = ldexp(1 + 0.25 * (double)(i % 4), GAP_FIRST + (int)(i / 4));
    }
    for (size_t i = 0; i < s->size[RESULTS_TE]; i++) {
        s->te_factor[i] = ldexp(1, (int)i - RESULTS_TE_FACTORS / 2);
    }
}

static void fill_normalisers(struct results_series *s, const struct config_normalisers *asked) {
    for (size_t i = 0; i < s->size[RESULTS_ALPHA]; i++) { s->entmax_alpha[i] = asked->entmax[i]; }
    for (size_t i = 0; i < s->size[RESULTS_SINK]; i++) { s->sink_score[i] = asked->sink[i]; }
}

static void random_matrix(uint64_t seed, size_t rows, size_t columns, double *value) {
    struct stream stream = {.key = {seed, stream_hash("value_matrix"), columns, 0}};
    size_t count = rows * columns;
    double *normal = memory_create(count + 1, sizeof *normal);
    normal_fill(isa_find("base"), &stream, STREAM_DIRECTIONS, 0, count, normal);
    for (size_t i = 0; i < count; i++) { value[i] = normal[i] / sqrt((double)columns); }
    free(normal);
}

/* The first rows of the matrix that is asked for. */
static void fill_value_matrix(const struct config_output *asked, size_t rows, double *value) {
    size_t columns = asked->columns;
    switch (asked->matrix) {
    case CONFIG_MATRIX_IDENTITY:
        for (size_t i = 0; i < rows * columns; i++) { value[i] = i / columns == i % columns; }
        break;
    case CONFIG_MATRIX_ROWS: memcpy(value, asked->value, rows * columns * sizeof *value); break;
    case CONFIG_MATRIX_RANDOM: random_matrix(asked->seed, rows, columns, value); break;
    }
}

static void fill_output(struct results_series *s, const struct config_output *output) {
    size_t components = s->size[RESULTS_COMPONENT], pair = 0;
    if (components == 0) { return; }
    fill_value_matrix(output, components, s->value_matrix);
    for (size_t i = 0; i < s->size[RESULTS_LEVEL]; i++) { s->weight_level[i] = ldexp(1, -(int)i - 1); }
    for (size_t a = 0; a < components; a++) {
        for (size_t b = a; b < components; b++, pair++) {
            s->pair_first[pair] = (double)a;
            s->pair_second[pair] = (double)b;
        }
    }
}

void results_finish_output(struct results_series *s) {
    size_t betas = s->size[RESULTS_BETA], components = s->size[RESULTS_COMPONENT],
           pairs = s->size[RESULTS_PAIR];
    for (size_t b = 0; b < betas; b++) {
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
        const double log_n = s->log_n[b / betas], d = family_dimension(s->family, s->parameter, log_n),
                     c = family_concentration(s->family, s->parameter, log_n);
        sphere_subcritical(d, c, s->beta[b], log_n, &limit);
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

/* By theory's formula, or from rows where it has none. */
static double log_lambda_typ(const struct config_series *asked, double log_n, uint64_t seed,
                             struct progress *progress) {
    double p[FAMILY_PARAMETERS];
    config_parameters(asked, log_n, p);
    return pilot_is_needed(asked->family)
               ? pilot_log_lambda(asked->family, p, log_n, seed, asked->name, progress)
               : typical_scale(asked->family, p, log_n).log_lambda;
}

/* Keys of the pilot rows that fill_scales asks for. */
static double pilot_keys(const struct results_series *s, const struct config_series *asked) {
    double keys = s->is_prescribed ? exp(s->log_trained) : 0;
    for (size_t i = 0; i < asked->n_count; i++) { keys += exp(asked->log_n[i]); }
    return PILOT_ROWS * keys;
}

static void fill_scales(struct results_series *s, const struct config_series *asked, uint64_t seed,
                        bool quiet) {
    size_t betas = s->size[RESULTS_BETA];
    struct progress progress =
        progress_start(pilot_keys(s, asked), 0, quiet || !pilot_is_needed(asked->family));
    double trained = s->is_prescribed ? log_lambda_typ(asked, s->log_trained, seed, &progress) : NAN;
    for (size_t i = 0; i < asked->n_count; i++) {
        const double log_lambda = log_lambda_typ(asked, asked->log_n[i], seed, &progress);
        s->log_n[i] = asked->log_n[i];
        s->n[i] = lengths_number(asked->log_n[i]);
        s->log_lambda_typ[i] = log_lambda;
        s->lambda_typ[i] = exp(log_lambda);
        for (size_t b = 0; b < betas; b++) {
            enum config_scale scale = asked->beta.scale;
            double value = asked->beta.value[b],
                   log_beta =
                       config_log_beta(asked, asked->log_n[i], s->is_prescribed ? trained : log_lambda, b);
            s->beta[i * betas + b] = scale == CONFIG_SCALE_NONE ? value : exp(log_beta);
            s->beta_ratio[i * betas + b] =
                scale == CONFIG_SCALE_LAMBDA_TYP ? value : exp(log_beta - log_lambda);
        }
    }
    progress_end(&progress);
}

static void series_shape(struct results_series *s, const struct config *config,
                         const struct config_series *asked) {
    snprintf(s->name, sizeof s->name, "%s", asked->name);
    s->family = asked->family;
    memcpy(s->parameter, asked->parameter, sizeof s->parameter);
    s->rows = asked->rows;
    s->is_prescribed = asked->beta.scale == CONFIG_SCALE_PRESCRIPTION;
    if (s->is_prescribed) {
        s->prescription = asked->beta.prescription;
        s->log_trained = asked->beta.log_trained;
        s->coef = asked->beta.value[0];
    }
    s->replicates = asked->replicates;
    uint64_t length = RESULTS_BLOCK_LENGTH * results_blocks_per_group(s->replicates),
             kept = config->keep_replicates;
    results_size_common(s, asked->n_count, asked->beta.count, config->quantile_count, config->ordered_weights,
                        asked->criterion_count);
    s->size[RESULTS_BLOCK] = (s->replicates + length - 1) / length;
    s->size[RESULTS_REPLICATE] = kept < s->replicates ? kept : s->replicates;
    s->target = asked->target;
    s->sparsemax = asked->normalisers.sparsemax;
    s->size[RESULTS_ALPHA] = asked->normalisers.entmax_count;
    s->size[RESULTS_SINK] = asked->normalisers.sink_count;
    if (asked->output.asked) {
        size_t rows = asked->output.rows, components = rows < RESULTS_COMPONENTS ? rows : RESULTS_COMPONENTS;
        s->size[RESULTS_COMPONENT] = components;
        s->size[RESULTS_PAIR] = components * (components + 1) / 2;
        s->size[RESULTS_COLUMN] = asked->output.columns;
        s->size[RESULTS_LEVEL] = LEVELS;
    }
    s->criterion = memory_copy(asked->criterion, asked->criterion_count, sizeof *s->criterion);
}

struct results *results_shape(const struct config *config) {
    struct results *r = memory_create(1, sizeof *r);
    r->seed = config->seed;
    r->common_randomness = config->common_randomness;
    r->series_count = config->series_count;
    r->series = memory_create(r->series_count, sizeof *r->series);
    for (size_t i = 0; i < r->series_count; i++) { series_shape(&r->series[i], config, &config->series[i]); }
    return r;
}

double results_numbers(const struct results *r) {
    double numbers = 0;
    for (size_t i = 0; i < r->series_count; i++) {
        struct results_series *s = &r->series[i];
        for (struct results_field f = {0}; results_next(s, &f) && f.units;) {
            double count = 1;
            for (unsigned k = 0; k < f.rank; k++) { count *= (double)s->size[f.axis[k]]; }
            numbers += count;
        }
    }
    return numbers;
}

static void series_outline(struct results_series *s, const struct config *config,
                           const struct config_series *asked, bool quiet) {
    allocate(s, false);
    fill_blocks(s);
    results_fill_common(s, config->quantile);
    fill_normalisers(s, &asked->normalisers);
    fill_output(s, &asked->output);
    fill_scales(s, asked, config->seed, quiet);
    fill_output_scales(s);
}

struct results *results_outline(const struct config *config, bool quiet) {
    struct results *r = results_shape(config);
    r->config_text = memory_copy_text(config->text);
    r->config_resolved = memory_copy_text(config->resolved);
    for (size_t i = 0; i < r->series_count; i++) {
        series_outline(&r->series[i], config, &config->series[i], quiet);
    }
    return r;
}

static void series_create(struct results_series *s, const struct results_series *outline) {
    struct results_series from = *outline;
    *s = from;
    s->criterion = memory_copy(from.criterion, s->size[RESULTS_CRITERION], sizeof *s->criterion);
    results_allocate(s);
    for (struct results_field f = {0}; results_next(s, &f);) {
        const double *known = *results_values(&from, &f);
        if (known) { memcpy(*f.values, known, results_field_size(s, &f) * sizeof *known); }
    }
}

struct results *results_create(const struct results *outline, const char *isa) {
    struct results *r = memory_create(1, sizeof *r);
    *r = *outline;
    r->config_text = memory_copy_text(outline->config_text);
    r->config_resolved = memory_copy_text(outline->config_resolved);
    r->isa = memory_copy_text(isa);
    r->series = memory_create(r->series_count, sizeof *r->series);
    for (size_t i = 0; i < r->series_count; i++) { series_create(&r->series[i], &outline->series[i]); }
    return r;
}

void results_free(struct results *r) {
    if (!r) { return; }
    for (size_t i = 0; i < r->series_count; i++) {
        struct results_series *s = &r->series[i];
        for (struct results_field f = {0}; results_next(s, &f);) { free(*f.values); }
        free(s->criterion);
        for (size_t k = 0; k < s->note_count; k++) {
            free((void *)s->note[k].name);
            free((void *)s->note[k].text);
            free((void *)s->note[k].whole);
        }
        free(s->note);
        free(s->model);
    }
    free(r->series);
    free(r->config_text);
    free(r->config_resolved);
    free(r->isa);
    h5content_free(r->root);
    free(r);
}
