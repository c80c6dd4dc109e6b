/* `gapscale plot`: figures of results, one gnuplot process a series, as many at a time as there are threads.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/commands/command.h"
#include "analysis/commands/request.h"
#include "analysis/figures/figures.h"
#include "analysis/figures/gnuplot.h"
#include "analysis/study/study.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/nearest.h"
#include "sim/base/outfile.h"

/* Free with free(). */
static char *make_usage(void) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) { memory_exhausted(); }
    fputs(
        "usage: gapscale plot RESULTS... [-o DIR] [--figure NAME]... [--keep]\n"
        "\n"
        "Draws with gnuplot: figures of each series, DIR/SERIES-NAME.svg, .png and .pdf, and of all series,\n"
        "DIR/NAME.svg, .png and .pdf. The names:\n"
        "\n",
        out);
    for (size_t f = 0; f < FIGURES; f++) {
        fprintf(out, "  %-14s%s\n", figure_list[f].name, figure_list[f].shows);
    }
    fputs("\n"
          "  -o, --output DIR    where the figures go (default: the first RESULTS with -figures in place of "
          ".h5)\n",
          out);
    if (fclose(out) != 0) { memory_exhausted(); }
    return text;
}

/* What plot knows beside the words of every study. */
struct options {
    bool keep, wanted[FIGURES];
};

/* False after a message. */
static bool want_figure(struct options *options, const char *name) {
    const char *names[FIGURES];
    for (size_t f = 0; f < FIGURES; f++) {
        names[f] = figure_list[f].name;
        if (strcmp(name, names[f]) == 0) { return options->wanted[f] = true; }
    }
    const char *near = nearest_name(name, FIGURES, names);
    if (near) {
        message_error("there is no figure '%s'; did you mean '%s'?", name, near);
    } else {
        message_error("there is no figure '%s'; `gapscale plot -h` lists them", name);
    }
    return false;
}

/* Copies to `rest`, which has room for argc + 1, what is left of a command line without these options. False
 * after a message. */
static bool options_take(struct options *options, int *argc, char **argv, char **rest) {
    static const char figure[] = "--figure";
    const size_t length = sizeof figure - 1;
    bool all = true;
    int left = 0;
    *options = (struct options){0};
    for (int i = 0; i < *argc; i++) {
        if (strcmp(argv[i], "--keep") == 0) {
            options->keep = true;
        } else if (strncmp(argv[i], figure, length) == 0 && (!argv[i][length] || argv[i][length] == '=')) {
            const char *name = argv[i][length] ? argv[i] + length + 1 : i + 1 < *argc ? argv[++i] : "";
            if (!want_figure(options, name)) { return false; }
            all = false;
        } else {
            rest[left++] = argv[i];
        }
    }
    rest[left] = NULL;
    *argc = left;
    for (size_t f = 0; f < FIGURES; f++) { options->wanted[f] = options->wanted[f] || all; }
    return true;
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
    const struct options *options;
    const struct study *study;
    const struct fit *fit; /* NULL: of all */
    const char *directory;
    struct gnuplot run;
    bool good; /* so far */
};

static bool belongs(const struct sheet *sheet, const struct figure *figure) {
    if (!sheet->options->wanted[figure - figure_list]) { return false; }
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

/* The whole script of a figure. Free with free(). */
static char *script_of(const struct sheet *sheet, const struct figure *figure, const char *stem) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) { memory_exhausted(); }
    figure_open(out, stem);
    if (sheet->fit) {
        figure_print_series(out, figure, sheet->fit);
    } else {
        figure_print_study(out, figure, sheet->study);
    }
    figure_close(out);
    if (fclose(out) != 0) { memory_exhausted(); }
    return text;
}

/* Writes it beside the figure. False after a message. */
static bool keep_script(const struct sheet *sheet, const char *stem, const char *script) {
    char *path;
    if (asprintf(&path, "%s/%s.gp", sheet->directory, stem) < 0) { memory_exhausted(); }
    bool good = outfile_write(path, script, strlen(script));
    free(path);
    return good;
}

static void print_figure(struct sheet *sheet, const struct figure *figure) {
    char *stem = stem_of(sheet, figure), *script = script_of(sheet, figure, stem);
    sheet->good = visit_files(sheet, stem, remove_old);
    if (sheet->good && sheet->options->keep) { sheet->good = keep_script(sheet, stem, script); }
    fputs(script, sheet->run.script);
    free(script);
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
static int draw(const struct options *options, const struct study *study, const char *directory) {
    bool good = true;
#pragma omp parallel for ordered schedule(dynamic, 1)
    for (size_t i = 0; i <= study->count; i++) {
        bool go_on;
        struct sheet sheet = {.options = options,
                              .study = study,
                              .fit = i < study->count ? &study->fit[i] : NULL,
                              .directory = directory};
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

static int plot(const struct options *options, const struct request *request, const char *directory) {
    struct study study;
    struct stat there;
    if (stat(directory, &there) == 0 && !S_ISDIR(there.st_mode)) {
        message_error("%s is no directory; choose another place with -o DIRECTORY", directory);
        return EXIT_USAGE;
    }
    int status = study_open(&study, request->count, request->paths);
    if (status == EXIT_DONE && !names_are_plain(&study)) { status = EXIT_USAGE; }
    if (status == EXIT_DONE && mkdir(directory, 0777) != 0 && errno != EEXIST) {
        message_error("cannot make the directory %s: %s", directory, strerror(errno));
        status = EXIT_FAILED;
    }
    if (status == EXIT_DONE) { status = draw(options, &study, directory); }
    study_release(&study);
    return status;
}

/* Takes what is left of the command line. */
static int plot_with(const struct options *options, int argc, char **argv) {
    struct request request;
    char *usage = make_usage();
    bool good = request_parse(argc, argv, false, usage, &request);
    if (good && request.help) { fputs(usage, stdout); }
    free(usage);
    if (!good || request.help) { return good ? EXIT_DONE : EXIT_USAGE; }
    char *directory =
        request.output ? strdup(request.output) : request_default_output(request.paths[0], "-figures");
    if (!directory) { memory_exhausted(); }
    int status = plot(options, &request, directory);
    free(directory);
    return status;
}

int command_plot(int argc, char **argv) {
    struct options options;
    char **rest = memory_create((size_t)argc + 1, sizeof *rest);
    int status = options_take(&options, &argc, argv, rest) ? plot_with(&options, argc, rest) : EXIT_USAGE;
    free(rest);
    return status;
}
