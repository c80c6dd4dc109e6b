#include "models/theory/prescription.h"

#include <math.h>

const char *const prescription_name[PRESCRIPTIONS] = {"const", "sqrt_log", "log", "yarn", "log2"};

double prescription_power(enum prescription prescription) {
    static const double power[PRESCRIPTIONS] = {[PRESCRIPTION_CONST] = 0,
                                                [PRESCRIPTION_SQRT_LOG] = 0.5,
                                                [PRESCRIPTION_LOG] = 1,
                                                [PRESCRIPTION_YARN] = 2,
                                                [PRESCRIPTION_LOG2] = 2};
    return power[prescription];
}

double prescription_log_amplitude(enum prescription prescription, double log_trained) {
    if (prescription == PRESCRIPTION_YARN) { return 2 * log(0.1); }
    return -prescription_power(prescription) * log(log_trained);
}

double prescription_log_multiplier(enum prescription prescription, double log_n, double log_trained) {
    if (prescription == PRESCRIPTION_YARN) { return 2 * log1p(0.1 * fmax(0, log_n - log_trained)); }
    return prescription == PRESCRIPTION_CONST ? 0
                                              : prescription_power(prescription) * log(log_n / log_trained);
}
