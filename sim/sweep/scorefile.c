#include "sim/sweep/scorefile.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/base/temporary.h"
#include "sim/rows/sampler.h"
#include "sim/storage/h5scan.h"
#include "sim/storage/h5stream.h"

static const char kind[] = "gapscale-scores";
enum { NAME = CONFIG_NAME + 64 };

/* ---- before ---- */

static bool has_scores(const struct config_series *series, size_t n) {
    return series->family->kind != FAMILY_FIXED && !config_counted(series, series->log_n[n]);
}

/* How many cells of a series have rows to write. */
static size_t cells_with_scores(const struct config_series *series) {
    size_t count = 0;
    for (size_t n = 0; n < series->n_count; n++) { count += has_scores(series, n); }
    return count;
}

static bool is_scorefile(const char *path) {
    char why[H5SCAN_WHY];
    struct h5scan *scan = h5scan_open(path, false, why);
    bool found = false;
    for (size_t i = 0; scan && i < scan->attribute_count; i++) {
        const struct h5scan_attribute *a = &scan->attribute[i];
        found = found || (strcmp(a->path, "/kind") == 0 && strcmp(a->text, kind) == 0);
    }
    if (scan) { h5scan_close(scan); }
    return found;
}

static int refuse(const char *path, const char *why) {
    message_error("--write-scores %s: %s; choose another FILE", path, why);
    return EXIT_USAGE;
}

int scorefile_check(const char *path, const struct config *config) {
    struct stat status;
    size_t cells = 0;
    for (size_t i = 0; i < config->series_count; i++) { cells += cells_with_scores(&config->series[i]); }
    if (cells == 0) {
        message_error(
            "--write-scores: no row of this config is made of single scores; write `rows: drawn` in a "
            "series, which goes up to n = 2^40");
        return EXIT_USAGE;
    }
    if (lstat(path, &status) == 0) {
        if (S_ISLNK(status.st_mode)) { return refuse(path, "it is a link"); }
        if (S_ISDIR(status.st_mode)) { return refuse(path, "it is a directory"); }
        if (!is_scorefile(path)) { return refuse(path, "it exists and holds no scores that gapscale wrote"); }
    }
    return outfile_prepare(path, false) ? EXIT_DONE : EXIT_USAGE;
}

/* ---- writing ---- */

struct writer {
    struct h5stream *stream;
    const struct config *config;
    struct sampler *sampler;
    const struct isa *isa;
    const struct stop *stop;
};

static bool append(void *context, size_t count, const double *scores) {
    return h5stream_append(context, count, scores);
}

/* The group of a series, around those of its n. */
static bool make_series(const struct writer *w, size_t series) {
    const struct config_series *s = &w->config->series[series];
    const struct h5_attribute attribute[] = {{.name = "family", .text = s->family->name},
                                             {.name = "layers", .number = (double)series}};
    return h5stream_group(w->stream,
                          &(struct h5_group){.name = s->name, .attribute_count = 2, .attribute = attribute});
}

/* The group of a series at one n, without its numbers. */
static void make_cell(const struct writer *w, const char *name, size_t rows, size_t n) {
    const struct h5_dimension dimension[] = {{"sequence", rows}, {"query", 1}, {"key", n}};
    const struct h5_dataset dataset = {.name = "scores",
                                       .units = "1",
                                       .long_name = "scores before the softmax",
                                       .rank = 3,
                                       .axis = {0, 1, 2}};
    h5stream_group(w->stream, &(struct h5_group){.name = name,
                                                 .dimension_count = 3,
                                                 .dimension = dimension,
                                                 .dataset_count = 1,
                                                 .dataset = &dataset});
}

/* The kept rows of a series at one n. */
static int write_cell(const struct writer *w, size_t series, double log_n) {
    const struct config_series *s = &w->config->series[series];
    uint64_t kept = w->config->keep_replicates, rows = kept < s->replicates ? kept : s->replicates;
    char group[NAME], dataset[NAME + 8];
    double p[FAMILY_PARAMETERS];
    size_t n = (size_t)llround(exp(log_n));
    config_parameters(s, log_n, p);
    struct sampler_law *law = sampler_law_create(s->family, p, log_n, 0, false, w->isa->kernel, 0, NULL);
    if (!law) { memory_exhausted(); }
    snprintf(group, sizeof group, "%s/n%07zu", s->name, n);
    snprintf(dataset, sizeof dataset, "%s/scores", group);
    make_cell(w, group, (size_t)rows, n);
    int status = h5stream_begin(w->stream, dataset) ? EXIT_DONE : EXIT_FAILED;
    for (uint64_t i = 0; status == EXIT_DONE && i < rows; i++) {
        struct stream stream = stream_make(w->config->seed, s->name, log_n, w->config->common_randomness, i);
        if (stop_asked(w->stop)) {
            status = EXIT_RESUMABLE;
        } else if (!sampler_scores(w->sampler, law, stream, append, w->stream)) {
            status = EXIT_FAILED; /* told when the file is closed */
        }
    }
    sampler_law_free(law);
    return status;
}

static int write_series(const struct writer *w, size_t series) {
    const struct config_series *s = &w->config->series[series];
    size_t cells = cells_with_scores(s);
    int status = cells == 0 || make_series(w, series) ? EXIT_DONE : EXIT_FAILED;
    if (cells < s->n_count) {
        message_say("series %s: no scores of %zu of %zu n, where rows are not made of single ones", s->name,
                    s->n_count - cells, s->n_count);
    }
    for (size_t n = 0; status == EXIT_DONE && n < s->n_count; n++) {
        if (has_scores(s, n)) { status = write_cell(w, series, s->log_n[n]); }
    }
    return status;
}

int scorefile_write(const char *path, const struct config *config, const struct isa *isa,
                    const char *command_line, const struct stop *stop) {
    const struct h5_attribute attribute[] = {
        {.name = "kind", .text = kind},
        {.name = "program", .text = "gapscale"},
        {.name = "axes", .text = "sequence,query,key"},
        {.name = "input", .text = "rows of a gapscale run; the number of a layer is that of its series"},
        {.name = "config_resolved", .text = config->resolved},
        {.name = "seed", .whole = &config->seed},
        {.name = "command_line", .text = command_line}};
    temporary_clear(path);
    struct writer w = {.config = config, .isa = isa, .stop = stop};
    w.stream = h5stream_open(path, sizeof attribute / sizeof *attribute, attribute);
    if (!w.stream) { return EXIT_FAILED; }
    w.sampler = sampler_create(isa);
    if (!w.sampler) { memory_exhausted(); }
    int status = EXIT_DONE;
    for (size_t i = 0; status == EXIT_DONE && i < config->series_count; i++) { status = write_series(&w, i); }
    sampler_free(w.sampler);
    if (status != EXIT_RESUMABLE) { return h5stream_close(w.stream); }
    h5stream_drop(w.stream);
    return status;
}
