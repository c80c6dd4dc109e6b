/* processor: which of the instruction sets that kernels are compiled for this processor runs. */
#ifndef GAPSCALE_MODELS_NUMERIC_PROCESSOR_H
#define GAPSCALE_MODELS_NUMERIC_PROCESSOR_H

#include <stdbool.h>

/* "base", "avx2" (x86-64-v3), "avx512" (x86-64-v4). Any thread. */
bool processor_runs(const char *isa);

#endif
