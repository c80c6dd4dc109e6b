/* course: where a prescription leads the rows of a family as n -> inf (THEORY 8): what beta/Lambda^typ tends
 * to along beta = coef Lambda^typ(n_0) m(n), and with it the mean entropy. */
#ifndef GAPSCALE_MODELS_ORACLE_COURSE_H
#define GAPSCALE_MODELS_ORACLE_COURSE_H

#include "models/families/family.h"
#include "models/theory/prescription.h"

enum course_class { /* of beta/Lambda^typ */
                    COURSE_UNKNOWN,
                    COURSE_SUBCRITICAL,   /* -> 0 */
                    COURSE_CRITICAL,      /* stays between positive constants */
                    COURSE_SUPERCRITICAL, /* -> inf */
                    COURSE_CLASSES
};
extern const char *const course_class_name[COURSE_CLASSES]; /* "unknown", "subcritical", .. */

enum course_fate { /* of the mean entropy */
                   COURSE_UNTOLD,
                   COURSE_SPREADS,   /* grows without end */
                   COURSE_STAYS,     /* tends to a positive constant */
                   COURSE_COLLAPSES, /* tends to 0 */
                   COURSE_FATES
};
extern const char *const course_fate_name[COURSE_FATES]; /* "untold", "spreads", "stays", "collapses" */

/* NaN: not known. */
struct course {
    enum course_class class;
    bool by_law; /* by the family's asymptotic law; else from the local exponent of Lambda^typ at `log_n` */
    double log_power,
        power;      /* beta/Lambda^typ ~ (log n)^log_power n^power; power is in log_power without a law */
    double limit;   /* of beta/Lambda^typ where critical */
    bool of_median; /* what follows is of the median entropy: rows differ in scale, and those below some scale
                       keep H ~ log n at this limit */
    enum course_fate fate;
    double entropy; /* its limit where it stays */
    double rate;    /* entropy ~ (log n)^rate */
    double rate_n;  /* where it falls as a power of n: entropy ~ n^rate_n but for powers of log n */
};

/* log_trained = log n_0, coef > 0. At `log_n` local exponents are taken where they must be. Unknown where
 * Lambda^typ has no formula. A few milliseconds. */
struct course course_of(const struct family *family, const struct schedule *parameter,
                        enum prescription prescription, double log_trained, double coef, double log_n);

#endif
