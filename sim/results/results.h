/* results: the numbers of one series, in memory as in the file (results/SCHEMA.md). Made by sweep,
 * written and read by store, read by analysis. Arrays are row-major in the order of the dimensions
 * named beside them; NaN marks what was not asked for or does not exist. */
#ifndef GAPSCALE_SIM_RESULTS_RESULTS_H
#define GAPSCALE_SIM_RESULTS_RESULTS_H

#include <stddef.h>
#include <stdint.h>

#include "sim/config/config.h"
#include "sim/measures/measure.h"

enum results_dimension {
    RESULTS_LOG_N,
    RESULTS_BETA,
    RESULTS_BLOCK,
    RESULTS_QUANTILE,
    RESULTS_RANK,
    RESULTS_GAP,
    RESULTS_TE,
    RESULTS_REPLICATE, /* the kept ones */
    RESULTS_CRITERION,
    /* Of series with an attention output only, else empty. */
    RESULTS_COMPONENT, /* of the output: the first RESULTS_COMPONENTS at most */
    RESULTS_PAIR,      /* of components a <= b: (0, 0), (0, 1), .., (1, 1), .. */
    RESULTS_COLUMN,    /* of the value matrix */
    RESULTS_LEVEL,     /* weights */
    RESULTS_DIMENSIONS
};

enum { RESULTS_COMPONENTS = 16 };

/* What is averaged over replicates: the measures of a row (enum measure), and these. */
enum results_quantity {
    RESULTS_ORDERED_WEIGHT = MEASURE_COUNT,
    RESULTS_LOG_GAP_COUNT,
    RESULTS_OUTPUT_BIAS, /* of series with an output only, to RESULTS_OUTPUT_PAIR */
    RESULTS_OUTPUT_TANGENTIAL,
    RESULTS_OUTPUT_IDENTITY,
    RESULTS_EFFECTIVE_KEYS,
    RESULTS_TOP_DEFICIT,
    RESULTS_LOG_TOP_DEFICIT,
    RESULTS_WEIGHTS_ABOVE,
    RESULTS_OUTPUT,
    RESULTS_OUTPUT_PAIR, /* sums of two components on their scales, for their covariance; not in the file */
    RESULTS_TE_ENTROPY,  /* from here on over the kept replicates only */
    RESULTS_TE_TOP_TWO_RATIO,
    RESULTS_QUANTITIES
};

enum { RESULTS_BLOCK_LENGTH = 64 }; /* consecutive replicates that are reduced together */

struct results_series {
    char name[CONFIG_NAME];
    const struct family *family;
    struct schedule parameter[FAMILY_PARAMETERS];
    uint64_t replicates;
    size_t size[RESULTS_DIMENSIONS];

    double *log_n, *n;                                         /* (log_n) */
    double *lambda_typ, *log_lambda_typ;                       /* (log_n) */
    double *beta, *beta_ratio;                                 /* (log_n, beta) */
    double *mean[RESULTS_QUANTITIES], *se[RESULTS_QUANTITIES]; /* (log_n, axes of the quantity) */
    double *block[MEASURE_COUNT];        /* (log_n, beta, block): means of groups of replicates */
    double *block_size;                  /* (block): replicates in each */
    double *quantile, *entropy_quantile; /* (quantile); (log_n, beta, quantile) */
    double *rank;                        /* (rank): 1, 2, ... */
    double *gap_grid;                    /* (gap), units of 1/lambda_typ */
    double *te_factor;                   /* (te): beta = factor x the row's own Lambda_n */
    double *lambda, *lambda_log_rank, *lambda_gap, *top_gap; /* (log_n, replicate) */
    double *collapse;            /* (log_n, criterion, replicate), units of lambda_typ */
    struct criterion *criterion; /* (criterion) */
    double *exact_entropy, *exact_entropy_error, *exact_top_weight; /* (log_n, beta) */
    double *exact_participation, *exact_participation_error;        /* (log_n, beta) */
    double *exact_collapse; /* (log_n, criterion), units of lambda_typ */

    double *value_matrix;             /* (component, column); the first column is the query's direction */
    double *weight_level;             /* (level) */
    double *ordered_weight_quantile;  /* (log_n, beta, rank, quantile) */
    double *pair_first, *pair_second; /* (pair) */
    double *output_scale;      /* (log_n, beta, component): about what they fluctuate by; not in the file */
    double *output_covariance; /* (log_n, beta, pair) */
    double *output_radial, *output_tangent, *output_square;          /* (log_n, beta, replicate) */
    double *exact_output_bias, *exact_output_bias_error;             /* (log_n, beta) */
    double *exact_output_tangential, *exact_output_tangential_error; /* (log_n, beta) */
    double *exact_output_variance, *exact_output_variance_error;     /* (log_n, beta) */
    double *exact_ordered_weight;                                    /* (log_n, beta, rank) */
};

struct results {
    uint64_t seed;
    bool common_randomness; /* the same replicate has the same randomness at every n */
    char *config_text, *config_resolved, *isa;
    size_t series_count;
    struct results_series *series;
};

/* The dimensions' names in the file. */
extern const char *const results_dimension_name[RESULTS_DIMENSIONS];

/* One array of a series: the single place for its name, axes, unit and meaning. */
struct results_field {
    char name[40]; /* of a group within the series: "exact/entropy" */
    const char *units, *long_name;
    unsigned rank;
    enum results_dimension axis[4];
    double **values; /* where the series keeps it */
};
enum { RESULTS_FIELDS = 96 };
/* Lists the arrays of a series in the order of the file, those that are not in it (units NULL) last; returns
 * how many. */
size_t results_fields(struct results_series *series, struct results_field field[RESULTS_FIELDS]);
bool results_has_output(const struct results_series *series);

/* Values of a quantity at one n, for one replicate; 0 where the series does not have it. */
size_t results_quantity_size(const struct results_series *series, enum results_quantity quantity);
/* Numbers in an array. */
size_t results_field_size(const struct results_series *series, const struct results_field *field);

/* What a config says of its results before any row is made: sizes and coordinates, Lambda^typ and beta among
 * them. The other arrays are NULL, and `isa`. Ends the program when out of memory. Free with results_free. */
struct results *results_outline(const struct config *config);
/* Results of this outline: a copy with all arrays, NaN where the outline has none. The same. */
struct results *results_create(const struct results *outline, const char *isa);
/* Arrays for `series->size`, all NaN. */
void results_allocate(struct results_series *series);
void results_free(struct results *results);

/* Turns the means of V (ATT - q) at one n, which lose no digits, into those of V ATT, and fills its
 * covariance from the errors of components and of sums of pairs. */
void results_finish_output(struct results_series *series, size_t n_index);

/* How many consecutive blocks of RESULTS_BLOCK_LENGTH replicates are averaged into one block of the file, so
 * that there are at most 256. */
size_t results_blocks_per_group(uint64_t replicates);

#endif
