/* header: what .npy and .safetensors files say of the arrays in them. */
#ifndef GAPSCALE_SIM_SCORES_HEADER_H
#define GAPSCALE_SIM_SCORES_HEADER_H

#include "sim/config/yaml.h"
#include "sim/scores/source_array.h"

enum header_format { HEADER_NEITHER, HEADER_NPY, HEADER_SAFETENSORS };

struct header {
    enum header_format format;
    size_t array_count;
    struct source_array *array;
    struct yaml_node *root;     /* .safetensors: to be kept while `metadata` is in use */
    struct yaml_node *metadata; /* its __metadata__, a mapping; NULL */
    struct fault_source source; /* of the header's text */
};

/* Reads the header of an open file of `size` bytes and checks that every array lies within it. HEADER_NEITHER
 * where the file begins like neither; false with what is wrong in `why`. Release with header_release. */
bool header_read(int descriptor, const char *path, uint64_t size, struct header *header,
                 char why[SOURCE_WHY]);
void header_release(struct header *header);

#endif
