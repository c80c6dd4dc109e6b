/* columns: everything that is told of a fit, each number and each text once: its name, meaning, axes, and how
 * to get it. The fit file holds the columns in the order of their table; JSON (fitjson.c) and the tables for
 * people (cells.h) pick theirs by name. A new number is one row of a table here.
 *
 * A column is evaluated at a place: a series or a class of them, and an index along each axis. Columns along
 * naming axes are single numbers with names of their own: `name` has a %s for the label on each of these
 * axes. All numbers are pure. */
#ifndef GAPSCALE_ANALYSIS_REPORT_COLUMNS_H
#define GAPSCALE_ANALYSIS_REPORT_COLUMNS_H

#include "analysis/study/study.h"
#include "analysis/text/words.h"
#include "analysis/verdict/sentence.h"

#define COLUMN_UNIT "1"

enum column_axis {
    COLUMN_LOG_N,
    COLUMN_CRITERION,
    COLUMN_QUANTILE,
    COLUMN_INTERVAL,   /* between neighbouring n */
    COLUMN_WINDOW,     /* from some n to the largest */
    COLUMN_LAW_WINDOW, /* likewise, of laws with corrections */
    COLUMN_BETA,
    COLUMN_ALPHA, /* of entmax */
    COLUMN_SINK,
    COLUMN_MEMBER, /* of a class of series */
    COLUMN_DIMENSIONS,
    COLUMN_LAW = COLUMN_DIMENSIONS, /* from here on naming axes */
    COLUMN_PARAMETER,
    COLUMN_REGIME,
    COLUMN_QUESTION,
    COLUMN_TEST, /* of a class of series */
    COLUMN_AXES
};

struct column_place {
    const struct fit *fit;
    const struct verdict *verdict;
    const struct attention *attention;
    const struct universality *class; /* of series; NULL: the place is of one */
    size_t at[COLUMN_AXES];
    char *room; /* COLUMN_TEXT bytes, for texts that have to be made */
};

enum { COLUMN_RANK = 3, COLUMN_TEXT = SENTENCE };

/* Exactly one of `number`, `of`, `text` and `whole` says what is there; column_is_text, where it is a text.
 */
struct column {
    const char *name, *meaning;
    unsigned rank;
    enum column_axis axis[COLUMN_RANK]; /* outermost first */
    double (*number)(const struct column_place *place);
    /* A double, or where it `counts` a size_t, that lies so many bytes into a structure; NULL: NaN. */
    const void *(*of)(const struct column_place *place);
    size_t offset;
    bool counts;
    const char *const *names; /* the name of the enumerated value that lies there, instead */
    const char *(*text)(const struct column_place *place); /* NULL: there is none */
    const uint64_t *(*whole)(const struct column_place *place);
    bool by_n;  /* of a series: an array along log_n has the same name and says more */
    bool aside; /* not in the fit file, which has the same under another name or leaves it to the reader */
};
#define COLUMN_OF(find, type, member) .of = (find), .offset = offsetof(struct type, member)
#define COLUMN_COUNT(find, type, member) COLUMN_OF(find, type, member), .counts = true
/* Rank and axes: so many as are named. */
#define COLUMN_ALONG(...)                                                                                    \
    sizeof((enum column_axis[]){__VA_ARGS__}) / sizeof(enum column_axis), { __VA_ARGS__ }
#define COLUMN_NAME(find, type, member, list) COLUMN_OF(find, type, member), .names = (list)

struct column_table {
    size_t count;
    const struct column *column;
};
/* Of every series, of one with an attention output, of one that goes along a prescription; of a class of
 * series. Attributes first. */
extern const struct column_table column_fit, attention_columns, prescribed_columns, universality_columns;

/* Of the i-th series of a study that is judged, at the criterion judged and the median of rows. */
struct column_place column_place(const struct study *study, size_t i, char room[COLUMN_TEXT]);
/* Of the i-th class of series: that of its first member. */
struct column_place column_place_class(const struct study *study, size_t i, char room[COLUMN_TEXT]);

/* How many indices an axis has there; of a naming axis one for each name that there may be (column_has). */
size_t column_size(const struct column_place *place, enum column_axis axis);
/* Whether an index of an axis has anything: regimes without points have nothing, nor parameters that are not
 * told of. */
bool column_has(const struct column_place *place, enum column_axis axis, size_t index);
/* The label at the place on a naming axis; the name of any other. */
const char *column_label(const struct column_place *place, enum column_axis axis);

/* For tables of columns: log n at the place; where its (n, beta) stands in arrays of the series; its
 * criterion in the place's room, NULL where there is none. */
double column_log_n(const struct column_place *place);
size_t column_point(const struct column_place *place);
const char *column_criterion(const struct column_place *place);

/* A column's name with its labels. Returns `out`. */
const char *column_name(const struct column *column, const struct column_place *place, char out[WORDS]);

/* Whether it lies along dimensions, and not along naming axes or none. */
bool column_is_array(const struct column *column);
/* The column of that name; where an array and a single number share it, the one that is asked for. There must
 * be one: else the program ends. */
const struct column *column_find(const struct column_table *table, bool array, const char *name);
bool column_is_text(const struct column *column);
/* NULL: there is none. */
const char *column_text(const struct column *column, const struct column_place *place);
/* What it holds there, whole numbers as doubles; NaN for texts. */
double column_number(const struct column *column, const struct column_place *place);
/* The same of the column called NAME with that ending, and half of what lies between NAME_low and NAME_high.
 */
double column_value(const struct column_table *table, bool array, const char *name, const char *ending,
                    const struct column_place *place);
double column_half(const struct column_table *table, bool array, const char *name,
                   const struct column_place *place);

#endif
