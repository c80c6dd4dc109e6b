#include "sim/config/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/theory/sphere.h"
#include "models/theory/typical.h"
#include "sim/rows/row.h"
#include "sim/rows/sampler.h"

const char *const config_rows_name[] = {
    [CONFIG_ROWS_AUTO] = "auto", [CONFIG_ROWS_DRAWN] = "drawn", [CONFIG_ROWS_COUNTED] = "counted"};

bool config_name_is_good(const char *name) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    size_t length = strlen(name);
    return length >= 1 && length < CONFIG_NAME && strspn(name, letters) == length && !strchr("_-.", *name) &&
           name[length - 1] != '.' && !strstr(name, "..");
}

void config_series_release(struct config_series *series) {
    free(series->log_n);
    free(series->beta.value);
    free(series->beta.log_value);
    free(series->output.value);
}

void config_free(struct config *config) {
    if (!config) { return; }
    for (size_t i = 0; i < config->series_count; i++) { config_series_release(&config->series[i]); }
    free(config->series);
    free(config->text);
    free(config->resolved);
    free(config);
}

bool config_has_position(const struct config_series *series) {
    return family_has_position(series->family, series->parameter);
}

/* The first beta is the least. */
double config_log_window(const struct config_series *series, double log_n) {
    double p[FAMILY_PARAMETERS];
    config_parameters(series, log_n, p);
    const double log_lambda = typical_scale(series->family, p, log_n).log_lambda,
                 least = exp(config_log_beta(series, log_n, log_lambda, 0) - log_lambda);
    return sampler_log_window(series->family, p, log_n, log_lambda, series->beta.count > 0, &least);
}

static bool has_linear_penalty(const struct config_series *series, double log_n) {
    double p[FAMILY_PARAMETERS];
    config_parameters(series, log_n, p);
    return family_position(series->family, p).linear > 0;
}

bool config_counted(const struct config_series *series, double log_n) {
    if (series->family->kind != FAMILY_IID) { return false; }
    if (config_has_position(series) && !has_linear_penalty(series, log_n)) { return false; }
    if (series->rows == CONFIG_ROWS_AUTO) { return log_n > log(ROW_EXPLICIT + 0.5); }
    return series->rows == CONFIG_ROWS_COUNTED;
}

void config_parameters(const struct config_series *series, double log_n, double p[FAMILY_PARAMETERS]) {
    family_parameters(series->family, series->parameter, log_n, p);
}

double config_log_beta(const struct config_series *series, double log_n, double log_lambda_typ, size_t i) {
    const struct config_beta *beta = &series->beta;
    const double log_value = beta->log_value ? beta->log_value[i] : log(beta->value[i]);
    const double d = family_dimension(series->family, series->parameter, log_n),
                 c = family_concentration(series->family, series->parameter, log_n);
    switch (beta->scale) {
    case CONFIG_SCALE_LAMBDA_TYP: return log_value + log_lambda_typ;
    case CONFIG_SCALE_N_EFF: return log(sphere_beta_of_n_eff(d, c, log_n, beta->value[i]));
    case CONFIG_SCALE_CRITICAL: return log_value + log_n * 2 / (d - 1);
    case CONFIG_SCALE_POWER: return log_value + log_n * beta->power;
    case CONFIG_SCALE_PRESCRIPTION:
        return log_value + log_lambda_typ +
               prescription_log_multiplier(beta->prescription, log_n, beta->log_trained);
    case CONFIG_SCALE_NONE: break;
    }
    return log_value;
}
