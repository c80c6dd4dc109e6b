/* `gapscale report`: results as one HTML page for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/commands/command.h"
#include "analysis/commands/request.h"
#include "analysis/page/page.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/results/destination.h"

/* The files' names, without folders and endings. Free with free(). */
static char *title_of(const struct commandline *line) {
    char *title;
    size_t size;
    FILE *out = memory_stream_open(&title, &size);
    for (size_t i = 0; i < line->words; i++) {
        char *stem = request_default_output(line->word[i], "");
        const char *slash = strrchr(stem, '/');
        fprintf(out, "%s%s", i > 0 ? ", " : "", slash ? slash + 1 : stem);
        free(stem);
    }
    memory_stream_close(out, &title);
    return title;
}

static int write_page(const char *path, const struct study *study, const struct commandline *line) {
    char *text, *title = title_of(line);
    size_t size;
    FILE *out = memory_stream_open(&text, &size);
    bool good = page_print(out, study, title);
    memory_stream_close(out, &text);
    good = good && outfile_write(path, text, size);
    if (good) { message_say("wrote %s", path); }
    free(text);
    free(title);
    return good ? EXIT_DONE : EXIT_FAILED;
}

static int report(const char *path, const struct commandline *line) {
    struct study study = {0};
    int status = study_open(&study, line->words, line->word, false);
    if (status == EXIT_DONE && !request_names_are_plain(&study)) { status = EXIT_USAGE; }
    if (status == EXIT_DONE) {
        status = destination_prepare(path, DESTINATION_PAGE, line->words, (const char *const *)line->word);
    }
    if (status == EXIT_DONE) {
        study_judge(&study);
        status = write_page(path, &study, line);
    }
    study_release(&study);
    return status;
}

int command_report(int argc, char **argv) {
    const char *output = NULL;
    const struct commandline_option known = {
        "output", 'o', "FILE", "where the page goes (default: the first RESULTS with .html in place of .h5)",
        .text = &output};
    struct commandline line = {
        .takes = "RESULTS...",
        .about =
            "Writes one HTML page that needs nothing else: verdicts, figures, numbers, settings, and a "
            "glossary. RESULTS are those of sweeps, or what `gapscale diagnose` wrote. Figures are drawn "
            "with gnuplot; without it the page has its tables.",
        .count = 1,
        .option = &known};
    if (!commandline_read(&line, argc, argv)) { return line.status; }
    if (!request_is_whole(&line)) { return EXIT_USAGE; }
    char *path = output ? memory_copy_text(output) : request_default_output(line.word[0], ".html");
    int status = report(path, &line);
    free(path);
    return status;
}
