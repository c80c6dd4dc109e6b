/* field: all scores of a row at one beta, cut into panels that every x of the outer integral shares.
 *
 * Scores are told by b = beta g(y) over y = log(n V), with measure e^y dy; at x a score has a = e^{x - b}.
 * Panels follow one another in y and in b. Near x they are looked at node by node; where a is small, by sums
 * over all later panels of powers of a (TERMS of them); where it is smaller still, by the sum of a alone. */
#ifndef GAPSCALE_MODELS_ORACLE_FIELD_H
#define GAPSCALE_MODELS_ORACLE_FIELD_H

#include "models/oracle/knots.h"

/* a > e^3.7 = 40: e^-a is below 3e-18, the score's term in phi is its mass alone. */
#define FIELD_SATURATED 3.7
/* a < e^-7.5: of a e^-a = a - a^2 + a^3/2 - a^4/6 + .. four terms leave a^4/24 < 4e-15 of a, of the others
 * less but for the second derivative's, 2e-14. */
#define FIELD_SERIES 7.5
/* a < e^-38 = 3e-17: 1 - e^-a is a to rounding. */
#define FIELD_LINEAR 38
/* Panels over x that are as wide go by the series (series.h): derivatives fall by 16/LONG at least. A choice.
 */
#define FIELD_LONG 100.0
/* Where e^-36 = 2e-16 scores are expected to matter: rows that decide anything at smaller x are that rare. */
#define FIELD_EARLIEST (-36.0)

/* The inner rule's errors are estimated as panels.h does, from the last two of INNER moments. The exponent is
 * a choice, as there for entire functions such as a e^-a: stated errors that come from it have not fallen
 * short of panels 1.9 times finer, for any family. */
enum { INNER_ENDS = 2 };
#define INNER_POWER 3

/* Scores over a short stretch of y: the nodes' masses e^y dy, b - low_b and its e^-. Sums over this panel and
 * all later ones of mass e^{-k (b - low_b)}, k = 1.., and of the same times b - low_b and its square. */
struct panel {
    double low_y, high_y, low_b, high_b;
    double fall; /* e^{low_b - the next one's} */
    double mass[INNER], offset[INNER], ratio[INNER];
    double tail[TERMS], tail_offset[TERMS], tail_spread[TERMS];
    /* For the output: T(2-T) at the nodes; low_b less the centre; sums of mass e^{-k ...} times T(2-T), and
     * times the squared distance of b from the centre. */
    double chord[INNER], apart, tail_chord[TERMS], tail_square[TERMS];
};

/* One panel or some that follow one another, up to field->panel[end], for x so far below that a is small: as
 * struct panel has it, and mass, mass e^-(b - low_b) and mass e^-2(b - low_b) up to each node and in all. */
struct wide {
    size_t end;
    double low_b, high_y, fall, mass[INNER], ratio[INNER];
    double count_to[INNER], first_to[INNER], second_to[INNER], count, first, second;
};

/* What a panel becomes at one x: e^{-a}, and mass a e^{-a}. */
struct kept {
    double scale; /* e^{x - low_b} */
    double kept[INNER], weight[INNER];
};

struct field {
    const struct oracle *o;
    struct oracle_question ask;
    double beta, fineness, others, share, weighed; /* n - 1, 1/n, (n - 1)/n */
    int terms;      /* (1 - psi/n)^n goes by so many terms of a series in psi/n; 0: it does not */
    unsigned whole; /* n - 1 where it goes by multiplications, 0 where it does not */
    double typical_depth, length; /* for the output: T = typical_depth + b length */
    double centre;                /* likewise: b from about E sum p b on */
    double x_low, x_high, end_y;  /* where the outer integrand lives; where the panels end */
    double origin;                /* an x among those of most weight */
    bool far_end;                 /* scores beyond x_high end it */
    size_t count, room;
    size_t small, large; /* the first panel whose scores can be the second of a row; that cannot be a first */
    double rank_fall[ORACLE_RANKS]; /* (n - k)/(n k) of the k-th, 0 from n on */
    struct panel *panel;
    struct wide *wide; /* from panel `small` to `large`; none where no top weight is asked for alone */
    size_t wides;
    struct kept *kept;                  /* room for one x at a time */
    double far_mass, far_b, far_spread; /* scores with b > x_high + LINEAR: log of the sum of e^{y - b} dy,
                                           mean and variance of b */
    double far_error;                   /* relative; inf where they are out of reach */
    double noise;                       /* relative error of gaps */
};

/* Finds the range of x. Nothing to close yet. */
void field_open(struct field *field, const struct oracle *oracle, double beta,
                struct oracle_question question);

/* Adds panels from b = low (at most: from a knot if one is near) to the first end of a panel with b >= high,
 * each of at most 1 or so in y and in b. Calls in increasing order. False when out of memory. */
bool field_cover(struct field *field, double low, double high);

/* After the last of them. False when out of memory. */
bool field_finish(struct field *field);
void field_close(struct field *field);

static inline double field_gap(const struct field *f, double y) {
    return f->beta * profile_gap(f->o->profile, y);
}

static inline double field_knot_b(const struct field *f, size_t knot) {
    return f->beta * f->o->knot[knot].gap;
}

/* The last knot with b <= x, or the first of all. */
size_t field_knot_before(const struct field *field, double x);

/* y with beta g(y) = x, or the nearest there is. */
double field_y(const struct field *field, double x);

/* T of a score, and T(2-T). */
double field_depth(const struct field *field, double b);
double field_chord(const struct field *field, double b);

#endif
