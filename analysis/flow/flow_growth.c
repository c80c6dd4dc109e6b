#include "analysis/flow/flow_growth.h"

void flow_growth_estimate(const struct flow_design *design, const double *product,
                          struct estimate *estimate) {
    size_t modes = design->modes, stride = (design->steps + 1) * modes;
    for (size_t k = 0; k < design->steps * modes; k++) {
        estimate[k] = estimate_ratio(design->replicates, stride, product + modes + k, product + k % modes);
    }
}

void flow_growth_residual(const struct flow_design *design, const double *product, unsigned step,
                          const double *growth, double *residual) {
    size_t modes = design->modes;
    double n = (double)design->count;
    for (size_t r = 0; r < design->replicates; r++) {
        const double *first = product + r * (design->steps + 1) * modes, *after = first + step * modes;
        for (size_t l = 0; l < modes; l++) {
            residual[r * modes + l] = n * (after[l] - growth[l] * first[l]);
        }
    }
}

double flow_growth_extrapolate(const struct flow_design *many, double at_many, const struct flow_design *few,
                               double at_few) {
    double n = (double)many->count, m = (double)few->count;
    return (n * at_many - m * at_few) / (n - m);
}
