/* oracle_law: the oracle of a family with these parameters. Each function fails the test where there is none.
 */
#ifndef GAPSCALE_TESTS_MODELS_ORACLE_ORACLE_LAW_H
#define GAPSCALE_TESTS_MODELS_ORACLE_ORACLE_LAW_H

#include "tests/test.h"

#include <stdlib.h>

#include "models/oracle/oracle.h"
#include "models/theory/typical.h"

struct law {
    const char *family;
    double p[FAMILY_PARAMETERS];
};

/* Of keys whose scores fall with their distance. */
static inline struct law law_at(const char *family, double first, double second, double linear, double log) {
    struct law law = {family, {first}};
    const size_t at = family_position_index(family_find(family));
    if (at > 1) { law.p[1] = second; }
    law.p[at] = 1;
    law.p[at + 1] = linear;
    law.p[at + 2] = log;
    return law;
}

static inline struct oracle *make_oracle(const struct law *law, double log_n) {
    struct oracle *o = oracle_create(family_find(law->family), law->p, log_n);
    assert_non_null(o);
    return o;
}

static inline struct oracle_point point_at(const struct law *law, double log_n, double beta_ratio) {
    struct oracle *o = make_oracle(law, log_n);
    struct oracle_point point;
    assert_true(oracle_at(o, beta_ratio, &point));
    oracle_free(o);
    return point;
}

static inline double scale(const struct law *law, double log_n) {
    return exp(typical_scale(family_find(law->family), law->p, log_n).log_lambda);
}

#endif
