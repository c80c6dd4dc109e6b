/* family: a law of score rows.
 *
 * A family is one file with one `const struct family`, listed once in FAMILY_REGISTRY. Help, config
 * checking, `gapscale families` and the attributes of results all follow from the tables here.
 *
 * Conventions, for every function of a family:
 * - `p` holds the parameters' values at one n, in the order of the parameter table, inside the
 *   ranges the table states (the config and `predict` check them; nobody below does).
 * - A score s is measured from the family's *origin* (its location, or its upper endpoint),
 *   because only gaps matter: scores near a finite endpoint keep their relative accuracy.
 * - V = P(S > s) is the upper tail and `log_v` <= 0 its natural logarithm.
 * - Pure functions: no state that an answer depends on, no allocation, any thread. */
#ifndef GAPSCALE_MODELS_FAMILIES_FAMILY_H
#define GAPSCALE_MODELS_FAMILIES_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/families/schedule.h"
#include "models/numeric/vector.h"

enum {
    FAMILY_PARAMETERS = 9,         /* at most so many */
    FAMILY_WHY = 160,              /* bytes of a reason */
    FAMILY_CHUNK = 1024,           /* scores drawn by one call, at most */
    FAMILY_SAMPLED_MOST = 1 << 26, /* scores of a row that is sampled, at most */
};

enum family_kind {
    FAMILY_IID,      /* independent scores with a known upper quantile */
    FAMILY_FIXED,    /* one deterministic row */
    FAMILY_SAMPLED,  /* whole rows made from uniforms; their law need not be known */
    FAMILY_MEASURED, /* rows from files: no law */
};

enum family_class { /* extreme-value class of the scores */
                    FAMILY_GUMBEL,
                    FAMILY_WEIBULL,
                    FAMILY_FRECHET,
                    FAMILY_NO_CLASS,
};

/* A word that may be written in the place of a number, and the number that it stands for. */
struct family_word {
    const char *word; /* NULL ends a list */
    double value;
};

struct family_parameter {
    const char *name, *doc;
    double initial;   /* the default; NaN: must be given */
    double low, high; /* allowed range, ends included unless `open`; low > high: words alone */
    bool open;        /* low itself is excluded */
    /* Words that may stand for a value, in or outside the range; NULL: none. */
    const struct family_word *word;
    /* So many parameters that follow are written within this one. With words: as a mapping {NAME: .., ..},
     * which stands for its last word; another word leaves them at their defaults; where it is written they
     * are required but for those whose default is 0. Without: as a list of `low` to `high` lists of
     * within/high numbers, and this one is how many lists there are; those that are not written are 0. */
    size_t within;
};

/* A group of equal scores in a deterministic row. */
struct family_atom {
    double gap;       /* below the maximum */
    double log_count; /* log of how many scores share it */
};
enum { FAMILY_ATOMS = 2 };

/* Uniforms in (0, 1) by their number, the same whenever they are asked for. */
struct family_uniforms {
    void *context;
    /* u[0 .. count): those from number `first` on; both are multiples of 4. */
    void (*fill)(void *context, uint64_t first, size_t count, double *u);
};

/* A row in the making, of a family that samples whole ones. */
struct family_row {
    const double *p;
    size_t n;
    const struct vector *vector;
    const struct family_uniforms *uniforms;
    double *room; /* scratch for room_size(p) doubles, none of it anyone else's while the row is made */
};

struct hierarchy;

struct family {
    const char *name;
    const char *title; /* one line */
    const char *doc;   /* a paragraph or two: the law, the origin, what is known, sources */
    enum family_kind kind;
    enum family_class class;
    size_t parameter_count;
    struct family_parameter parameter[FAMILY_PARAMETERS];
    /* So many of them, the last but for a position, came after results without them, as positions did:
     * resolved configs and results that leave one at its default have no word of it. */
    size_t later_count;
    /* Scores are -T = <q,k> - 1 of keys on the unit sphere in so many dimensions, of density proportional to
     * exp(concentration <q,k>) around the query: there is an attention output. NULL elsewhere, both. */
    double (*dimension)(const double *p);
    double (*concentration)(const double *p);

    /* The score that the origin is at; NULL: 0. */
    double (*origin)(const double *p);

    /* Lambda^typ_n ~ law(n) as n -> inf, for parameters that are schedules. False, or NULL, where no such
     * law is known. law_text is the formula, for people. */
    const char *law_text;
    bool (*law)(const struct schedule *parameter, struct schedule *lambda);

    /* FAMILY_IID. */
    double (*log_tail)(const double *p, double score);   /* log P(S > score) */
    double (*quantile)(const double *p, double log_v);   /* score with that tail; log_v in [-1e6, 0] */
    double (*log_hazard)(const double *p, double log_v); /* log(density / V) at that score */
    /* log(Q(V_top) - Q(V_top e^y)) for log_v_top < 0 and y in (0, -log_v_top]; +inf where the lower
     * score is -inf. Relative accuracy of the gap 1e-12 however small y, or a few ulp of the logarithm
     * where that is more (gaps that are powers of n). */
    double (*log_gap)(const double *p, double log_v_top, double y);
    /* `n` scores (n even, at most FAMILY_CHUNK) from uniforms in (0, 1): uniforms[j n + i] is the j-th
     * uniform of score i, j < uniforms_per_score(p), which is 1 or 2 (NULL: 1). The uniforms are scratch and
     * may be overwritten. Uniforms near 0 carry their full relative accuracy, and so do the scores they
     * become. */
    unsigned (*uniforms_per_score)(const double *p);
    void (*draw)(const double *p, const struct vector *vector, size_t n, double *uniforms, double *scores);

    /* FAMILY_IID. Scores of a row are those of this law times a factor of the row's own, whose quantile at
     * `uniform` in (0, 1) this is; every other function here, and Lambda^typ, is that of a row with factor 1.
     * NULL: there is none. And the logarithm of the density of the factor's logarithm, but for a constant:
     * with one maximum, falling to both sides. */
    double (*row_scale)(const double *p, double uniform);
    double (*log_scale_density)(const double *p, double log_scale);

    /* FAMILY_FIXED: the atoms of the row in order of gap, the first at gap 0; returns how many. Scores
     * at -inf, which have no weight at any beta > 0, are left out. Their numbers are whole, or, for slopes
     * along n, what they are before they are made so. */
    size_t (*atoms)(const double *p, double log_n, bool is_whole, struct family_atom atoms[FAMILY_ATOMS]);

    /* FAMILY_SAMPLED. Rows of n scores, 2 <= n <= FAMILY_SAMPLED_MOST, all finite, as a function of p, n and
     * the uniforms alone: the same bits for every `vector`. They are measured from anywhere: what the origin
     * means is told in `doc`. `begin` puts into the room what all scores share (NULL: nothing is); `sample`
     * makes those number first .. first + count, first a multiple of FAMILY_CHUNK and count at most that, in
     * any order and as often as they are asked for. */
    size_t (*room_size)(const double *p);
    void (*begin)(const struct family_row *row);
    void (*sample)(const struct family_row *row, size_t first, size_t count, double *scores);
    /* Scores are sums along this tree of n keys (hierarchy.h); NULL: they are not. */
    void (*hierarchy)(const double *p, size_t n, struct hierarchy *hierarchy);
    /* log Lambda^typ at one n; NULL: there is no formula. */
    double (*log_lambda)(const double *p, double log_n);
    /* Whether there are rows of n <= FAMILY_SAMPLED_MOST scores with these parameters, beyond what their
     * ranges say; if not, `why`. NULL: there always are. */
    bool (*allows)(const double *p, double log_n, char why[FAMILY_WHY]);
    double (*cost)(const double *p); /* nanoseconds that a score takes, roughly */
};

/* What is taken off the score of the key at distance i = 0, 1, .., n - 1: linear * i + log * log(1 + i).
 * Families whose table ends with FAMILY_POSITION may have it; all functions of a family are those of the
 * scores before. It is written as a mapping, or `none`. */
extern const struct family_word family_position_word[];
#define FAMILY_POSITION                                                                                      \
    {"position",                                                                                             \
     "penalty of keys by their distance i: linear * i + log * log(1 + i)",                                   \
     0,                                                                                                      \
     1,                                                                                                      \
     0,                                                                                                      \
     false,                                                                                                  \
     family_position_word,                                                                                   \
     2},                                                                                                     \
        {"linear", "penalty of each step (ALiBi)", 0, 0, 1e6, false, NULL, 0}, {                             \
        "log", "penalty of each unit of log(1 + i)", 0, 0, 1e6, false, NULL, 0                               \
    }
enum { FAMILY_POSITION_COUNT = 3 }; /* parameters in it */

struct family_position {
    double linear, log;
};
/* Whether a series has one; its penalties at one n, both 0 where there is none. */
bool family_has_position(const struct family *family, const struct schedule *parameter);
struct family_position family_position(const struct family *family, const double *p);
/* Whether the table of the family has it, and its place there. */
bool family_takes_position(const struct family *family);
size_t family_position_index(const struct family *family);

/* A family of independent scores, whose functions have these names in its file. */
#define FAMILY_OF_SCORES                                                                                     \
    .kind = FAMILY_IID, .law = law, .log_tail = log_tail, .quantile = quantile, .log_hazard = log_hazard,    \
    .log_gap = log_gap, .draw = draw

/* All that configs can name. */
#define FAMILY_REGISTRY(ENTRY)                                                                               \
    ENTRY(gaussian)                                                                                          \
    ENTRY(gumbel)                                                                                            \
    ENTRY(stretched)                                                                                         \
    ENTRY(powerlaw)                                                                                          \
    ENTRY(spherical)                                                                                         \
    ENTRY(pareto)                                                                                            \
    ENTRY(plateau)                                                                                           \
    ENTRY(dotproduct)                                                                                        \
    ENTRY(attention)                                                                                         \
    ENTRY(grem)                                                                                              \
    ENTRY(walk)
#define FAMILY_DECLARATION(name) extern const struct family family_##name;
FAMILY_REGISTRY(FAMILY_DECLARATION)
extern const struct family family_empirical;

size_t family_count(void);
const struct family *family_at(size_t index);           /* in the order of the registry */
extern const char *const family_names[];                /* likewise, ended by NULL */
const struct family *family_find(const char *name);     /* NULL if there is none */
const struct family *family_stored(const char *name);   /* of results files: one of these, or `empirical` */
const char *family_class_name(enum family_class class); /* "Gumbel", "Weibull", "Frechet", "none" */
const char *family_kind_name(enum family_kind kind);    /* "iid", "fixed", "sampled", "measured" */

/* Whether the ensemble's collapse point has no limit of its own, since some rows hardly collapse, or is
 * random: the median of the rows' is judged. */
bool family_is_judged_by_rows(const struct family *family);

/* The parameters' values at one n, in the order of the table. */
void family_parameters(const struct family *family, const struct schedule *parameter, double log_n,
                       double p[FAMILY_PARAMETERS]);

/* Whether a value is in a parameter's range, or stands for a word of it. */
bool family_parameter_allows(const struct family_parameter *parameter, double value);
/* The word that stands for a value; NULL: none. */
const char *family_parameter_word(const struct family_parameter *parameter, double value);
/* How many numbers each list of a parameter that is written as lists has; 0 where it is written otherwise. */
size_t family_parameter_columns(const struct family_parameter *parameter);
/* Whether a value stands for the mapping of what is written within the parameter. */
bool family_parameter_is_mapping(const struct family_parameter *parameter, double value);
/* The parameter within which this one is written; itself where it is a key of its own. */
size_t family_parameter_holder(const struct family *family, size_t parameter);

unsigned family_uniforms_per_score(const struct family *family, const double *p);

/* dimension(p) and concentration(p) at one n; NaN for a family without output. */
double family_dimension(const struct family *family, const struct schedule *parameter, double log_n);
double family_concentration(const struct family *family, const struct schedule *parameter, double log_n);

/* Whether a parameter came later, as `later_count` has it, and whether it is written down: unless it is one
 * and at its default. */
bool family_parameter_is_later(const struct family *family, size_t which);
bool family_parameter_shows(const struct family *family, const struct schedule *parameter, size_t which);
/* Whether a parameter is told of: it is written down and plays a role, as what is within another does only
 * where that is written. */
bool family_parameter_is_told(const struct family *family, const struct schedule *parameter, size_t which);

/* Whether every parameter is the same at every n. */
bool family_is_constant(const struct family *family, const struct schedule *parameter);

/* scores = scale x^exponent; x may be the scores. */
void family_draw_power(const struct vector *vector, size_t n, const double *x, double exponent, double scale,
                       double *scores);

/* log(Q(V_top) - Q(V_top e^y)) from quantile and hazard alone: for families without a closed form whose
 * quantile varies with log(-log V) no faster than a power. The difference of quantiles, or the integral
 * below where the difference would lose digits. */
double family_log_gap_generic(const struct family *family, const double *p, double log_v_top, double y);

/* The same gap as the integral of d(-log V)/hazard over log(-log V), by Gauss-Legendre: to rounding
 * while V_top and V_top e^y are near enough (generic uses it for -log V within a factor e^(1/2)). */
double family_log_gap_integral(const struct family *family, const double *p, double log_v_top, double y);

#endif
