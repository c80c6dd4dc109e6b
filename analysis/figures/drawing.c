#include "analysis/figures/drawing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/figures/gnuplot.h"
#include "analysis/figures/script.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"

/* A sheet at work: a gnuplot, and where it draws. */
struct work {
    const struct study *study;
    const struct fit *fit; /* NULL: of all */
    struct drawing_sheet *sheet;
    struct gnuplot run;
    int *memory; /* a descriptor for each drawing, which the process that is started has too; -1: none */
};

static void sheet_list(struct work *w) {
    w->sheet->drawing = memory_create(figure_count, sizeof *w->sheet->drawing);
    for (size_t f = 0; f < figure_count; f++) {
        const struct figure *figure = &figure_list[f];
        if (!figure_belongs(figure, w->study, w->fit, false)) { continue; }
        w->sheet->drawing[w->sheet->count++] =
            (struct drawing){.figure = figure, .missing = figure_lacks(figure, w->study, w->fit)};
    }
}

static void print_figure(FILE *out, const struct work *w, size_t i) {
    fprintf(out, "svg_file = '/proc/self/fd/%d'\n", w->memory[i]);
    script_template(out, "inline");
    figure_print(out, w->sheet->drawing[i].figure, w->study, w->fit, &figure_no_wish);
    fputs("unset output\n", out);
}

/* False after a message. */
static bool print_sheet(struct work *w) {
    if (!gnuplot_open(&w->run)) { return false; }
    for (size_t i = 0; i < w->sheet->count; i++) {
        if (w->sheet->drawing[i].missing) { continue; }
        w->memory[i] = memfd_create("svg", 0);
        if (w->memory[i] < 0) {
            message_error("cannot make a picture in memory: %s", strerror(errno));
            return false;
        }
        print_figure(w->run.script, w, i);
    }
    return true;
}

/* NULL where it is not whole. Free with free(). */
static char *take_document(int memory) {
    static const char tail[] = "</svg>";
    struct stat info;
    size_t size = fstat(memory, &info) == 0 ? (size_t)info.st_size : 0;
    char *text = memory_create(size + 1, 1);
    bool whole = pread(memory, text, size, 0) == (ssize_t)size;
    while (size > 0 && strchr(" \n", text[size - 1])) { text[--size] = '\0'; }
    whole = whole && size >= strlen(tail) && strcmp(text + size - strlen(tail), tail) == 0;
    if (whole) { return text; }
    free(text);
    return NULL;
}

static enum drawing_end take_sheet(const struct work *w) {
    if (w->run.error == ENOENT) { return DRAWING_NO_GNUPLOT; }
    if (!gnuplot_tell(&w->run)) { return DRAWING_FAILED; }
    for (size_t i = 0; i < w->sheet->count; i++) {
        struct drawing *drawing = &w->sheet->drawing[i];
        if (drawing->missing) { continue; }
        drawing->svg = take_document(w->memory[i]);
        if (!drawing->svg) {
            message_error("gnuplot did not draw figure %s to its end; is memory full?",
                          drawing->figure->name);
            return DRAWING_FAILED;
        }
    }
    return DRAWING_DONE;
}

/* One gnuplot draws all of it. */
static enum drawing_end sheet_draw(struct work *w) {
    enum drawing_end end = DRAWING_FAILED;
    w->memory = memory_create(figure_count, sizeof *w->memory);
    for (size_t i = 0; i < figure_count; i++) { w->memory[i] = -1; }
    if (print_sheet(w)) {
        gnuplot_draw(&w->run);
        end = take_sheet(w);
    }
    gnuplot_close(&w->run);
    for (size_t i = 0; i < figure_count; i++) {
        if (w->memory[i] >= 0) { close(w->memory[i]); }
    }
    free(w->memory);
    return end;
}

enum drawing_end drawing_make(const struct study *study, const bool *wanted, struct drawing_sheet **sheets) {
    enum drawing_end end = DRAWING_DONE;
    *sheets = memory_create(study->count + 1, sizeof **sheets);
#pragma omp parallel for schedule(dynamic, 1) num_threads(gnuplot_at_once())
    for (size_t i = 0; i <= study->count; i++) {
        struct work work = {
            .study = study, .fit = i < study->count ? &study->fit[i] : NULL, .sheet = &(*sheets)[i]};
        enum drawing_end so_far;
        if (work.fit && !wanted[i]) { continue; }
        sheet_list(&work);
#pragma omp atomic read
        so_far = end;
        if (so_far != DRAWING_DONE) { continue; }
        so_far = sheet_draw(&work);
#pragma omp critical
        if (so_far > end) { end = so_far; }
    }
    return end;
}

void drawing_release(const struct study *study, struct drawing_sheet *sheets) {
    for (size_t i = 0; sheets && i <= study->count; i++) {
        for (size_t k = 0; k < sheets[i].count; k++) { free(sheets[i].drawing[k].svg); }
        free(sheets[i].drawing);
    }
    free(sheets);
}
