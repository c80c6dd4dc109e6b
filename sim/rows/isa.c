#include "sim/rows/isa.h"

#include <string.h>

#include "models/numeric/processor.h"

static const struct isa known[] = {
#ifdef __x86_64__
    {"avx512", &vector_avx512, &kernel_avx512},
    {"avx2", &vector_avx2, &kernel_avx2},
#endif
    {"base", &vector_base, &kernel_base},
};
enum { KNOWN = sizeof known / sizeof known[0] };

const struct isa *isa_find(const char *name) {
    for (size_t i = 0; i < KNOWN; i++) {
        if (strcmp(known[i].name, name) == 0 && processor_runs(name)) { return &known[i]; }
    }
    return NULL;
}

const struct isa *isa_best(void) {
    size_t i = 0;
    while (!processor_runs(known[i].name)) { i++; }
    return &known[i];
}
