#include "analysis/study/twins.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "analysis/text/words.h"

static bool are_twins(const struct fit *a, const struct fit *b) {
    const struct results_series *x = a->series, *y = b->series;
    if (x->family != y->family || a->primary == a->criteria || b->primary == b->criteria) { return false; }
    const struct criterion *p = &x->criterion[a->primary], *q = &y->criterion[b->primary];
    if (p->kind != q->kind || p->threshold != q->threshold) { return false; }
    for (size_t i = 0; i < x->family->parameter_count; i++) {
        const struct schedule *s = &x->parameter[i], *t = &y->parameter[i];
        if (s->coef != t->coef || s->log_power != t->log_power || s->power != t->power) { return false; }
    }
    return true;
}

/* Log of the ratio, if there is one with an error. */
static bool has_point(const struct fit *fit, size_t n, double *log_ratio, double *se) {
    const struct ensemble_point *point = &fit->collapse[n * fit->criteria + fit->primary];
    *log_ratio = point->log_ratio;
    *se = point->se;
    return isfinite(point->log_ratio) && point->se > 0;
}

static bool same_length(const struct fit *a, size_t i, const struct fit *b, size_t j) {
    return fabs(a->series->log_n[i] - b->series->log_n[j]) <= 1e-12;
}

static bool share_a_point(const struct fit *a, const struct fit *b) {
    double ratio, se;
    for (size_t i = 0; i < a->lengths; i++) {
        for (size_t j = 0; j < b->lengths; j++) {
            if (same_length(a, i, b, j) && has_point(a, i, &ratio, &se) && has_point(b, j, &ratio, &se)) {
                return true;
            }
        }
    }
    return false;
}

/* One line; the square of the difference in standard errors, NaN where one of the two has no point. */
static double print_line(FILE *out, const struct fit *a, size_t i, const struct fit *b, size_t j) {
    double x, y, se_x, se_y;
    char n[WORDS], first[WORDS], second[WORDS];
    if (!has_point(a, i, &x, &se_x) || !has_point(b, j, &y, &se_y)) { return NAN; }
    double deviation = (x - y) / hypot(se_x, se_y);
    fprintf(out, "%9s  %17s  %17s  %+11.1f\n", words_length(a->series->log_n[i], n),
            words_measured(exp(x), exp(x) * se_x, first), words_measured(exp(y), exp(y) * se_y, second),
            deviation);
    return deviation * deviation;
}

static void print_pair(FILE *out, const struct fit *a, const struct fit *b) {
    double chi_square = 0;
    size_t shared = 0;
    fprintf(out, "\n%s beside %s: beta_c/Lambda^typ of one law, made in two ways\n%9s  %17s  %17s  %11s\n",
            a->name, b->name, "n", "the first", "the second", "differ (se)");
    for (size_t i = 0; i < a->lengths; i++) {
        for (size_t j = 0; j < b->lengths; j++) {
            if (!same_length(a, i, b, j)) { continue; }
            double square = print_line(out, a, i, b, j);
            if (isnan(square)) { continue; }
            chi_square += square;
            shared++;
        }
    }
    fprintf(out, "  chi^2 = %.1f for %zu n, p = %.2g\n", chi_square, shared,
            gsl_cdf_chisq_Q(chi_square, (double)shared));
}

void twins_print(FILE *out, const struct study *study) {
    for (size_t i = 0; i < study->count; i++) {
        for (size_t j = i + 1; j < study->count; j++) {
            if (are_twins(&study->fit[i], &study->fit[j]) && share_a_point(&study->fit[i], &study->fit[j])) {
                print_pair(out, &study->fit[i], &study->fit[j]);
            }
        }
    }
}
