/* Sums over scores at many x at once: what inner.h has at each of them. */
#include "tests/models/oracle/oracle_law.h"

#include "models/oracle/lattice.h"
#include "models/oracle/law.h"

enum { BLOCKS = 12 };

static void open_field(struct oracle *law, const double *p, const char *name, double log_n, double beta,
                       struct field *field) {
    const struct family *family = family_find(name);
    assert_true(law_open(law, family, p, log_n, typical_scale(family, p, log_n).log_lambda));
    field_open(field, law, beta, (struct oracle_question){.errors = false});
    assert_true(field_cover(field, field_knot_b(field, 0) - 1, field->x_high + FIELD_LINEAR) &&
                field_finish(field));
    if (field->count > 0) { field->panel[0].low_y = -INFINITY; }
}

/* To what polynomials leave of a single score's functions, of those near; one may be above all panels. */
static void check_inner(const struct inner *in, const struct inner *exact) {
    const double first = exact->first, above = exp(KNOTS_DEEPEST),
                 mean = first > 0 ? exact->entropy / first : 0;
    check_close(in->psi, exact->psi, 3e-14 * exact->psi + 1.01 * above);
    check_close(in->first, first, 2e-12 * first);
    check_close(in->first - in->second, first - exact->second, 3e-11 * first);
    check_close(in->entropy, exact->entropy, 5e-12 * first * (1 + fabs(mean)));
    check_close(in->spread, exact->spread, 1e-11 * (exact->spread + first * (1 + mean * mean)));
}

/* From where all scores are saturated to where a is small for all. */
static void check_law(const char *name, double first, double second, double log_n, double beta, double step) {
    const double p[FAMILY_PARAMETERS] = {first, second};
    struct oracle law;
    struct field field;
    struct lattice lattice;
    struct inner inner[VECTOR_ROW];
    open_field(&law, p, name, log_n, beta, &field);
    assert_true(lattice_open(&lattice, &field, field.x_high, step));
    for (size_t block = 0; block < BLOCKS; block++) {
        lattice_next(&lattice, inner);
        for (size_t j = 0; j < VECTOR_ROW; j++) {
            const double x = field.x_high - (double)(block * VECTOR_ROW + j) * step;
            const struct inner exact = inner_at(&field, x, inner_span_at(&field, x));
            check_inner(&inner[j], &exact);
        }
    }
    lattice_close(&lattice);
    field_close(&field);
    law_close(&law);
}

/* Both tails smooth; ends of every kind; scores closer together than a step, and far apart. */
static void test_laws(void **state) {
    (void)state;
    check_law("gaussian", 1, 0, 11, 1, 0.21);
    check_law("gaussian", 1, 0, 300, 0.05, 0.19);
    check_law("gaussian", 1, 0, 7, 16, 2.3);
    check_law("stretched", 1, 1, 20, 0.5, 0.33);
    check_law("stretched", 0.5, 1, 11, 0.25, 0.4);
    check_law("spherical", 2, 0, 5, 0.1, 0.15);
    check_law("spherical", 3, 0, 690, 8, 0.1);
    check_law("powerlaw", 2, 1, 40, 3, 0.2);
    check_law("pareto", 10, 0, 11, 2, 0.21);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_laws)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
