#include "models/numeric/processor.h"

#include <string.h>

bool processor_runs(const char *isa) {
#ifdef __x86_64__
    bool v3 =
        __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512vl");
    if (strcmp(isa, "avx2") == 0) { return v3; }
    if (strcmp(isa, "avx512") == 0) { return v4; }
#endif
    return strcmp(isa, "base") == 0;
}
