/* isa: which compiled copy of the numerical kernels to use. All copies give the same bits, so that a sweep
 * may go on under another one. */
#ifndef GAPSCALE_SIM_ROWS_ISA_H
#define GAPSCALE_SIM_ROWS_ISA_H

#include <stdbool.h>

#include "models/numeric/vector.h"
#include "sim/rows/kernel.h"

struct isa {
    const char *name;
    const struct vector *vector;
    const struct kernel *kernel;
};

/* The best one this processor runs. */
const struct isa *isa_best(void);
/* By name (base, avx2, avx512); NULL when unknown or when this processor lacks it. */
const struct isa *isa_find(const char *name);

#endif
