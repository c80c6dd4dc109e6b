#include "analysis/figures/drawing.h"

#include <errno.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"

struct drawing_sheet drawing_list(const struct study *study, size_t i, const bool *wanted) {
    struct drawing_sheet sheet = {.study = study,
                                  .fit = i < study->count ? &study->fit[i] : NULL,
                                  .drawing = memory_create(figure_count, sizeof *sheet.drawing)};
    for (size_t f = 0; f < figure_count; f++) {
        const struct figure *figure = figure_list[f];
        if ((wanted && !wanted[f]) || !figure_belongs(figure, study, sheet.fit, wanted)) { continue; }
        sheet.drawing[sheet.count++] = (struct drawing){
            .figure = figure, .missing = figure_lacks(figure, study, sheet.fit), .picture = picture_none};
    }
    return sheet;
}

bool drawing_draw(struct drawing_sheet *sheet, const struct figure_wish *wish) {
    bool good = gnuplot_open(&sheet->run);
    for (size_t i = 0; good && i < sheet->count; i++) {
        struct drawing *drawing = &sheet->drawing[i];
        if (drawing->missing) { continue; }
        good = picture_create(&drawing->picture);
        figure_open(sheet->run.script, NULL, &drawing->picture, wish);
        figure_print(sheet->run.script, drawing->figure, sheet->study, sheet->fit, wish);
        figure_close(sheet->run.script, wish);
    }
    if (good) { gnuplot_draw(&sheet->run); }
    return good;
}

/* Leaves documents. */
static void close_pictures(struct drawing_sheet *sheet) {
    gnuplot_close(&sheet->run);
    for (size_t i = 0; i < sheet->count; i++) { picture_free(&sheet->drawing[i].picture); }
}

void drawing_close(struct drawing_sheet *sheet) {
    close_pictures(sheet);
    for (size_t i = 0; i < sheet->count; i++) { free(sheet->drawing[i].svg); }
    free(sheet->drawing);
}

static enum drawing_end take_documents(struct drawing_sheet *sheet) {
    if (sheet->run.error == ENOENT) { return DRAWING_NO_GNUPLOT; }
    if (!gnuplot_tell(&sheet->run)) { return DRAWING_FAILED; }
    for (size_t i = 0; i < sheet->count; i++) {
        struct drawing *drawing = &sheet->drawing[i];
        if (drawing->missing) { continue; }
        drawing->svg = picture_svg(&drawing->picture);
        if (!drawing->svg) {
            message_error("gnuplot did not draw figure %s to its end; is memory full?",
                          drawing->figure->name);
            return DRAWING_FAILED;
        }
    }
    return DRAWING_DONE;
}

enum drawing_end drawing_make(const struct study *study, const bool *wanted, struct drawing_sheet **sheets) {
    const struct figure_wish of_page = {.is_inline = true};
    enum drawing_end end = DRAWING_DONE;
    *sheets = memory_create(study->count + 1, sizeof **sheets);
#pragma omp parallel for schedule(dynamic, 1) num_threads(gnuplot_at_once())
    for (size_t i = 0; i <= study->count; i++) {
        struct drawing_sheet *sheet = &(*sheets)[i];
        enum drawing_end so_far;
        if (i < study->count && !wanted[i]) { continue; }
        *sheet = drawing_list(study, i, NULL);
#pragma omp atomic read
        so_far = end;
        if (so_far != DRAWING_DONE) { continue; }
        so_far = drawing_draw(sheet, &of_page) ? take_documents(sheet) : DRAWING_FAILED;
        close_pictures(sheet);
#pragma omp critical
        if (so_far > end) { end = so_far; }
    }
    return end;
}

void drawing_release(const struct study *study, struct drawing_sheet *sheets) {
    for (size_t i = 0; sheets && i <= study->count; i++) { drawing_close(&sheets[i]); }
    free(sheets);
}
