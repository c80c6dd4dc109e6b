#include "sim/sweep/scorefile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/results/destination.h"
#include "sim/rows/sampler.h"
#include "sim/storage/h5file.h"
#include "sim/storage/h5scan.h"
#include "sim/storage/h5stream.h"

enum { NAME = CONFIG_NAME + 64 };
enum { MOST_CELLS = H5SCAN_ITEMS / 4 }; /* each has scores and three dimensions */

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

int scorefile_check(const char *path, const struct config *config) {
    size_t cells = 0;
    for (size_t i = 0; i < config->series_count; i++) { cells += cells_with_scores(&config->series[i]); }
    if (cells == 0) {
        message_error(
            "--write-scores: no row of this config is made of single scores; write `rows: drawn` in a "
            "series, which goes up to n = 2^40");
        return EXIT_USAGE;
    }
    if (cells > MOST_CELLS) {
        message_error("--write-scores: %zu n of all series have scores, and a file is read of at most %d",
                      cells, MOST_CELLS);
        return EXIT_USAGE;
    }
    int status = destination_check(path, DESTINATION_SCORES, 0, NULL);
    return status == EXIT_DONE && !outfile_prepare(path, false) ? EXIT_USAGE : status;
}

/* ---- groups ---- */

/* What a group of the file points to: that of a series, or within it of one n, with scores. */
struct part {
    char name[NAME], dataset[NAME + 8];
    struct h5_attribute attribute[2];
    struct h5_dimension dimension[3];
    struct h5_dataset scores;
};

/* The file. */
struct file {
    const struct config *config;
    const struct isa *isa;
    const struct stop *stop;
    struct h5stream *stream;
    struct sampler *sampler;
    uint64_t sum; /* of the scores of a part so far */
    size_t count;
    struct part *part; /* [count], as are */
    struct h5_group *group;
};

static bool begin_series(struct file *f, const struct config_series *series) {
    struct part *p = &f->part[f->count];
    snprintf(p->name, sizeof p->name, "%s", series->name);
    p->attribute[0] = (struct h5_attribute){.name = "family", .text = series->family->name};
    p->attribute[1] = (struct h5_attribute){.name = "layers", .number = (double)(series - f->config->series)};
    f->group[f->count] = (struct h5_group){.name = p->name, .attribute_count = 2, .attribute = p->attribute};
    return h5stream_group(f->stream, &f->group[f->count++]);
}

/* The kept rows at one n. */
static bool begin_cell(struct file *f, const struct config_series *series, double log_n, size_t rows) {
    struct part *p = &f->part[f->count];
    const size_t n = (size_t)llround(exp(log_n));
    snprintf(p->name, sizeof p->name, "%s/n%07zu", series->name, n);
    snprintf(p->dataset, sizeof p->dataset, "%s/scores", p->name);
    p->dimension[0] = (struct h5_dimension){"sequence", rows};
    p->dimension[1] = (struct h5_dimension){"query", 1};
    p->dimension[2] = (struct h5_dimension){"key", n};
    p->scores = (struct h5_dataset){.name = "scores",
                                    .units = "1",
                                    .long_name = "scores before the softmax",
                                    .rank = 3,
                                    .axis = {0, 1, 2}};
    f->group[f->count] = (struct h5_group){.name = p->name,
                                           .dimension_count = 3,
                                           .dimension = p->dimension,
                                           .dataset_count = 1,
                                           .dataset = &p->scores};
    return h5stream_group(f->stream, &f->group[f->count++]) && h5stream_begin(f->stream, p->dataset);
}

/* ---- writing ---- */

static bool append(void *context, size_t count, const double *scores) {
    struct file *f = context;
    f->sum = h5content_sum(f->sum, count, scores);
    return h5stream_append(f->stream, count, scores);
}

static int write_cell(struct file *f, const struct config_series *s, double log_n, size_t rows) {
    double p[FAMILY_PARAMETERS];
    config_parameters(s, log_n, p);
    struct sampler_law *law = sampler_law_create(s->family, p, log_n, 0, false, f->isa->kernel, 0, NULL);
    int status = begin_cell(f, s, log_n, rows) ? EXIT_DONE : EXIT_FAILED;
    f->sum = 0;
    for (uint64_t i = 0; status == EXIT_DONE && i < rows; i++) {
        struct stream stream = stream_make(f->config->seed, s->name, log_n, f->config->common_randomness, i);
        if (stop_asked(f->stop)) {
            status = EXIT_RESUMABLE;
        } else if (!sampler_scores(f->sampler, law, stream, append, f)) {
            status = EXIT_FAILED; /* told when the file is closed */
        }
    }
    f->part[f->count - 1].scores.sum = f->sum;
    sampler_law_free(law);
    return status;
}

static int write_series(struct file *f, const struct config_series *s, const struct results_series *r) {
    const size_t cells = cells_with_scores(s);
    if (cells < s->n_count) {
        message_say("series %s: no scores of %zu of %zu n, where rows are not made of single ones", s->name,
                    s->n_count - cells, s->n_count);
    }
    int status = cells == 0 || begin_series(f, s) ? EXIT_DONE : EXIT_FAILED;
    for (size_t n = 0; n < s->n_count && status == EXIT_DONE; n++) {
        if (has_scores(s, n)) { status = write_cell(f, s, s->log_n[n], results_kept(r, n)); }
    }
    return status;
}

int scorefile_write(const char *path, const struct config *config, const struct results *results,
                    const struct isa *isa, const char *command_line, const struct stop *stop) {
    const struct h5_attribute attribute[] = {
        {.name = "kind", .text = "gapscale-scores"},
        {.name = "program", .text = "gapscale"},
        {.name = "axes", .text = "sequence,query,key"},
        {.name = "input", .text = "rows of a gapscale run; the number of a layer is that of its series"},
        {.name = "config_resolved", .text = config->resolved},
        {.name = "seed", .whole = &config->seed},
        {.name = "command_line", .text = command_line}};
    const size_t attributes = sizeof attribute / sizeof *attribute;
    struct file f = {.config = config, .isa = isa, .stop = stop};
    size_t most = config->series_count;
    int status = EXIT_DONE;
    f.stream = h5stream_open(path, attributes, attribute);
    if (!f.stream) { return EXIT_FAILED; }
    for (size_t i = 0; i < config->series_count; i++) { most += config->series[i].n_count; }
    f.part = memory_create(most, sizeof *f.part);
    f.group = memory_create(most, sizeof *f.group);
    f.sampler = sampler_create(isa);
    for (size_t i = 0; i < config->series_count && status == EXIT_DONE; i++) {
        status = write_series(&f, &config->series[i], &results->series[i]);
    }
    sampler_free(f.sampler);
    if (status == EXIT_RESUMABLE) {
        h5stream_drop(f.stream);
    } else {
        status = h5stream_close(f.stream, h5file_holds,
                                &(struct h5file_written){attributes, f.count, attribute, f.group});
    }
    free(f.part);
    free(f.group);
    return status;
}
