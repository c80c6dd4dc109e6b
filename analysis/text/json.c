#include "analysis/text/json.h"

#include <math.h>

void json_print_within(FILE *out, double value, double error) {
    const double digits = floor(log10(fabs(value))) - floor(log10(error)) + 1;
    if (!isfinite(value) || !(error > 0) || !(digits < 17)) {
        json_print_number(out, value);
    } else {
        fprintf(out, "%.*g", (int)fmax(1, digits), value);
    }
}

void json_print_estimate(FILE *out, const char *key, double value, double error) {
    json_print_key(out, key);
    json_print_within(out, fabs(value) > error || error == 0 ? value : NAN, error);
    fprintf(out, ", \"%s_error\": ", key);
    json_print_within(out, error, error / 10);
}
