#include "analysis/study/pool.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/study/shared.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/config/difference.h"

/* ---- what may be pooled ---- */

static bool differ_in_seed_alone(const struct results *a, const struct results *b, const char *path_a,
                                 const char *path_b) {
    return difference_none(
        a->config_resolved, b->config_resolved, "seed",
        "--pool takes runs of one config that differ in the seed alone; %s (here) and %s (there) differ in:",
        path_a, path_b);
}

static bool has_own_seed(size_t count, struct results *const *runs, const char *const *paths) {
    const struct results *last = runs[count - 1];
    for (size_t i = 0; i + 1 < count; i++) {
        if (runs[i]->seed == last->seed) {
            message_error("%s and %s are of one seed, %" PRIu64 ": the same rows twice; pool runs of other "
                          "seeds (run --set seed=N)",
                          paths[i], paths[count - 1], last->seed);
            return false;
        }
    }
    return true;
}

/* Found from pilot rows it differs from seed to seed, and betas with it. */
static bool has_one_scale(const struct results *a, const struct results *b) {
    for (size_t i = 0; i < a->series_count; i++) {
        const struct results_series *s = &a->series[i], *t = &b->series[i];
        if (!shared_law(s, t) ||
            memcmp(s->log_lambda_typ, t->log_lambda_typ, s->size[RESULTS_LOG_N] * sizeof(double)) != 0) {
            message_error(
                "--pool: the Lambda^typ of `%s` is not the same in all files: that of its family is "
                "found from pilot rows, which differ by the seed; fit the files side by side",
                s->name);
            return false;
        }
    }
    return true;
}

/* Replicates that were decided on by what they gave are not pooled as if they had been fixed. */
static bool has_fixed_replicates(const struct results *r, const char *path) {
    for (size_t i = 0; i < r->series_count; i++) {
        if (r->series[i].target > 0) {
            message_error(
                "%s: `%s` has a target, so that its replicates depend on its rows; --pool takes runs of "
                "fixed replicates, or ask for a smaller target",
                path, r->series[i].name);
            return false;
        }
    }
    return true;
}

static bool may_pool(size_t count, struct results *const *runs, const char *const *paths) {
    for (size_t i = 0; i < count; i++) {
        if (runs[i]->series_count > 0 && runs[i]->series[0].family->kind == FAMILY_MEASURED) {
            message_error("%s: measured rows have no seed to pool over; diagnose takes several files",
                          paths[i]);
            return false;
        }
        if (!has_fixed_replicates(runs[i], paths[i])) { return false; }
        if (i > 0 && (!differ_in_seed_alone(runs[0], runs[i], paths[0], paths[i]) ||
                      !has_own_seed(i + 1, runs, paths) || !has_one_scale(runs[0], runs[i]))) {
            return false;
        }
    }
    return true;
}

/* ---- numbers ---- */

void pool_moments(size_t count, const double *size, const double *mean, const double *se, double *pooled_mean,
                  double *pooled_se) {
    double all = 0, sum = 0, spread = 0;
    for (size_t k = 0; k < count; k++) {
        all += size[k];
        sum += size[k] * (mean[k] - mean[0]);
    }
    *pooled_mean = mean[0] + sum / all;
    for (size_t k = 0; k < count; k++) { /* squares may leave doubles */
        spread = hypot(spread, sqrt(size[k]) * (mean[k] - *pooled_mean));
        spread = hypot(spread, size[k] > 1 ? sqrt(size[k] * (size[k] - 1)) * se[k] : 0);
    }
    *pooled_se = all > 1 ? spread / sqrt(all * (all - 1)) : NAN;
}

/* The same series of all runs, and what they become. */
struct pool {
    size_t count;
    struct results_series **run;
    struct results_series *pooled;
};

/* Rows behind the means of a run: all, or those that are kept. */
static double rows_of(const struct results_series *s, enum results_quantity q) {
    return q < RESULTS_FIRST_OF_KEPT ? (double)s->replicates : (double)s->size[RESULTS_REPLICATE];
}

static void pool_quantity(const struct pool *p, enum results_quantity q) {
    const size_t each = results_quantity_size(p->pooled, q), numbers = each * p->pooled->size[RESULTS_LOG_N];
    double *size = memory_create(3 * p->count, sizeof *size), *mean = size + p->count, *se = mean + p->count;
    for (size_t i = 0; i < numbers; i++) {
        for (size_t k = 0; k < p->count; k++) {
            size[k] = rows_of(p->run[k], q);
            mean[k] = p->run[k]->mean[q][i];
            se[k] = p->run[k]->se[q][i];
        }
        pool_moments(p->count, size, mean, se, &p->pooled->mean[q][i], &p->pooled->se[q][i]);
    }
    free(size);
}

/* Along the last axis one run after the other. */
static void pool_rows(const struct pool *p, const struct results_field *field, double *const *values) {
    const unsigned last = field->axis[field->rank - 1];
    const size_t width = p->pooled->size[last], lines = results_field_size(p->pooled, field) / width;
    size_t begin = 0;
    for (size_t k = 0; k < p->count; k++) {
        const size_t part = p->run[k]->size[last];
        for (size_t i = 0; i < lines; i++) {
            memcpy(*field->values + i * width + begin, values[k] + i * part, part * sizeof(double));
        }
        begin += part;
    }
}

/* Of quantiles. */
static void pool_means(const struct pool *p, const struct results_field *field, double *const *values) {
    const size_t numbers = results_field_size(p->pooled, field);
    for (size_t i = 0; i < numbers; i++) {
        double sum = 0;
        for (size_t k = 0; k < p->count; k++) { sum += (double)p->run[k]->replicates * values[k][i]; }
        (*field->values)[i] = sum / (double)p->pooled->replicates;
    }
}

/* (sum x)^2/sum x^2 of all rows, from that of each run and the means of x. */
static void pool_carriers(const struct pool *p, enum measure m, double *pooled, double *const *values) {
    const size_t numbers = p->pooled->size[RESULTS_LOG_N] * p->pooled->size[RESULTS_BETA];
    for (size_t i = 0; i < numbers; i++) {
        double sum = 0, squares = 0;
        for (size_t k = 0; k < p->count; k++) {
            sum += (double)p->run[k]->replicates * p->run[k]->mean[m][i];
        }
        for (size_t k = 0; k < p->count; k++) {
            const double share = (double)p->run[k]->replicates * p->run[k]->mean[m][i] / sum;
            squares += share * share / values[k][i];
        }
        pooled[i] = squares > 0 ? 1 / squares : values[0][i];
    }
}

/* Needs the pooled means of the output. */
static void pool_covariance(const struct pool *p) {
    struct results_series *s = p->pooled;
    const size_t pairs = s->size[RESULTS_PAIR], components = s->size[RESULTS_COMPONENT];
    for (size_t i = 0; i < s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA] * pairs; i++) {
        const size_t point = i / pairs * components, a = point + (size_t)s->pair_first[i % pairs],
                     b = point + (size_t)s->pair_second[i % pairs];
        double sum = 0;
        for (size_t k = 0; k < p->count; k++) {
            const struct results_series *run = p->run[k];
            const double rows = (double)run->replicates, *mean = run->mean[RESULTS_OUTPUT];
            sum += rows > 1 ? (rows - 1) * run->output_covariance[i] : 0;
            sum += rows * (mean[a] - s->mean[RESULTS_OUTPUT][a]) * (mean[b] - s->mean[RESULTS_OUTPUT][b]);
        }
        s->output_covariance[i] = sum / ((double)s->replicates - 1);
    }
}

static bool is_average(struct results_series *s, const struct results_field *f) {
    bool is_mean = f->values >= s->mean && f->values < s->mean + RESULTS_QUANTITIES;
    return is_mean || (f->values >= s->se && f->values < s->se + RESULTS_QUANTITIES);
}

/* An array that is no mean and no error. */
static void pool_array(const struct pool *p, const struct results_field *f, double *const *values) {
    struct results_series *s = p->pooled;
    const unsigned last = f->axis[f->rank - 1];
    if (last == RESULTS_BLOCK || last == RESULTS_REPLICATE) {
        pool_rows(p, f, values);
    } else if (last == RESULTS_QUANTILE && f->rank > 1) {
        pool_means(p, f, values);
    } else if (f->values == &s->participation_carriers) {
        pool_carriers(p, MEASURE_PARTICIPATION, s->participation_carriers, values);
    } else if (f->values == &s->top_weight_carriers) {
        pool_carriers(p, MEASURE_TOP_WEIGHT, s->top_weight_carriers, values);
    } else if (f->values == &s->output_covariance) {
        pool_covariance(p);
    } else {
        memcpy(*f->values, values[0], results_field_size(s, f) * sizeof(double));
    }
}

/* ---- series ---- */

/* Sizes, and arrays without their numbers. */
static void shape(const struct pool *p) {
    struct results_series *s = p->pooled;
    *s = *p->run[0];
    s->note = NULL;
    s->note_count = 0;
    s->model = NULL;
    s->replicates = s->size[RESULTS_BLOCK] = s->size[RESULTS_REPLICATE] = 0;
    for (size_t k = 0; k < p->count; k++) {
        s->replicates += p->run[k]->replicates;
        s->size[RESULTS_BLOCK] += p->run[k]->size[RESULTS_BLOCK];
        s->size[RESULTS_REPLICATE] += p->run[k]->size[RESULTS_REPLICATE];
    }
    s->criterion = NULL;
    results_allocate(s);
    memcpy(s->criterion, p->run[0]->criterion, s->size[RESULTS_CRITERION] * sizeof *s->criterion);
}

static void pool_series(const struct pool *p) {
    double **values = memory_create(p->count, sizeof *values);
    shape(p);
    for (enum results_quantity q = 0; q < RESULTS_QUANTITIES; q++) { pool_quantity(p, q); }
    for (struct results_field f = {0}; results_next(p->pooled, &f);) {
        if (is_average(p->pooled, &f)) { continue; }
        for (size_t k = 0; k < p->count; k++) { values[k] = *results_values(p->run[k], &f); }
        pool_array(p, &f, values);
    }
    free(values);
}

struct results *pool_make(size_t count, struct results *const *runs, const char *const *paths) {
    if (!may_pool(count, runs, paths)) { return NULL; }
    struct results *r = memory_create(1, sizeof *r);
    struct pool pool = {.count = count, .run = memory_create(count, sizeof *pool.run)};
    *r = *runs[0];
    r->config_text = memory_copy_text(runs[0]->config_text);
    r->config_resolved = memory_copy_text(runs[0]->config_resolved);
    r->isa = memory_copy_text(runs[0]->isa);
    r->root = NULL; /* of no one file */
    r->series = memory_create(r->series_count, sizeof *r->series);
    for (size_t i = 0; i < r->series_count; i++) {
        for (size_t k = 0; k < count; k++) { pool.run[k] = &runs[k]->series[i]; }
        pool.pooled = &r->series[i];
        pool_series(&pool);
    }
    free(pool.run);
    return r;
}
