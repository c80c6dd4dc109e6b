#include "sim/config/outputs.h"

#include <math.h>
#include <string.h>

#include "models/theory/typical.h"
#include "sim/base/memory.h"
#include "sim/config/lengths.h"

const char *const outputs_keys[OUTPUTS_KEYS] = {"output", "value_matrix"};
static const char *const matrix_keys[] = {"rows", "random"};

static bool read_matrix_row(const struct yaml_node *node, size_t row, size_t dimension, double *value) {
    bool good = true;
    if (node->kind != YAML_LIST || node->count != dimension) {
        return YAML_FAULT(node,
                          "row %zu of `value_matrix` must be a list of %zu numbers, as many as the dimension",
                          row + 1, dimension);
    }
    for (size_t i = 0; i < dimension; i++) {
        good &= value_real(node->value[i], "value_matrix.rows", &value_any, &value[i]);
    }
    return good;
}

static void read_matrix_rows(const struct yaml_node *node, size_t dimension, struct config_output *out) {
    if (node->kind != YAML_LIST || node->count == 0) {
        value_refuse(node, "value_matrix.rows", "a list of rows, such as [[1, 0], [0, 1]]");
        return;
    }
    out->matrix = CONFIG_MATRIX_ROWS;
    out->rows = node->count;
    out->value = memory_create(node->count * dimension, sizeof *out->value);
    for (size_t i = 0; i < node->count; i++) {
        if (!read_matrix_row(node->value[i], i, dimension, out->value + i * dimension)) { return; }
    }
}

static void read_matrix(const struct yaml_node *node, size_t dimension, struct config_output *out) {
    const char *const wanted = "identity, {rows: [[...], ...]} or {random: SEED}";
    const struct yaml_node *rows = yaml_find(node, "rows"), *random = yaml_find(node, "random");
    if (node->kind == YAML_SCALAR && strcmp(node->text, "identity") == 0) { return; }
    if (node->kind != YAML_MAPPING || (rows != NULL) + (random != NULL) != 1) {
        value_refuse(node, "value_matrix", wanted);
        return;
    }
    yaml_check_keys(node, "`value_matrix`", READER_COUNT(matrix_keys), matrix_keys);
    if (rows) {
        read_matrix_rows(rows, dimension, out);
    } else if (value_count(random, "value_matrix.random", 0, UINT64_MAX, &out->seed)) {
        out->matrix = CONFIG_MATRIX_RANDOM;
        if (dimension > CONFIG_RANDOM_MATRIX) {
            YAML_FAULT(
                random,
                "a random value matrix needs a dimension of at most %d; write `value_matrix: identity`",
                CONFIG_RANDOM_MATRIX);
        }
    }
}

/* Whole-numbered and the same at every n, or 0 after a fault. */
static size_t output_dimension(const struct yaml_node *node, const struct config_series *series) {
    const bool constant = family_is_constant(series->family, series->parameter);
    const double d = family_dimension(series->family, series->parameter, 1);
    if (isnan(d) || (constant && d < 2)) { return 0; } /* a fault already */
    if (constant && d == floor(d) && d <= 1e6) { return (size_t)d; }
    YAML_FAULT(node, "`output` needs a dimension that is one whole number from 2 to 1e6, and one "
                     "concentration, at every n");
    return 0;
}

void outputs_read(const struct yaml_node *node, struct config_series *series) {
    const struct yaml_node *asked = yaml_find(node, "output"), *matrix = yaml_find(node, "value_matrix");
    series->output = (struct config_output){0};
    if (asked) { value_flag(asked, "output", &series->output.asked); }
    if (!series->output.asked) {
        if (matrix) {
            YAML_FAULT(matrix,
                       "`value_matrix` belongs to the attention output; write `output: true` beside it");
        }
        return;
    }
    size_t dimension = output_dimension(asked, series);
    series->output.rows = series->output.columns = dimension;
    if (matrix && dimension > 0) { read_matrix(matrix, dimension, &series->output); }
}

void outputs_check(const struct yaml_node *node, const struct config_series *series) {
    const double log_most = 600;
    char n[NUMBER_TEXT];
    for (size_t i = 0; series->output.asked && i < series->n_count; i++) {
        const struct typical typical = typical_along(series->family, series->parameter, series->log_n[i]);
        if (typical.log_lambda <= log_most) { continue; }
        YAML_FAULT(node,
                   "the output of series `%s` leaves the range of doubles at n = %s: keys come nearer than "
                   "e^-600; ask for smaller n or a larger dimension",
                   series->name, lengths_print(series->log_n[i], n));
        return;
    }
}
