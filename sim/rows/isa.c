#include "sim/rows/isa.h"

#include <string.h>

static const struct isa known[] = {
#ifdef __x86_64__
    {"avx512", &vector_avx512, &kernel_avx512},
    {"avx2", &vector_avx2, &kernel_avx2},
#endif
    {"base", &vector_base, &kernel_base},
};
enum { KNOWN = sizeof known / sizeof known[0] };

static bool isa_is_here(const char *name) {
#ifdef __x86_64__
    bool v3 =
        __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512vl");
    if (strcmp(name, "avx2") == 0) { return v3; }
    if (strcmp(name, "avx512") == 0) { return v4; }
#endif
    return strcmp(name, "base") == 0;
}

const struct isa *isa_find(const char *name) {
    for (size_t i = 0; i < KNOWN; i++) {
        if (strcmp(known[i].name, name) == 0 && isa_is_here(name)) { return &known[i]; }
    }
    return NULL;
}

const struct isa *isa_best(void) {
    size_t i = 0;
    while (!isa_is_here(known[i].name)) { i++; }
    return &known[i];
}
