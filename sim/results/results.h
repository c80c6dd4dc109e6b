/* results: the numbers of one series, in memory as in the file (results/SCHEMA.md). Made by sweep,
 * written and read by store, read by analysis. Arrays are those of the table, row-major in the order of their
 * axes; NaN marks what was not asked for or does not exist.
 *
 * This room: table (every array of a series; memory, names and the file follow from it), this file (a series
 * in memory), empirical (the shape of one of measured rows) and note (what is said of these in words),
 * precision (the digits that are kept), page (results as groups of a file), store (that file, written and
 * read), and destination (where a command may write). */
#ifndef GAPSCALE_SIM_RESULTS_RESULTS_H
#define GAPSCALE_SIM_RESULTS_RESULTS_H

#include <stddef.h>
#include <stdint.h>

#include "sim/config/config.h"
#include "sim/results/table.h"

#define RESULTS_DIMENSION(key, ...) RESULTS_##key,
enum results_dimension { RESULTS_DIMENSION_TABLE(RESULTS_DIMENSION) RESULTS_DIMENSIONS };

enum { RESULTS_COMPONENTS = 16, RESULTS_TE_FACTORS = 17 };

/* What is averaged over replicates: the measures of a row (enum measure), then the other averages of the
 * table. */
#define RESULTS_KEY(kind, key, ...) , RESULTS_##key
#define RESULTS_AVERAGES(OF_ALL, OF_KEPT)                                                                    \
    RESULTS_TABLE(RESULTS_NOTHING, RESULTS_NOTHING, RESULTS_NOTHING, RESULTS_NOTHING, OF_ALL, OF_KEPT)
enum results_quantity {
    RESULTS_LAST_MEASURE = MEASURE_COUNT - 1 RESULTS_AVERAGES(RESULTS_KEY, RESULTS_NOTHING),
    RESULTS_FIRST_OF_KEPT, /* from here on over the kept replicates only */
    RESULTS_LAST_OF_ALL = RESULTS_FIRST_OF_KEPT - 1 RESULTS_AVERAGES(RESULTS_NOTHING, RESULTS_KEY),
    RESULTS_QUANTITIES
};

struct h5_attribute;
struct h5_content;
enum { RESULTS_BLOCK_LENGTH = 64 }; /* consecutive replicates that are reduced together */

#define RESULTS_ARRAY(kind, key, ...) double *key;
#define RESULTS_COUNT_ARRAY(key, ...) double *key##_at;
#define RESULTS_EXACT_ARRAY(key, ...) double *exact_##key;
struct results_series {
    char name[CONFIG_NAME];
    const struct family *family;
    struct schedule parameter[FAMILY_PARAMETERS];
    enum config_rows rows; /* how they were asked for */
    uint64_t replicates;   /* at every n; with a target the most, results_replicates tells how many */
    double target;         /* config.h */
    bool sparsemax;        /* asked for */
    bool is_prescribed;    /* one beta at each n: coef Lambda^typ(n_0) m(n), with log n_0 = log_trained */
    enum prescription prescription;
    double log_trained, coef;
    size_t size[RESULTS_DIMENSIONS];

    RESULTS_TABLE(RESULTS_ARRAY, RESULTS_COUNT_ARRAY, RESULTS_EXACT_ARRAY, RESULTS_NOTHING, RESULTS_NOTHING,
                  RESULTS_NOTHING)
    double *mean[RESULTS_QUANTITIES], *se[RESULTS_QUANTITIES];
    double *block[MEASURE_COUNT];
    struct criterion *criterion; /* (criterion) */
    struct h5_attribute *note;   /* of measured rows (sim/results/note.h); freed with the results */
    size_t note_count;
    char *model;    /* likewise, what computed them, as their files say; NULL */
    double trained; /* and its context length; NaN: not said */
};

struct results {
    uint64_t seed;
    bool common_randomness; /* the same replicate has the same randomness at every n */
    char *config_text, *config_resolved, *isa;
    size_t series_count;
    struct results_series *series;

    /* Where they were read from a file: its root attributes (else NULL), and its digest (store.h). */
    struct h5_content *root;
    char digest[65];
};

/* The dimensions' names in the file. */
extern const char *const results_dimension_name[RESULTS_DIMENSIONS];

enum results_kind {
    RESULTS_GIVEN,    /* by the config: known before anything is measured */
    RESULTS_AVERAGED, /* made of all replicates, or of all that are kept */
    RESULTS_ADDED,    /* the same; missing in files of earlier versions */
    RESULTS_KEPT,     /* one value for each kept replicate, the last axis */
    RESULTS_EXACT     /* what theory says without sampling */
};

enum results_owner {
    RESULTS_OF_EVERY,
    RESULTS_OF_OUTPUT,    /* series with an attention output */
    RESULTS_OF_SPARSEMAX, /* series that ask for normalisers */
    RESULTS_OF_ENTMAX,
    RESULTS_OF_SINKS,
    RESULTS_OF_TARGETED, /* series with a target */
    RESULTS_OF_MEASURED  /* rows that were measured (sim/scores) */
};

/* One array of a series: a row of the table. */
struct results_field {
    const char *name;              /* of a group within the series: "exact/entropy" */
    const char *units, *long_name; /* units NULL: it is not in the file */
    enum results_kind kind;
    enum results_owner owner; /* which series have it */
    unsigned rank;
    unsigned axis[4]; /* enum results_dimension */
    size_t place;     /* in the table, from 1 on; 0: before the first */
    size_t offset;    /* of the pointer to its values in struct results_series */
    double **values;  /* that pointer */
};
#define RESULTS_ONE(...) +1
#define RESULTS_TWO(...) +2
#define RESULTS_THREE(...) +3
enum {
    RESULTS_FIELDS =
        0 RESULTS_TABLE(RESULTS_ONE, RESULTS_ONE, RESULTS_ONE, RESULTS_THREE, RESULTS_TWO, RESULTS_TWO)
};
/* The array of a series behind this one, in the order of the file, those that are not in it last; false where
 * there is none. Begin with {0}. */
bool results_next(struct results_series *series, struct results_field *field);
/* The pointer to the values that another series of the same arrays has of it. */
double **results_values(struct results_series *other, const struct results_field *field);
bool results_has_output(const struct results_series *series);
bool results_has_dimension(const struct results_series *series, enum results_dimension dimension);

/* Values of a quantity at one n, for one replicate; 0 where the series does not have it. */
size_t results_quantity_size(const struct results_series *series, enum results_quantity quantity);
/* Numbers in an array. */
size_t results_field_size(const struct results_series *series, const struct results_field *field);

/* Names, sizes and criteria of the results of a config, without arrays. Free with results_free. */
struct results *results_shape(const struct config *config);
/* How many numbers a file of these sizes holds. */
double results_numbers(const struct results *results);
/* What a config says of its results before any row is made: sizes and coordinates, Lambda^typ and beta among
 * them. The other arrays are NULL, and `isa`. Pilot rows may take long and show progress on stderr unless
 * `quiet`. Free with results_free. */
struct results *results_outline(const struct config *config, bool quiet);
/* Results of this outline: a copy with all arrays, NaN where the outline has none. Free with
 * results_free. */
struct results *results_create(const struct results *outline, const char *isa);
/* Sizes of the axes that every series has. */
void results_size_common(struct results_series *series, size_t lengths, size_t betas, size_t quantiles,
                         size_t ranks, size_t criteria);
/* Their coordinates: ranks, gaps, TE factors, and these quantiles. */
void results_fill_common(struct results_series *series, const double *quantile);
/* A series at one n, its arrays being those of `series`. */
void results_cut(const struct results_series *series, size_t n, struct results_series *here);
/* Arrays for `series->size`, all NaN, and room for criteria where there is none; `family` is set. */
void results_allocate(struct results_series *series);
void results_free(struct results *results);

/* Replicates at an n; the least and the most of them; those that are kept; blocks, the others being NaN. */
double results_replicates(const struct results_series *series, size_t n);
double results_least_replicates(const struct results_series *series);
double results_most_replicates(const struct results_series *series);
size_t results_kept(const struct results_series *series, size_t n);
size_t results_blocks(const struct results_series *series, size_t n);
/* Replicates in a block there: `block_size`, but where a target took fewer than the most they are alike, and
 * 128 at most, for which there is always room. */
double results_block_size(const struct results_series *series, size_t n, size_t block);

/* Rows that carry the mean of so many, of numbers that are never negative, whose variance over the square of
 * that mean is this: (sum x)^2/sum x^2. */
double results_carriers(double rows, double variance);
/* So many rows at an n must make up the sum of a mean for its standard error to cover: 100, or a quarter of
 * all. */
double results_carriers_needed(const struct results_series *series, size_t n);
/* Whether rare rows carry the mean of Y_2 at a point (n, beta), so that its standard error covers nothing:
 * they are fewer than that, or it is more than four standard errors from the exact value. */
bool results_is_rare(const struct results_series *series, size_t point);

/* Of a series at one n: turns the means of V (ATT - q), which lose no digits, into those of V ATT, and fills
 * its covariance from the errors of components and of sums of pairs. */
void results_finish_output(struct results_series *here);

/* How many consecutive blocks of RESULTS_BLOCK_LENGTH replicates are averaged into one block of the file: a
 * power of two, the least for at most 256 of them. */
size_t results_blocks_per_group(uint64_t replicates);

#endif
