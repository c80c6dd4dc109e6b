/* The numbers of a series' figure alone, as its script has them. */
#ifndef GAPSCALE_TESTS_ANALYSIS_FIGURES_NUMBERS_H
#define GAPSCALE_TESTS_ANALYSIS_FIGURES_NUMBERS_H

#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures/figures.h"
#include "sim/base/memory.h"

static inline const struct figure *figure_named(const char *name) {
    size_t f = 0;
    while (f < figure_count && strcmp(figure_list[f]->name, name) != 0) { f++; }
    assert_in_range(f, 0, figure_count - 1);
    return figure_list[f];
}

/* Free with free(). (gcc 12 takes the text for a dangling pointer where this is inlined.) */
__attribute__((noinline, unused)) static char *numbers_of(void (*print)(struct canvas *canvas),
                                                          const struct fit *fit) {
    char *text;
    size_t length;
    FILE *out = memory_stream_open(&text, &length);
    struct canvas canvas = canvas_make(out, fit);
    print(&canvas);
    memory_stream_close(out, &text);
    return text;
}

#endif
