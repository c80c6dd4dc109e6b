/* config: what the user asks for.
 *
 * This room: config_read makes it (this file holds it) from text (a file) by yaml (its tree; the only caller
 * of libfyaml), with arguments and override (words of the command line in the same grammar) and fault (all
 * that is wrong, with its place). On value (one node as a number, a count, a flag or a choice) and reader
 * (what all readers share) stand series (the list, and what a series may override), and lengths, betas,
 * collapse, normalisers, target, parameters, position and outputs, each for the keys of its name. Then
 * resolve (the canonical text), difference (of two such texts) and growth (whether results of one can become
 * those of another). */
#ifndef GAPSCALE_SIM_CONFIG_CONFIG_H
#define GAPSCALE_SIM_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/families/family.h"
#include "models/theory/criterion.h"
#include "models/theory/prescription.h"

enum config_rows { CONFIG_ROWS_AUTO, CONFIG_ROWS_DRAWN, CONFIG_ROWS_COUNTED, CONFIG_ROWS };
extern const char *const config_rows_name[CONFIG_ROWS]; /* as written: "auto", "drawn", "counted" */

enum { CONFIG_NAME = 64 + 1, CONFIG_CRITERIA = 16, CONFIG_QUANTILES = 32 };

enum config_scale {
    CONFIG_SCALE_NONE,         /* beta itself */
    CONFIG_SCALE_LAMBDA_TYP,   /* beta/Lambda^typ */
    CONFIG_SCALE_N_EFF,        /* keys on a sphere: n/rho(beta), the effective number of keys (THEORY 6) */
    CONFIG_SCALE_CRITICAL,     /* keys on a sphere: beta/n^(2/(d-1)) */
    CONFIG_SCALE_POWER,        /* beta/n^power */
    CONFIG_SCALE_PRESCRIPTION, /* beta/(Lambda^typ(n_0) m(n)): a model trained at n_0 (THEORY 8) */
};

struct config_beta {
    enum config_scale scale;
    double power; /* of CONFIG_SCALE_POWER */
    enum prescription prescription;
    double log_trained; /* both of CONFIG_SCALE_PRESCRIPTION; log n_0 */
    size_t count;
    double *value;     /* > 0; of a config in the order of increasing beta: values of n_eff decrease */
    double *log_value; /* NULL: log(value); else what it is where value is 0 or inf */
};

/* The attention output V sum p_i k_i of keys on a sphere. */
enum config_matrix { CONFIG_MATRIX_IDENTITY, CONFIG_MATRIX_ROWS, CONFIG_MATRIX_RANDOM };
enum { CONFIG_RANDOM_MATRIX = 1024 }; /* largest dimension of a random value matrix */

struct config_output {
    bool asked;
    enum config_matrix matrix;
    size_t rows, columns; /* of V; the columns are the dimension */
    double *value;        /* [rows][columns] of CONFIG_MATRIX_ROWS, else NULL */
    uint64_t seed;        /* of CONFIG_MATRIX_RANDOM: entries N(0, 1/dimension) */
};

/* Maps from scores to weights that are measured beside softmax: sparsemax, alpha-entmax by alpha, and
 * softmax with one more key by its score; in increasing order. */
enum { CONFIG_NORMALISERS = 8 };
struct config_normalisers {
    bool sparsemax;
    size_t entmax_count, sink_count;
    double entmax[CONFIG_NORMALISERS], sink[CONFIG_NORMALISERS];
};

struct config_series {
    char name[CONFIG_NAME];
    const struct family *family;
    struct schedule parameter[FAMILY_PARAMETERS];
    size_t n_count;
    double *log_n; /* increasing, distinct; n below 2^53 is an integer */
    struct config_beta beta;
    uint64_t replicates;
    /* Relative standard error of every collapse point at which replicates are enough; 0: none. */
    double target;
    size_t criterion_count;
    struct criterion criterion[CONFIG_CRITERIA];
    enum config_rows rows;
    struct config_normalisers normalisers;
    struct config_output output;
};

struct config {
    uint64_t seed;
    bool common_randomness;
    uint64_t keep_replicates;
    size_t ordered_weights;
    size_t quantile_count;
    double quantile[CONFIG_QUANTILES];
    size_t series_count;
    struct config_series *series;
    char *text;     /* as read; --set values are in `resolved` only */
    char *resolved; /* canonical YAML: every key with its value; itself a valid config with the same
                       resolution (as a file it may be too long to be read: about 3000 values of n
                       and beta fit). Two configs ask for the same thing iff these are equal. What
                       the first series has stands at the top; the others write what differs. */
};

/* Whether a series may be called so: letters, digits, `_`, `-` and single dots, the first a letter or digit,
 * the last no dot. */
bool config_name_is_good(const char *name);

void config_free(struct config *config);
/* Frees what a series holds, not the series. */
void config_series_release(struct config_series *series);

/* Parameter values of a series at one n (inside the family's ranges: checked on reading). */
void config_parameters(const struct config_series *series, double log_n, double p[FAMILY_PARAMETERS]);

/* log beta of point `i` of the series' list at one n; Lambda^typ is that at n, along a prescription that at
 * the trained length. */
double config_log_beta(const struct config_series *series, double log_n, double log_lambda_typ, size_t i);
/* Everything is measured in units of Lambda^typ: abs(log(beta/Lambda^typ)) is at most this. */
#define CONFIG_LOG_RATIO 690.0

/* Whether the rows of a series at one n are counted: asked for, or `auto` with independent scores and
 * n > ROW_EXPLICIT (a drawn row of no more is as quick). With a position that takes
 * a linear penalty. */
bool config_counted(const struct config_series *series, double log_n);

bool config_has_position(const struct config_series *series);
/* log of the number of nearest keys that counted rows of a series with a position are made of (sampler.h). */
double config_log_window(const struct config_series *series, double log_n);

#endif
