/* Rows drawn from every family with a law, diagnosed blind: law, amplitude, Lambda_n and index within
 * intervals that cover at their nominal rate, heads alone and all together, and a single power of log n
 * refused no more often than at its level (in the Gumbel class: elsewhere Lambda_n is a power of n).
 *
 * The truth is what the statistic has at these n: the mean median of log Lambda_n of as many rows drawn apart
 * as make its own error small (a tenth of a head's), its line, and the exact mean of the index's statistic.
 * The law's exponent, or that of Lambda^typ, is another: of Gaussian rows .58 for Lambda^typ at these n, .64
 * for the median of Lambda_n. Fixed seed. Variances are pooled by half, which
 * covers .95 to .99; heads of a file share them in part, so their counts vary by up to 1.5 times
 * what independent ones do, and the bounds are at four such deviations. */
#include "tests/analysis/diagnosis/laws.h"
#include "tests/analysis/diagnosis/written.h"

#include "analysis/diagnosis/index.h"
#include "analysis/statistics/order.h"
#include "sim/measures/measure.h"
#include "sim/rows/measured.h"

enum { LENGTHS = 5, SEQUENCES = 4, HEADS = 8, ROWS = 24, LEAST = 64 };

static double length_of(size_t j) { return LEAST * exp2((double)j); }
/* One of each class under sanitizers, whose truth has twice the error. */
static uint64_t apart(void) { return getenv("GAPSCALE_TEST_QUICK") ? 100 : 400; }
static size_t laws_apart(void) { return getenv("GAPSCALE_TEST_QUICK") ? 2 : 1; }
static int repetitions(void) { return getenv("GAPSCALE_TEST_LONG") ? 100 : 1; }

/* ---- the truth ---- */

struct truth {
    double exponent, amplitude; /* of the line through the levels */
    double level[LENGTHS];      /* mean of the median of log Lambda over ROWS rows */
    double index[LENGTHS];
};

static double median_apart(const struct law_case *law, size_t n, uint64_t first) {
    double value[ROWS], room[ROWS], score[FAMILY_CHUNK];
    struct measured *measured = measured_create(isa_best());
    for (size_t r = 0; r < ROWS; r++) {
        law_draw(law, n, "apart", first + r, score);
        value[r] = log(measure_accumulation(measured_row(measured, n, score, 1)).lambda);
    }
    measured_free(measured);
    return order_make(ROWS, value, room).quantile[ORDER_MEDIAN];
}

static void fit_line(const double *y, double *slope, double *start) {
    double x[LENGTHS], mx = 0, my = 0, xx = 0, xy = 0;
    for (size_t j = 0; j < LENGTHS; j++) {
        x[j] = log(log(length_of(j)));
        mx += x[j] / LENGTHS;
        my += y[j] / LENGTHS;
    }
    for (size_t j = 0; j < LENGTHS; j++) {
        xx += (x[j] - mx) * (x[j] - mx);
        xy += (x[j] - mx) * (y[j] - my);
    }
    *slope = xy / xx;
    *start = my - mx * *slope;
}

/* table[K == SPACING_MANY] */
static struct truth truth_of(const struct law_case *law, const struct spacing_table table[2]) {
    struct truth t = {0};
    for (size_t j = 0; j < LENGTHS; j++) {
        size_t n = (size_t)length_of(j), count = n >= 256 ? SPACING_MANY : SPACING_FEW;
        t.index[j] =
            spacing_index(&table[count == SPACING_MANY],
                          spacing_mean_finite(count, family_find(law->family), law->p, log((double)n)));
        for (uint64_t i = 0; i < apart(); i++) {
            t.level[j] += median_apart(law, n, i * ROWS) / (double)apart();
        }
    }
    fit_line(t.level, &t.exponent, &t.amplitude);
    return t;
}

/* ---- the file ---- */

static void write_rows(const struct law_case *law, size_t repetition, char path[WRITTEN_PATH]) {
    const size_t all = (size_t)SEQUENCES * HEADS * ROWS;
    hid_t file = written_open(path);
    for (size_t j = 0; j < LENGTHS; j++) {
        size_t n = (size_t)length_of(j);
        const hsize_t size[5] = {SEQUENCES, 1, HEADS, ROWS, n};
        double *score = malloc(all * n * sizeof *score);
        char group[16];
        snprintf(group, sizeof group, "n%05zu", n);
        for (size_t r = 0; r < all; r++) { law_draw(law, n, "truth", repetition * all + r, score + r * n); }
        written_scores(file, group, size, H5T_IEEE_F64LE, score);
        free(score);
    }
    H5Fclose(file);
}

/* ---- counts ---- */

struct count {
    double held, all;
};
enum { EXPONENT, AMPLITUDE, LEVEL, INDEX, LINE, POOLED, COUNTS };
static const char *const count_name[COUNTS] = {"exponent", "amplitude", "Lambda",
                                               "index",    "one power", "pooled"};

static void add(struct count *c, const struct trend_interval *i, double truth) {
    assert_true(isfinite(i->low) && i->low < i->value && i->value < i->high);
    c->all++;
    c->held += i->low <= truth && truth <= i->high;
}

/* A line is refused at the 5% level. */
static void add_line(struct count *c, double lack_of_fit) {
    assert_true(lack_of_fit >= 0);
    c->all++;
    c->held += lack_of_fit >= trend_risk;
}

static void add_file(struct count count[COUNTS], const struct told *t, const struct truth *truth,
                     bool power_of_log) {
    for (size_t h = 0; h < HEADS; h++) {
        const struct diagnosis_group *g = &t->diagnosis.group[h];
        const struct trend_interval *a = &g->trained.log_amplitude;
        add(&count[EXPONENT], &g->trained.exponent, truth->exponent);
        add(&count[AMPLITUDE], a, truth->amplitude);
        if (power_of_log) { add_line(&count[LINE], g->trained.lack_of_fit); }
        for (size_t j = 0; j < LENGTHS; j++) {
            const struct trend_interval *l = &g->point[j].lambda;
            add(&count[LEVEL], &(struct trend_interval){log(l->value), log(l->low), log(l->high)},
                truth->level[j]);
            add(&count[INDEX], &g->point[j].index, truth->index[j]);
        }
    }
    add(&count[POOLED], &told_group(t, "all")->trained.exponent, truth->exponent);
}

static void check_count(const char *family, const char *name, const struct count *c) {
    const double nominal = 0.95, most = 0.99, dependence = 1.5, deviations = 4;
    if (c->all == 0) { return; }
    double below = dependence * deviations * sqrt(c->all * nominal * (1 - nominal)),
           above = dependence * deviations * sqrt(c->all * most * (1 - most));
    print_message("%-10s %-10s %4.0f of %4.0f: %.3f\n", family, name, c->held, c->all, c->held / c->all);
    assert_true(c->held >= nominal * c->all - below);
    assert_true(c->held <= most * c->all + above);
}

static void try_law(const struct law_case *law, const struct spacing_table table[2],
                    struct count total[COUNTS]) {
    struct count count[COUNTS] = {{0}};
    struct truth truth = truth_of(law, table);
    for (int r = 0; r < repetitions(); r++) {
        char path[WRITTEN_PATH];
        struct told t;
        write_rows(law, (size_t)r, path);
        told_make(&t, path, NAN, 0);
        unlink(path);
        assert_int_equal(t.diagnosis.survey->facts->sequence_count, SEQUENCES);
        add_file(count, &t, &truth, family_find(law->family)->class == FAMILY_GUMBEL);
        told_release(&t);
    }
    for (size_t c = 0; c < COUNTS; c++) {
        check_count(law->family, count_name[c], &count[c]);
        total[c].held += count[c].held;
        total[c].all += count[c].all;
    }
}

static void test_truth(void **state) {
    (void)state;
    struct count total[COUNTS] = {{0}};
    struct spacing_table table[2];
    spacing_table_make(SPACING_FEW, &table[0]);
    spacing_table_make(SPACING_MANY, &table[1]);
    for (size_t i = 0; i < LAWS; i += laws_apart()) { try_law(&law_case[i], table, total); }
    for (size_t c = 0; c < COUNTS; c++) { check_count("all", count_name[c], &total[c]); }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_truth)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
