#include "sim/results/value_matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/rows/normal.h"

static void random_matrix(uint64_t seed, size_t rows, size_t columns, double *value) {
    struct stream stream = {.key = {seed, stream_hash("value_matrix"), columns, 0}};
    size_t count = rows * columns;
    double *normal = memory_create(count + 1, sizeof *normal);
    normal_fill(isa_find("base"), &stream, STREAM_DIRECTIONS, 0, count, normal);
    for (size_t i = 0; i < count; i++) { value[i] = normal[i] / sqrt((double)columns); }
    free(normal);
}

void value_matrix_fill(const struct config_output *asked, size_t rows, double *value) {
    size_t columns = asked->columns;
    switch (asked->matrix) {
    case CONFIG_MATRIX_IDENTITY:
        for (size_t i = 0; i < rows * columns; i++) { value[i] = i / columns == i % columns; }
        break;
    case CONFIG_MATRIX_ROWS: memcpy(value, asked->value, rows * columns * sizeof *value); break;
    case CONFIG_MATRIX_RANDOM: random_matrix(asked->seed, rows, columns, value); break;
    }
}
