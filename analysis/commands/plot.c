/* `gapscale plot`: figures of results, one gnuplot process a series, as many at a time as there are threads.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/commands/command.h"
#include "analysis/commands/request.h"
#include "analysis/figures/drawing.h"
#include "analysis/figures/script.h"
#include "analysis/text/words.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/nearest.h"
#include "sim/base/outfile.h"
#include "sim/base/utf8.h"

/* What is asked for; the figures are all of them where none is named. */
struct options {
    bool keep, named, *wanted;
    struct figure_wish wish;
    const char *directory;
};

static bool want_figure(const struct commandline_option *option, const char *name, void *context) {
    struct options *options = context;
    bool found = false;
    options->named = true;
    for (size_t f = 0; f < figure_count; f++) {
        if (strcmp(name, figure_list[f]->name) == 0) { options->wanted[f] = found = true; }
    }
    if (strchr(name, ',')) {
        message_error("--figure takes one name and is given again for another: not '%s', but `--figure %.*s "
                      "--figure %s`",
                      name, (int)strcspn(name, ","), name, name + strcspn(name, ",") + 1);
        return false;
    }
    const char *near = nearest_name(name, figure_count, option->choices);
    if (!found && near) {
        message_error("there is no figure '%s'; did you mean '%s'?", name, near);
    } else if (!found) {
        message_error("there is no figure '%s'; `gapscale plot -h` lists them", name);
    }
    return found;
}

static bool want_columns(const struct commandline_option *option, const char *value, void *context) {
    struct options *options = context;
    bool known = strcmp(value, "1") == 0 || strcmp(value, "2") == 0;
    if (!known) {
        message_error("--%s takes 1 or 2, the columns of a journal's page, and not '%s'", option->name,
                      value);
        return false;
    }
    options->wish.columns = *value == '1' ? 1 : 2;
    return true;
}

/* SVG is a text of characters. */
static bool want_label(const struct commandline_option *option, const char *value, void *context) {
    struct options *options = context;
    if (!utf8_is_valid(value, strlen(value))) {
        message_error("--%s: this is no text in UTF-8", option->name);
        return false;
    }
    const char **label = strcmp(option->name, "title") == 0    ? &options->wish.title
                         : strcmp(option->name, "xlabel") == 0 ? &options->wish.x_label
                                                               : &options->wish.y_label;
    *label = value;
    return true;
}

/* ---- sheets ---- */

/* Where the files of a figure go, without their extension. Free with free(). */
static char *stem_of(const struct options *options, const struct fit *fit, const struct figure *figure) {
    return fit ? memory_format("%s/%s-%s", options->directory, fit->name, figure->name)
               : memory_format("%s/%s", options->directory, figure->name);
}

/* The numbers of a script alone, block after block, as STEM.dat. False after a message. */
static bool keep_data(const char *script, const char *stem) {
    char *text, *path = memory_format("%s.dat", stem);
    size_t size;
    FILE *out = memory_stream_open(&text, &size);
    script_print_data(out, script);
    memory_stream_close(out, &text);
    bool good = outfile_write(path, text, size);
    free(path);
    free(text);
    return good;
}

/* Writes a script of its own beside the figure, and its data. False after a message. */
static bool keep_script(const struct options *options, const struct drawing_sheet *sheet,
                        const struct figure *figure) {
    char *text, *stem = stem_of(options, sheet->fit, figure), *path = memory_format("%s.gp", stem);
    size_t size;
    FILE *out = memory_stream_open(&text, &size);
    figure_open(out, stem + strlen(options->directory) + 1, NULL, &options->wish);
    figure_print(out, figure, sheet->study, sheet->fit, &options->wish);
    figure_close(out, &options->wish);
    memory_stream_close(out, &text);
    bool good = outfile_write(path, text, size) && keep_data(text, stem);
    free(path);
    free(text);
    free(stem);
    return good;
}

static bool draw_sheet(const struct options *options, struct drawing_sheet *sheet) {
    for (size_t i = 0; options->keep && i < sheet->count; i++) {
        const struct drawing *drawing = &sheet->drawing[i];
        if (!drawing->missing && !keep_script(options, sheet, drawing->figure)) { return false; }
    }
    return drawing_draw(sheet, &options->wish);
}

static bool place_figure(const struct options *options, const struct fit *fit,
                         const struct drawing *drawing) {
    char *stem = stem_of(options, fit, drawing->figure);
    bool good = true;
    if (!drawing->missing) {
        good = picture_write(&drawing->picture, stem);
        if (good) { message_say("drew %s", stem); }
    } else if (options->named) {
        message_say("no figure %s: %s", stem + strlen(options->directory) + 1, drawing->missing);
    }
    free(stem);
    return good;
}

/* Puts what was drawn in its place, and says so, or what went wrong. */
static bool place_sheet(const struct options *options, const struct drawing_sheet *sheet) {
    bool good = gnuplot_tell(&sheet->run);
    for (size_t i = 0; good && i < sheet->count; i++) {
        good = place_figure(options, sheet->fit, &sheet->drawing[i]);
    }
    return good;
}

/* Sheets are told of in order, up to the first that failed. */
static int draw_study(const struct options *options, const struct study *study) {
    bool good = true;
#pragma omp parallel for ordered schedule(dynamic, 1) num_threads(gnuplot_at_once())
    for (size_t i = 0; i <= study->count; i++) {
        bool go_on, drawn = false;
        struct drawing_sheet sheet = drawing_list(study, i, options->named ? options->wanted : NULL);
#pragma omp atomic read
        go_on = good;
        if (go_on) { drawn = draw_sheet(options, &sheet); }
#pragma omp ordered
        {
            go_on = good && drawn && place_sheet(options, &sheet);
#pragma omp atomic write
            good = go_on;
        }
        drawing_close(&sheet);
    }
    return good ? EXIT_DONE : EXIT_FAILED;
}

/* Of what is asked for by name. */
static void tell_absent(const struct options *options, const struct study *study) {
    for (size_t f = 0; options->named && f < figure_count; f++) {
        bool is_there = !options->wanted[f];
        for (size_t i = 0; i <= study->count; i++) {
            const struct fit *fit = i < study->count ? &study->fit[i] : NULL;
            is_there = is_there || figure_belongs(figure_list[f], study, fit, true);
        }
        if (!is_there) {
            message_say("no figure %s: none of these series has one (%s)", figure_list[f]->name,
                        figure_list[f]->shows);
        }
    }
}

/* Of what is not: one line. */
static void tell_left_out(const struct options *options, const struct study *study) {
    char left_out[WORDS_LINE] = "";
    for (size_t f = 0; !options->named && f < figure_count; f++) {
        const struct figure *figure = figure_list[f];
        size_t count = 0;
        for (size_t i = 0; i <= study->count; i++) {
            const struct fit *fit = i < study->count ? &study->fit[i] : NULL;
            count += figure_belongs(figure, study, fit, false) && figure_lacks(figure, study, fit);
        }
        if (count == 0) { continue; }
        words_append(left_out, sizeof left_out, "%s%s", *left_out ? ", " : "", figure->name);
        if (figure->series_print) { words_append(left_out, sizeof left_out, " of %zu series", count); }
    }
    if (*left_out) { message_say("left out: %s; --figure NAME says why", left_out); }
}

/* ---- the command ---- */

static int plot(const struct options *options, const struct commandline *line) {
    const char *directory = options->directory;
    struct study study;
    struct stat there;
    if (stat(directory, &there) == 0 && !S_ISDIR(there.st_mode)) {
        message_error("%s is no directory; choose another place with -o DIRECTORY", directory);
        return EXIT_USAGE;
    }
    int status = study_open(&study, line->words, line->word, false);
    if (status == EXIT_DONE && !request_names_are_plain(&study)) { status = EXIT_USAGE; }
    if (status == EXIT_DONE &&
        !outfile_directory(directory, true, "; choose another place with -o DIRECTORY")) {
        status = EXIT_FAILED;
    }
    if (status == EXIT_DONE) {
        status = draw_study(options, &study);
        tell_absent(options, &study);
        if (status == EXIT_DONE) { tell_left_out(options, &study); }
    }
    study_release(&study);
    return status;
}

/* Of a line whose options are read. */
static int plot_of(struct options *options, const struct commandline *line, const char *output) {
    if (!request_is_whole(line)) { return EXIT_USAGE; }
    char *directory = output ? memory_copy_text(output) : request_default_output(line->word[0], "-figures");
    options->directory = directory;
    int status = plot(options, line);
    free(directory);
    return status;
}

int command_plot(int argc, char **argv) {
    struct options options = {.wanted = memory_create(figure_count, sizeof *options.wanted)};
    struct commandline_entry *entry = memory_create(figure_count, sizeof *entry);
    const char *output = NULL, **names = memory_create(figure_count + 1, sizeof *names);
    for (size_t f = 0; f < figure_count; f++) {
        names[f] = figure_list[f]->name;
        entry[f] = (struct commandline_entry){figure_list[f]->name, figure_list[f]->shows};
    }
    static const char *const columns[] = {"1", "2", NULL};
    const struct commandline_option known[] = {
        {"output", 'o', "DIR",
         "where the figures go (default: the first RESULTS with -figures in place of .h5)", .text = &output},
        {"figure", 0, "NAME", "this figure alone; given again, those alone", .repeats = true,
         .choices = names, .take = want_figure},
        {"columns", 0, "N", "as wide as 1 or 2 columns of a journal's page, 8.6 or 17.8 cm (default: 16 cm)",
         .choices = columns, .take = want_columns},
        {"title", 0, "TEXT", "this title, in gnuplot's enhanced text: β_c, Λ^{typ}, {/:Italic n}; '': none",
         .take = want_label},
        {"xlabel", 0, "TEXT", "this label of the horizontal axis, likewise", .take = want_label},
        {"ylabel", 0, "TEXT", "this label of the vertical axis, likewise", .take = want_label},
        {"keep",
         .meaning = "keep each figure's gnuplot script, with its numbers, beside it, and the numbers alone "
                    "(.gp, .dat)",
         .flag = &options.keep}};
    struct commandline line = {
        .takes = "RESULTS...",
        .about = "Draws with gnuplot: figures of each series, DIR/SERIES-NAME.svg, .png and .pdf, and of all "
                 "series, DIR/NAME.svg, .png and .pdf. The names:",
        .entries = figure_count,
        .entry = entry,
        .count = sizeof known / sizeof *known,
        .option = known,
        .context = &options};
    int status = commandline_read(&line, argc, argv) ? plot_of(&options, &line, output) : line.status;
    free(options.wanted);
    free(entry);
    free(names);
    return status;
}
