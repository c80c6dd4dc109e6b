/* `gapscale plot`: figures of results, one gnuplot process a series, as many at a time as there are threads.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/commands/command.h"
#include "analysis/figures/figures.h"
#include "analysis/figures/gnuplot.h"
#include "analysis/study/study.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"

/* Free with free(). */
static char *make_usage(void) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) { memory_exhausted(); }
    fputs("usage: gapscale plot RESULTS... [-o DIR]\n"
          "\n"
          "Draws every series as DIR/SERIES-FIGURE.svg, .png and .pdf with gnuplot, and all series in\n"
          "DIR/all-FIGURE.*:\n"
          "\n",
          out);
    for (size_t f = 0; f < FIGURES; f++) {
        fprintf(out, "  %-13s%s\n", figure_list[f].name, figure_list[f].shows);
    }
    fputs("\n"
          "  -o, --output DIR    where the figures go (default: the first RESULTS with -figures in place of "
          ".h5)\n",
          out);
    if (fclose(out) != 0) { memory_exhausted(); }
    return text;
}

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/* Names go into scripts and file names, and a results file may come from anywhere. */
static bool names_are_plain(const struct study *study) {
    for (size_t i = 0; i < study->count; i++) {
        const char *name = study->fit[i].name;
        if (!*name || name[strspn(name, letters)] || *name == '-' || *name == '_') {
            message_error("%s: a series has a name that no config allows; not plotted", study->fit[i].file);
            return false;
        }
    }
    return true;
}

/* ---- sheets ---- */

/* The figures of a series, or of all together, in one script. */
struct sheet {
    const struct study *study;
    const struct fit *fit; /* NULL: of all */
    const char *directory;
    struct gnuplot run;
    bool good; /* so far */
};

static bool belongs(const struct sheet *sheet, const struct figure *figure) {
    if (!sheet->fit) { return figure->study_print != NULL; }
    return figure->series_print && (!figure->applies || figure->applies(sheet->fit->series));
}

static const char *lacks(const struct sheet *sheet, const struct figure *figure) {
    return sheet->fit ? figure->series_lacks(sheet->fit) : figure->study_lacks(sheet->study);
}

/* The name of its files without their extension. Free with free(). */
static char *stem_of(const struct sheet *sheet, const struct figure *figure) {
    char *stem;
    int length = sheet->fit ? asprintf(&stem, "%s-%s", sheet->fit->name, figure->name)
                            : asprintf(&stem, "%s", figure->name);
    if (length < 0) { memory_exhausted(); }
    return stem;
}

static bool remove_old(const char *path) {
    if (unlink(path) == 0 || errno == ENOENT) { return true; }
    message_error("cannot replace %s: %s", path, strerror(errno));
    return false;
}

static bool is_written(const char *path) {
    struct stat info;
    if (stat(path, &info) == 0 && info.st_size > 0) { return true; }
    message_error("gnuplot did not write %s; is the disk full?", path);
    return false;
}

/* Calls `visit` for every file of a figure; false as soon as one call is. */
static bool visit_files(const struct sheet *sheet, const char *stem, bool (*visit)(const char *path)) {
    bool good = true;
    for (size_t e = 0; good && e < FIGURE_FORMATS; e++) {
        char *path;
        if (asprintf(&path, "%s/%s.%s", sheet->directory, stem, figure_extension[e]) < 0) {
            memory_exhausted();
        }
        good = visit(path);
        free(path);
    }
    return good;
}

static void print_figure(struct sheet *sheet, const struct figure *figure) {
    char *stem = stem_of(sheet, figure);
    sheet->good = visit_files(sheet, stem, remove_old);
    figure_open(sheet->run.script, stem);
    if (sheet->fit) {
        figure_print_series(sheet->run.script, figure, sheet->fit);
    } else {
        figure_print_study(sheet->run.script, figure, sheet->study);
    }
    figure_close(sheet->run.script);
    free(stem);
}

static void sheet_draw(struct sheet *sheet) {
    sheet->good = gnuplot_open(&sheet->run);
    for (size_t f = 0; sheet->good && f < FIGURES; f++) {
        const struct figure *figure = &figure_list[f];
        if (belongs(sheet, figure) && !lacks(sheet, figure)) { print_figure(sheet, figure); }
    }
    if (sheet->good) { gnuplot_draw(&sheet->run, sheet->directory); }
}

static bool tell_figure(const struct sheet *sheet, const struct figure *figure) {
    const char *missing = lacks(sheet, figure);
    char *stem = stem_of(sheet, figure);
    bool good = true;
    if (missing) {
        message_say("no figure %s: %s", stem, missing);
    } else {
        good = visit_files(sheet, stem, is_written);
        if (good) { message_say("drew %s/%s", sheet->directory, stem); }
    }
    free(stem);
    return good;
}

/* Says what was drawn and what went wrong. */
static bool sheet_tell(const struct sheet *sheet) {
    bool good = sheet->good && gnuplot_tell(&sheet->run);
    for (size_t f = 0; good && f < FIGURES; f++) {
        if (belongs(sheet, &figure_list[f])) { good = tell_figure(sheet, &figure_list[f]); }
    }
    return good;
}

/* Sheets are told of in order, up to the first that failed. */
static int draw(const struct study *study, const char *directory) {
    bool good = true;
#pragma omp parallel for ordered schedule(dynamic, 1)
    for (size_t i = 0; i <= study->count; i++) {
        bool go_on;
        struct sheet sheet = {
            .study = study, .fit = i < study->count ? &study->fit[i] : NULL, .directory = directory};
#pragma omp atomic read
        go_on = good;
        if (go_on) { sheet_draw(&sheet); }
#pragma omp ordered
        {
            go_on = good && sheet_tell(&sheet);
#pragma omp atomic write
            good = go_on;
        }
        gnuplot_close(&sheet.run);
    }
    return good ? EXIT_DONE : EXIT_FAILED;
}

/* ---- the command ---- */

static int plot(const struct study_request *request, const char *directory) {
    struct study study;
    int status = study_open(&study, request->count, request->paths);
    if (status == EXIT_DONE && !names_are_plain(&study)) { status = EXIT_USAGE; }
    if (status == EXIT_DONE && mkdir(directory, 0777) != 0 && errno != EEXIST) {
        message_error("cannot make the directory %s: %s", directory, strerror(errno));
        status = EXIT_FAILED;
    }
    if (status == EXIT_DONE) { status = draw(&study, directory); }
    study_release(&study);
    return status;
}

int command_plot(int argc, char **argv) {
    struct study_request request;
    char *usage = make_usage();
    bool good = study_parse(argc, argv, false, usage, &request);
    if (good && request.help) { fputs(usage, stdout); }
    free(usage);
    if (!good || request.help) { return good ? EXIT_DONE : EXIT_USAGE; }
    char *directory =
        request.output ? strdup(request.output) : study_default_output(request.paths[0], "-figures");
    if (!directory) { memory_exhausted(); }
    int status = plot(&request, directory);
    free(directory);
    return status;
}
