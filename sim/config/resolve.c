#include "sim/config/resolve.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/number.h"
#include "sim/config/normalisers.h"
#include "sim/config/target.h"
#include "sim/config/value.h"

static void write_reals(FILE *out, size_t count, const double *value) {
    char text[NUMBER_TEXT];
    fputc('[', out);
    for (size_t i = 0; i < count; i++) { fprintf(out, "%s%s", i ? ", " : "", number_print(value[i], text)); }
    fputc(']', out);
}

/* Whether a text reads as a length with exactly this log n. */
static bool reads_as(const char *text, double log_n) {
    double n, log_value;
    return number_read(text, &n, &log_value) && value_snap_length(n, log_value) == log_n;
}

/* An integer below 2^53, else the shortest decimal, else a power of e, that has this log n. */
static void write_length(FILE *out, double log_n) {
    char text[NUMBER_TEXT] = "", exponent[NUMBER_TEXT];
    double n = exp(log_n);
    if (n < 0x1p53) { snprintf(text, sizeof text, "%.0f", n); }
    for (int digits = 1; digits <= 17 && isfinite(n) && !reads_as(text, log_n); digits++) {
        snprintf(text, sizeof text, "%.*g", digits, n);
    }
    if (!reads_as(text, log_n)) { snprintf(text, sizeof text, "e^%s", number_print(log_n, exponent)); }
    fputs(text, out);
}

static void write_lengths(FILE *out, size_t count, const double *log_n) {
    fputs("n: [", out);
    for (size_t i = 0; i < count; i++) {
        fputs(i ? ", " : "", out);
        write_length(out, log_n[i]);
    }
    fputc(']', out);
}

char *resolve_lengths(size_t count, const double *log_n) {
    char *text = NULL;
    size_t length;
    FILE *out = memory_stream_open(&text, &length);
    write_lengths(out, count, log_n);
    memory_stream_close(out, &text);
    return text;
}

static void write_prescription(FILE *out, const struct config_beta *beta) {
    char coef[NUMBER_TEXT];
    fprintf(out, "beta: {prescription: %s, trained: ", prescription_name[beta->prescription]);
    write_length(out, beta->log_trained);
    fprintf(out, ", coef: %s}\n", number_print(beta->value[0], coef));
}

static void write_beta(FILE *out, const struct config_series *series) {
    static const char *const opening[] = {
        [CONFIG_SCALE_NONE] = "relative_to: none, values: ",
        [CONFIG_SCALE_LAMBDA_TYP] = "relative_to: lambda_typ, values: ",
        [CONFIG_SCALE_N_EFF] = "n_eff: ",
        [CONFIG_SCALE_CRITICAL] = "critical: ",
        [CONFIG_SCALE_POWER] = "coef: ",
    };
    char power[NUMBER_TEXT];
    if (series->beta.scale == CONFIG_SCALE_PRESCRIPTION) {
        write_prescription(out, &series->beta);
        return;
    }
    fprintf(out, "beta: {%s", opening[series->beta.scale]);
    write_reals(out, series->beta.count, series->beta.value);
    if (series->beta.scale == CONFIG_SCALE_POWER) {
        fprintf(out, ", power: %s", number_print(series->beta.power, power));
    }
    fputs("}\n", out);
}

static void write_thresholds(FILE *out, const struct config_series *series, enum criterion_kind kind) {
    double threshold[CONFIG_CRITERIA];
    size_t count = 0;
    for (size_t i = 0; i < series->criterion_count; i++) {
        if (series->criterion[i].kind == kind) { threshold[count++] = series->criterion[i].threshold; }
    }
    fprintf(out, "%s: ", criterion_name[kind]);
    write_reals(out, count, threshold);
    fputs(", ", out);
}

static void write_collapse(FILE *out, const struct config_series *series) {
    size_t last = series->criterion_count - 1;
    fputs("collapse: {", out);
    for (enum criterion_kind k = 0; k < CRITERION_SUSCEPTIBILITY; k++) { write_thresholds(out, series, k); }
    fprintf(out, "susceptibility: %s}\n",
            series->criterion[last].kind == CRITERION_SUSCEPTIBILITY ? "true" : "false");
}

static bool same_reals(size_t count, const double *a, size_t other_count, const double *b) {
    return count == other_count && memcmp(a, b, count * sizeof *a) == 0;
}

static bool same_beta(const struct config_beta *a, const struct config_beta *b) {
    return a->scale == b->scale && a->power == b->power && a->prescription == b->prescription &&
           a->log_trained == b->log_trained && same_reals(a->count, a->value, b->count, b->value);
}

static bool same_collapse(const struct config_series *a, const struct config_series *b) {
    bool same = a->criterion_count == b->criterion_count;
    for (size_t i = 0; same && i < a->criterion_count; i++) {
        same = a->criterion[i].kind == b->criterion[i].kind &&
               a->criterion[i].threshold == b->criterion[i].threshold;
    }
    return same;
}

static bool same_normalisers(const struct config_normalisers *a, const struct config_normalisers *b) {
    return a->sparsemax == b->sparsemax &&
           same_reals(a->entmax_count, a->entmax, b->entmax_count, b->entmax) &&
           same_reals(a->sink_count, a->sink, b->sink_count, b->sink);
}

/* The keys that a series may override, where they differ from those of `top` (NULL: all of them). */
static void write_shared(FILE *out, const char *indent, const struct config_series *series,
                         const struct config_series *top) {
    static const struct config_normalisers none; /* and nothing is written of none */
    if (!top || series->replicates != top->replicates) {
        fprintf(out, "%sreplicates: %" PRIu64 "\n", indent, series->replicates);
    }
    if (series->target != (top ? top->target : 0)) {
        fputs(indent, out);
        target_write(out, series->target);
    }
    if (!top || !same_reals(series->n_count, series->log_n, top->n_count, top->log_n)) {
        fputs(indent, out);
        write_lengths(out, series->n_count, series->log_n);
        fputc('\n', out);
    }
    if (!top || !same_beta(&series->beta, &top->beta)) {
        fputs(indent, out);
        write_beta(out, series);
    }
    if (!top || !same_collapse(series, top)) {
        fputs(indent, out);
        write_collapse(out, series);
    }
    if (!top || series->rows != top->rows) {
        fprintf(out, "%srows: %s\n", indent, config_rows_name[series->rows]);
    }
    if (!same_normalisers(&series->normalisers, top ? &top->normalisers : &none)) {
        fputs(indent, out);
        normalisers_write(out, &series->normalisers);
    }
}

static void write_schedule(FILE *out, const struct schedule *schedule) {
    char coef[NUMBER_TEXT], log_power[NUMBER_TEXT], power[NUMBER_TEXT];
    number_print(schedule->coef, coef);
    if (schedule_is_constant(schedule)) {
        fputs(coef, out);
        return;
    }
    fprintf(out, "{coef: %s, log_power: %s, power: %s}", coef, number_print(schedule->log_power, log_power),
            number_print(schedule->power, power));
}

/* The parameters within this one, where it is written as a mapping. */
static void write_within(FILE *out, const struct family_parameter *parameter, const struct schedule *value) {
    for (size_t i = 1; i <= parameter->within; i++) {
        fprintf(out, "%s%s: ", i == 1 ? "{" : ", ", parameter[i].name);
        write_schedule(out, &value[i]);
    }
    fputc('}', out);
}

/* The same as a list of lists. */
static void write_lists(FILE *out, const struct family_parameter *parameter, const struct schedule *value) {
    const size_t columns = family_parameter_columns(parameter);
    for (size_t i = 0; i < (size_t)value->coef * columns; i++) {
        fputs(i == 0 ? "[[" : i % columns == 0 ? "], [" : ", ", out);
        write_schedule(out, &value[1 + i]);
    }
    fputs("]]", out);
}

static void write_parameter(FILE *out, const struct family_parameter *parameter,
                            const struct schedule *value) {
    const char *word = schedule_is_constant(value) ? family_parameter_word(parameter, value->coef) : NULL;
    fprintf(out, "    %s: ", parameter->name);
    if (family_parameter_columns(parameter) > 0) {
        write_lists(out, parameter, value);
    } else if (family_parameter_is_mapping(parameter, value->coef)) {
        write_within(out, parameter, value);
    } else if (word) {
        fputs(word, out);
    } else {
        write_schedule(out, value);
    }
    fputc('\n', out);
}

static void write_output(FILE *out, const struct config_output *output) {
    fputs("    output: true\n    value_matrix: ", out);
    switch (output->matrix) {
    case CONFIG_MATRIX_IDENTITY: fputs("identity\n", out); break;
    case CONFIG_MATRIX_RANDOM: fprintf(out, "{random: %" PRIu64 "}\n", output->seed); break;
    case CONFIG_MATRIX_ROWS:
        fputs("{rows: [", out);
        for (size_t i = 0; i < output->rows; i++) {
            if (i > 0) { fputs(", ", out); }
            write_reals(out, output->columns, output->value + i * output->columns);
        }
        fputs("]}\n", out);
        break;
    }
}

static void write_series(FILE *out, const struct config_series *series, const struct config_series *top) {
    fprintf(out, "  - name: %s\n    family: %s\n", series->name, series->family->name);
    for (size_t i = 0; i < series->family->parameter_count; i += 1 + series->family->parameter[i].within) {
        if (family_parameter_shows(series->family, series->parameter, i)) {
            write_parameter(out, &series->family->parameter[i], &series->parameter[i]);
        }
    }
    if (series->output.asked) { write_output(out, &series->output); }
    write_shared(out, "    ", series, top);
}

char *resolve_config(const struct config *config) {
    char *text = NULL;
    size_t length;
    FILE *out = memory_stream_open(&text, &length);
    fprintf(out, "seed: %" PRIu64 "\n", config->seed);
    write_shared(out, "", &config->series[0], NULL);
    fprintf(out, "common_randomness: %s\nkeep_replicates: %" PRIu64 "\nordered_weights: %zu\nquantiles: ",
            config->common_randomness ? "true" : "false", config->keep_replicates, config->ordered_weights);
    write_reals(out, config->quantile_count, config->quantile);
    fputs("\nseries:\n", out);
    for (size_t i = 0; i < config->series_count; i++) {
        write_series(out, &config->series[i], &config->series[0]);
    }
    memory_stream_close(out, &text);
    return text;
}
