/* `gapscale plot`: figures of results, one gnuplot process a series. */
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
#include "sim/base/message.h"

static const char usage[] =
    "usage: gapscale plot RESULTS... [-o DIR]\n"
    "\n"
    "Draws every series as DIR/SERIES-FIGURE.svg, .png and .pdf with gnuplot:\n"
    "\n"
    "  entropy      mean H against beta/Lambda^typ\n"
    "  collapse     beta_c against Lambda^typ\n"
    "  gap-count    N_n(t) and its envelope\n"
    "  phase        H over n and beta\n"
    "  te           both halves of the theorem that Lambda_n is the critical scale\n"
    "  output       keys on a sphere: displacement of the attention output in its three regimes\n"
    "  weights      keys on a sphere: ordered weights beside their law\n"
    "\n"
    "and all series in DIR/all-collapse.* (beta_c/Lambda^typ) and DIR/all-exact.* (beta_c over its exact "
    "value).\n"
    "\n"
    "  -o, --output DIR    where the figures go (default: the first RESULTS with -figures in place of .h5)\n";

/* Some figures in one script. */
struct sheet {
    const char *name; /* of the series, or "all" */
    FILE *script;
    size_t count;
    const char *figure[FIGURES];
};

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

static FILE *new_script(void) {
    FILE *script = tmpfile();
    if (!script) { message_error("cannot make a temporary file: %s; is TMPDIR writable?", strerror(errno)); }
    return script;
}

static bool sheet_make(struct sheet *sheet, const struct fit *fit) {
    *sheet = (struct sheet){.name = fit->name, .script = new_script()};
    if (!sheet->script) { return false; }
    for (enum figure f = 0; f < FIGURES; f++) {
        if (!figure_applies(fit, f)) { continue; }
        const char *obstacle = figure_obstacle(fit, f);
        if (obstacle) {
            message_say("%s: no %s figure: %s", fit->name, figure_name[f], obstacle);
            continue;
        }
        figure_print(sheet->script, fit, f);
        sheet->figure[sheet->count++] = figure_name[f];
    }
    return true;
}

static bool sheet_make_all(struct sheet *sheet, const struct study *study) {
    *sheet = (struct sheet){.name = "all", .script = new_script()};
    if (!sheet->script) { return false; }
    for (enum figure_study f = 0; f < STUDY_FIGURES; f++) {
        const char *obstacle = figure_study_obstacle(study, f);
        if (obstacle) {
            message_say("no %s figure of all series: %s", figure_study_name[f], obstacle);
            continue;
        }
        figure_study_print(sheet->script, study, f);
        sheet->figure[sheet->count++] = figure_study_name[f];
    }
    return true;
}

/* Calls `visit` for every file of a sheet; false as soon as one call is. */
static bool sheet_visit(const struct sheet *sheet, const char *directory, bool (*visit)(const char *path)) {
    for (size_t f = 0; f < sheet->count; f++) {
        for (size_t e = 0; e < FIGURE_FORMATS; e++) {
            char *path;
            if (asprintf(&path, "%s/%s-%s.%s", directory, sheet->name, sheet->figure[f],
                         figure_extension[e]) < 0) {
                return false;
            }
            bool good = visit(path);
            free(path);
            if (!good) { return false; }
        }
    }
    return true;
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

/* Sheets are drawn two at a time: one waits while the other's last figures are written. */
struct easel {
    struct sheet sheet;
    struct gnuplot run;
    bool busy;
};

static bool easel_finish(struct easel *easel, const char *directory) {
    if (!easel->busy) { return true; }
    easel->busy = false;
    if (gnuplot_finish(&easel->run) || !sheet_visit(&easel->sheet, directory, is_written)) { return false; }
    for (size_t f = 0; f < easel->sheet.count; f++) {
        message_say("drew %s/%s-%s", directory, easel->sheet.name, easel->sheet.figure[f]);
    }
    return true;
}

/* Draws a sheet, whose script it takes over. */
static bool easel_start(struct easel *easel, const struct sheet *sheet, const char *directory) {
    easel->sheet = *sheet;
    if (!sheet_visit(sheet, directory, remove_old)) {
        fclose(sheet->script);
        return false;
    }
    easel->busy = gnuplot_start(&easel->run, sheet->script, directory) == 0;
    return easel->busy;
}

static int draw(const struct study *study, const char *directory) {
    enum { EASELS = 2 };
    struct easel easel[EASELS] = {0};
    bool good = true;
    for (size_t i = 0; good && i <= study->count; i++) {
        struct easel *next = &easel[i % EASELS];
        struct sheet sheet;
        good = i < study->count ? sheet_make(&sheet, &study->fit[i]) : sheet_make_all(&sheet, study);
        if (!good) { break; }
        good = easel_finish(next, directory);
        if (good && sheet.count > 0) {
            good = easel_start(next, &sheet, directory);
        } else {
            fclose(sheet.script);
        }
    }
    for (size_t i = 0; i < EASELS; i++) {
        good = easel_finish(&easel[(study->count + 1 + i) % EASELS], directory) && good;
    }
    return good ? EXIT_DONE : EXIT_FAILED;
}

static int plot(const struct request *request, const char *directory) {
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
    struct request request;
    if (!request_parse(argc, argv, false, usage, &request)) { return EXIT_USAGE; }
    if (request.help) {
        fputs(usage, stdout);
        return EXIT_DONE;
    }
    char *directory =
        request.output ? strdup(request.output) : request_default_output(request.paths[0], "-figures");
    int status = EXIT_FAILED;
    if (directory) {
        status = plot(&request, directory);
    } else {
        message_error("out of memory");
    }
    free(directory);
    return status;
}
