/* fields: the arrays of a series as a list. */
#ifndef GAPSCALE_TESTS_FIELDS_H
#define GAPSCALE_TESTS_FIELDS_H

#include "tests/test.h"

#include <string.h>

#include "sim/results/results.h"

/* Lists all; returns how many. */
static inline size_t fields_list(struct results_series *series, struct results_field field[RESULTS_FIELDS]) {
    size_t count = 0;
    for (struct results_field f = {0}; results_next(series, &f);) { field[count++] = f; }
    return count;
}

/* Bit for bit, NaN equal to NaN. */
static inline void fields_check_same(struct results *a, struct results *b) {
    assert_int_equal(a->series_count, b->series_count);
    for (size_t s = 0; s < a->series_count; s++) {
        struct results_field fa[RESULTS_FIELDS], fb[RESULTS_FIELDS];
        size_t fields = fields_list(&a->series[s], fa);
        assert_int_equal(fields, fields_list(&b->series[s], fb));
        for (size_t f = 0; f < fields; f++) {
            size_t count = results_field_size(&a->series[s], &fa[f]);
            assert_int_equal(count, results_field_size(&b->series[s], &fb[f]));
            if (memcmp(*fa[f].values, *fb[f].values, count * sizeof(double)) != 0) {
                fail_msg("%s: %s differs", a->series[s].name, fa[f].name);
            }
        }
    }
}

#endif
