#include "analysis/statistics/directions.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdbool.h>

#include "sim/base/memory.h"

static bool is_known(const gsl_matrix *c) {
    double sum = 0;
    for (size_t i = 0; i < c->size1; i++) {
        for (size_t j = 0; j <= i; j++) { sum += gsl_matrix_get(c, i, j); }
    }
    return isfinite(sum);
}

struct directions directions_sum(gsl_matrix *c, const gsl_vector *x, double least) {
    struct directions d = {NAN, 0};
    if (!is_known(c)) { return d; }
    gsl_matrix *vector = gsl_matrix_alloc(x->size, x->size);
    gsl_vector *eigen = gsl_vector_alloc(x->size);
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(x->size);
    if (!vector || !eigen || !work) { memory_exhausted(); }
    if (gsl_eigen_symmv(c, eigen, vector, work) == 0) { d.square = 0; }
    for (size_t k = 0; !isnan(d.square) && k < x->size; k++) {
        const gsl_vector_const_view direction = gsl_matrix_const_column(vector, k);
        double along;
        if (!(gsl_vector_get(eigen, k) > least)) { continue; }
        gsl_blas_ddot(x, &direction.vector, &along);
        d.square += along * along / gsl_vector_get(eigen, k);
        d.count++;
    }
    gsl_matrix_free(vector);
    gsl_vector_free(eigen);
    gsl_eigen_symmv_free(work);
    return d;
}
