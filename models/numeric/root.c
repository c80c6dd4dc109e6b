#include "models/numeric/root.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_roots.h>
#include <stdbool.h>

double root_between(gsl_function f, double low, double high, double tolerance) {
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    bool good = solver && gsl_root_fsolver_set(solver, &f, low, high) == GSL_SUCCESS;
    double x = good ? gsl_root_fsolver_root(solver) : NAN, before = INFINITY;
    for (int i = 0; good && i < 200 && fabs(x - before) >= tolerance; i++) {
        before = x;
        good = gsl_root_fsolver_iterate(solver) == GSL_SUCCESS;
        x = good ? gsl_root_fsolver_root(solver) : NAN;
    }
    if (solver) { gsl_root_fsolver_free(solver); }
    return x;
}

double root_near(gsl_function f, double low, double high, double tolerance) {
    double width = high - low;
    for (int i = 0; i < 20 && !(GSL_FN_EVAL(&f, low) > 0); i++, width *= 2) { high = low, low -= width; }
    for (int i = 0; i < 20 && !(GSL_FN_EVAL(&f, high) < 0); i++, width *= 2) { low = high, high += width; }
    return root_between(f, low, high, tolerance);
}

double root_peak(gsl_function f, double low, double high, double absolute, double relative) {
    const double golden = 0.5 * (sqrt(5) - 1);
    double left = high - golden * (high - low), right = low + golden * (high - low);
    double left_value = GSL_FN_EVAL(&f, left), right_value = GSL_FN_EVAL(&f, right);
    while (high - low > absolute + relative * high) {
        if (left_value > right_value) {
            high = right, right = left, right_value = left_value;
            left_value = GSL_FN_EVAL(&f, left = high - golden * (high - low));
        } else {
            low = left, left = right, left_value = right_value;
            right_value = GSL_FN_EVAL(&f, right = low + golden * (high - low));
        }
    }
    return (low + high) / 2;
}
