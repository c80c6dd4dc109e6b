#include "sim/results/store.h"

#include <ctype.h>
#include <gsl/gsl_version.h>
#include <hdf5.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/directory.h"
#include "sim/base/head.h"
#include "sim/base/machine.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/numerics.h"
#include "sim/base/process.h"
#include "sim/base/version.h"
#include "sim/config/config_read.h"
#include "sim/results/empirical.h"
#include "sim/results/note.h"
#include "sim/results/page.h"
#include "sim/storage/h5digest.h"

enum { ROOT_ATTRIBUTES = 29 };
static const uint64_t SCHEMA_VERSION = 1, SCHEMA_MINOR = 1;
/* Bytes of numbers in a byte of a file at most: packed by gzip, as tightly as that can; besides, files of
 * earlier versions lack some. While they are read they lie in the content of the file and in the results. */
static const double TIGHTEST = 1040, COPIES = 2;
static const char digest_attribute[] = "digest", results_kind[] = "gapscale-results",
                  fit_kind[] = "gapscale-fit";

/* ---- provenance ---- */

struct stamp {
    char created[32], threads[16];
    struct process process;
    size_t count;
    struct h5_attribute attribute[ROOT_ATTRIBUTES];
};

static void stamp_add(struct stamp *s, const char *name, const char *text) {
    s->attribute[s->count++] = (struct h5_attribute){.name = name, .text = text};
}

static void stamp_number(struct stamp *s, const char *name, double number) {
    if (number > 0) { s->attribute[s->count++] = (struct h5_attribute){.name = name, .number = number}; }
}

static void stamp_make(struct stamp *s, const char *kind, const struct store_provenance *provenance) {
    *s = (struct stamp){.process = process_self()};
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(s->created, sizeof s->created, "%Y-%m-%dT%H:%M:%SZ", &utc);
    snprintf(s->threads, sizeof s->threads, "%d", provenance->threads);
    s->attribute[s->count++] = (struct h5_attribute){.name = "schema_version", .whole = &SCHEMA_VERSION};
    s->attribute[s->count++] = (struct h5_attribute){.name = "schema_minor", .whole = &SCHEMA_MINOR};
    stamp_add(s, "kind", kind);
    stamp_add(s, "program", "gapscale");
    stamp_add(s, "program_version", version_number);
    stamp_add(s, "commit", version_commit);
    stamp_add(s, "compiler", version_compiler);
    stamp_add(s, "gsl_version", gsl_version);
    stamp_add(s, "hdf5_version", H5_VERS_INFO);
    stamp_add(s, "created", s->created);
    stamp_add(s, "command_line", provenance->command_line ? provenance->command_line : "");
    stamp_add(s, "host", s->process.host);
    stamp_add(s, "threads", s->threads);
    if (provenance->model) { stamp_add(s, "model", provenance->model); }
    if (provenance->licence) { stamp_add(s, "licence", provenance->licence); }
    if (provenance->input) { stamp_add(s, "input", provenance->input); }
    stamp_number(s, "trained_context", provenance->trained_context);
    stamp_number(s, "score_scale_applied", provenance->score_scale_applied);
}

/* ---- writing ---- */

static int write_page(const char *path, struct stamp *stamp, uint64_t seed, const char *config_resolved,
                      const struct page *page) {
    const struct h5digest_groups groups = {page->group_count, page->group};
    char digest[65];
    h5digest(seed, config_resolved, groups, groups, digest);
    stamp_add(stamp, digest_attribute, digest);
    return h5file_write(path, stamp->count, stamp->attribute, page->group_count, page->group);
}

int store_write(const char *path, const struct results *results, const struct store_provenance *provenance) {
    struct stamp stamp;
    const struct numerics here = numerics_here();
    const uint64_t number = here.number;
    char fingerprint[16];
    snprintf(fingerprint, sizeof fingerprint, "%08" PRIx32, here.fingerprint);
    stamp_make(&stamp, results_kind, provenance);
    stamp_add(&stamp, "config", results->config_text);
    stamp_add(&stamp, "config_resolved", results->config_resolved);
    stamp_add(&stamp, "isa", results->isa);
    stamp_add(&stamp, "numerics_fingerprint", fingerprint);
    stamp.attribute[stamp.count++] = (struct h5_attribute){.name = "numerics_number", .whole = &number};
    stamp.attribute[stamp.count++] = (struct h5_attribute){.name = "seed", .whole = &results->seed};
    struct page *page = page_create(results);
    int status = write_page(path, &stamp, results->seed, results->config_resolved, page);
    page_free(page);
    return status;
}

int store_write_fit(const char *path, size_t input_count, const char *const *inputs, size_t group_count,
                    const struct h5_group *groups, const struct store_provenance *provenance) {
    const struct page page = {.group_count = group_count, .group = (struct h5_group *)groups};
    struct stamp stamp;
    char *list;
    size_t length;
    FILE *out = memory_stream_open(&list, &length);
    for (size_t i = 0; i < input_count; i++) { fprintf(out, "%s%s", i > 0 ? "\n" : "", inputs[i]); }
    memory_stream_close(out, &list);
    stamp_make(&stamp, fit_kind, provenance);
    stamp_add(&stamp, "inputs", list);
    int status = write_page(path, &stamp, 0, "", &page);
    free(list);
    return status;
}

/* ---- reading ---- */

static const char *root_text(const struct h5_content *c, const char *name) {
    const struct h5_attribute *a = h5content_attribute(c->attribute_count, c->attribute, name);
    return a && a->text ? a->text : NULL;
}

static const uint64_t *root_whole(const struct h5_content *c, const char *name) {
    const struct h5_attribute *a = h5content_attribute(c->attribute_count, c->attribute, name);
    return a ? a->whole : NULL;
}

/* What is wrong with a file as a gapscale file of this kind; NULL when nothing is. */
static const char *content_fault(const struct h5_content *c) {
    const char *kind = root_text(c, "kind");
    const uint64_t *version = root_whole(c, "schema_version");
    if (!kind || !version) {
        return "it holds no results of gapscale; scores are read by `gapscale diagnose`";
    }
    if (*version != SCHEMA_VERSION) {
        return "it has another schema version; use the gapscale that wrote it";
    }
    if (strcmp(kind, results_kind) != 0) {
        return "it is no results file (is it a fit? give the file it came from)";
    }
    if (!root_text(c, "config_resolved") || !root_text(c, "config") || !root_text(c, "isa") ||
        !root_whole(c, "seed")) {
        return "of its root attributes config, config_resolved, isa and seed one is missing";
    }
    return NULL;
}

/* Which are its own from now on. */
static void take_root(struct h5_content *root, struct results *r) {
    r->seed = *root_whole(root, "seed");
    r->config_text = memory_copy_text(root_text(root, "config"));
    r->config_resolved = memory_copy_text(root_text(root, "config_resolved"));
    r->isa = memory_copy_text(root_text(root, "isa"));
    r->root = root;
}

/* What a resolved text says of results, be it a config or the options of a diagnosis. */
static struct results *shape_of(const char *resolved) {
    if (empirical_is(resolved)) { return empirical_shape(resolved); }
    struct config *config = config_read_resolved(resolved);
    struct results *shape = config ? results_shape(config) : NULL;
    config_free(config);
    return shape;
}

/* What the file's config says of its results, without arrays; NULL, with the reason in `why`, for no results
 * file, or one that cannot hold so many numbers or that this machine cannot. */
static struct results *read_shape(const char *path, char why[H5_WHY]) {
    struct stat file = {.st_size = 0};
    struct h5_content *root = h5file_read(path, false, 0, NULL, why);
    if (!root) { return NULL; }
    const char *fault = content_fault(root);
    struct results *shape = fault ? NULL : shape_of(root_text(root, "config_resolved"));
    if (!shape) {
        snprintf(why, H5_WHY, "%s", fault ? fault : "its config is none that this gapscale reads");
        h5content_free(root);
        return NULL;
    }
    take_root(root, shape);
    const double bytes = 8 * results_numbers(shape);
    stat(path, &file);
    if (bytes > TIGHTEST * (double)file.st_size) {
        snprintf(why, H5_WHY, "it lacks most of the numbers that its config asks for");
    } else if (COPIES * bytes > machine_memory()) {
        char need[MACHINE_TEXT], have[MACHINE_TEXT];
        snprintf(why, H5_WHY, "reading it takes about %s of memory, and %s are free",
                 machine_bytes(COPIES * bytes, need), machine_bytes(machine_memory(), have));
    }
    if (*why == '\0') { return shape; }
    results_free(shape);
    return NULL;
}

/* What came later and is not written is at its default. */
static bool read_parameters(const struct h5_group *g, struct results_series *s) {
    for (size_t i = 0; i < SCHEDULE_PARTS * s->family->parameter_count; i++) {
        char name[PAGE_NAME];
        const size_t which = i / SCHEDULE_PARTS;
        double *value = page_parameter(s, which, i % SCHEDULE_PARTS, name);
        const struct h5_attribute *a = h5content_attribute(g->attribute_count, g->attribute, name);
        if (!a && family_parameter_is_later(s->family, which)) {
            s->parameter[which] = (struct schedule){s->family->parameter[which].initial, 0, 0};
            continue;
        }
        if (!a || a->text || a->whole) { return false; }
        *value = a->number;
    }
    return true;
}

/* What follows from a config must be as it does: components of pairs, the dimension, and what n and the
 * parameters may be. */
static bool output_is_allowed(const struct results_series *s) {
    if (!results_has_output(s)) { return true; }
    if (!s->family->dimension || !family_is_constant(s->family, s->parameter) ||
        family_dimension(s->family, s->parameter, s->log_n[0]) != (double)s->size[RESULTS_COLUMN]) {
        return false;
    }
    size_t pair = 0;
    for (size_t a = 0; a < s->size[RESULTS_COMPONENT]; a++) {
        for (size_t b = a; b < s->size[RESULTS_COMPONENT]; b++, pair++) {
            if (s->pair_first[pair] != (double)a || s->pair_second[pair] != (double)b) { return false; }
        }
    }
    return true;
}

static bool rows_are_allowed(const struct results_series *s, size_t n) {
    char why[FAMILY_WHY];
    double p[FAMILY_PARAMETERS];
    if (!s->family->allows) { return true; }
    family_parameters(s->family, s->parameter, s->log_n[n], p);
    return s->log_n[n] <= log(FAMILY_SAMPLED_MOST) && s->family->allows(p, s->log_n[n], why);
}

static bool lengths_are_allowed(const struct results_series *s) {
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) {
        if (!(s->log_n[n] > 0 && s->log_n[n] <= 1e6)) { return false; }
        if (n > 0 && !(s->log_n[n] > s->log_n[n - 1])) { return false; }
        for (size_t i = 0; i < s->family->parameter_count; i++) {
            const struct family_parameter *p = &s->family->parameter[i];
            double value = schedule_value(&s->parameter[i], s->log_n[n]);
            if (!family_parameter_allows(p, value)) { return false; }
        }
        if (!rows_are_allowed(s, n)) { return false; }
    }
    return true;
}

/* Ranks are 1, 2, ..; blocks hold all replicates. Of measured rows they are sequences, NaN where a group has
 * fewer. */
static bool counts_are_allowed(const struct results_series *s) {
    const bool measured = s->family->kind == FAMILY_MEASURED;
    double replicates = 0;
    for (size_t i = 0; i < s->size[RESULTS_BLOCK]; i++) {
        if (!(s->block_size[i] >= 1) && !(measured && isnan(s->block_size[i]))) { return false; }
        replicates += s->block_size[i];
    }
    for (size_t i = 0; i < s->size[RESULTS_RANK]; i++) {
        if (s->rank[i] != (double)(i + 1)) { return false; }
    }
    for (size_t n = 0; s->target > 0 && n < s->size[RESULTS_LOG_N]; n++) {
        if (!(s->replicates_at[n] >= 1 && s->replicates_at[n] <= (double)s->replicates)) { return false; }
    }
    return measured || replicates == (double)s->replicates;
}

static bool values_are_allowed(const struct results_series *s) {
    return lengths_are_allowed(s) && output_is_allowed(s) && counts_are_allowed(s);
}

/* The criteria of the config, with its thresholds. */
static bool criteria_agree(const struct h5_group *g, const struct results_series *s) {
    const struct h5_dataset *d = h5content_dataset(g, "criterion");
    if (!d || !d->text) { return false; }
    for (size_t i = 0; i < s->size[RESULTS_CRITERION]; i++) {
        struct criterion c;
        if (!criterion_parse(d->text[i], &c) || c.kind != s->criterion[i].kind) { return false; }
    }
    return true;
}

/* Files of earlier versions have no exact values, or fewer, none of what was added later, and less of
 * measured rows. */
static bool read_field(const struct h5_group *g, const struct h5_group *exact, const struct results_series *s,
                       const struct results_field *f) {
    if (f->kind == RESULTS_EXACT) { g = exact; }
    const struct h5_dataset *d = g ? h5content_dataset(g, page_dataset(f)) : NULL;
    if (!d) {
        return f->kind == RESULTS_EXACT || f->kind == RESULTS_ADDED || f->owner == RESULTS_OF_MEASURED;
    }
    if (!d->number || d->rank != f->rank) { return false; }
    memcpy(*f->values, d->number, results_field_size(s, f) * sizeof(double));
    return true;
}

/* Fills in the arrays and the parameters of a series whose sizes are known. */
static bool read_series(const struct h5_content *c, struct results_series *s) {
    char path[PAGE_NAME];
    page_exact_path(s->name, path);
    const struct h5_group *g = h5content_group(c->group_count, c->group, s->name),
                          *exact = h5content_group(c->group_count, c->group, path);
    if (!g) { return false; }
    const struct h5_attribute *family = h5content_attribute(g->attribute_count, g->attribute, "family");
    const struct h5_attribute *replicates =
        h5content_attribute(g->attribute_count, g->attribute, "replicates");
    s->family = family && family->text ? family_stored(family->text) : NULL;
    if (!s->family || !replicates || !replicates->whole || *replicates->whole != s->replicates) {
        return false;
    }
    results_allocate(s);
    if (s->family->kind == FAMILY_MEASURED) { note_take(s, g); }
    bool good = read_parameters(g, s) && criteria_agree(g, s);
    for (struct results_field f = {0}; good && results_next(s, &f) && f.units;) {
        good = read_field(g, exact, s, &f);
    }
    return good && values_are_allowed(s);
}

/* Fills in the results whose shape is known, and the digest of the file, which those of earlier versions do
 * not say themselves; what is wrong, or NULL. */
static const char *fill_results(const struct h5_content *c, struct results *r) {
    bool good = true;
    for (size_t i = 0; good && i < r->series_count; i++) { good = read_series(c, &r->series[i]); }
    if (!good) { return "one of its series is not as results/SCHEMA.md says"; }
    const char *written = root_text(r->root, digest_attribute);
    struct page *page = page_create(r);
    h5digest(r->seed, r->config_resolved, (struct h5digest_groups){page->group_count, page->group},
             (struct h5digest_groups){c->group_count, c->group}, r->digest);
    page_free(page);
    return !written || strcmp(written, r->digest) == 0
               ? NULL
               : "it is damaged: its numbers are not those that were written";
}

/* Its own arrays, of the shapes that its config implies, and its digest. */
struct results *store_try(const char *path, char why[H5_WHY]) {
    struct results *r = read_shape(path, why);
    if (!r) { return NULL; }
    struct page *page = page_create(r);
    struct h5_content *content = h5file_read(path, false, page->group_count, page->group, why);
    const char *fault = content ? fill_results(content, r) : why;
    h5content_free(content);
    page_free(page);
    if (!fault) { return r; }
    if (fault != why) { snprintf(why, H5_WHY, "%s", fault); }
    results_free(r);
    return NULL;
}

/* No control characters but white space at its beginning. */
static bool is_plain_text(const char *path) {
    char head[512];
    const ssize_t length = head_read(path, 0, head, sizeof head);
    ssize_t i = 0;
    while (i < length && ((unsigned char)head[i] >= ' ' || isspace((unsigned char)head[i]))) { i++; }
    return length > 0 && i == length;
}

/* Of a file that cannot be read: it may be the archive beside one that can, one that a sweep is to make, a
 * journal or a config. */
static void refuse(const char *path, const char *why) {
    static const char archive[] = ".units";
    const size_t length = strlen(path), end = strlen(archive);
    char *file = memory_copy_part(path, length > end ? length - end : 0),
         *journal = memory_format("%s.journal", path);
    if (length > end && strcmp(path + length - end, archive) == 0 && access(file, R_OK) == 0) {
        message_error("%s is the archive that %s grows from, which `run` and `merge` alone read; give %s",
                      path, file, file);
    } else if (access(path, F_OK) != 0 && directory_is(journal)) {
        message_error("%s is not there yet: its sweep is not finished, and `gapscale show` of %s tells how "
                      "far it is",
                      path, journal);
    } else if (directory_is(path)) {
        message_error(
            "%s is a directory; give a results file (of a journal `gapscale show` tells what makes it)",
            path);
    } else if (is_plain_text(path)) {
        message_error(
            "%s is a text file, and results are HDF5; if it is a config, `gapscale run` makes its results",
            path);
    } else {
        message_error("cannot read %s: %s", path, why);
    }
    free(file);
    free(journal);
}

struct results *store_read(const char *path) {
    char why[H5_WHY];
    struct results *r = store_try(path, why);
    if (!r) { refuse(path, why); }
    return r;
}

enum store_kind store_kind(const char *path) {
    char why[H5_WHY];
    struct h5_content *c = h5file_read(path, false, 0, NULL, why);
    if (!c) { return STORE_UNKNOWN; }
    const char *program = root_text(c, "program"), *kind = root_text(c, "kind"),
               *resolved = root_text(c, "config_resolved");
    bool ours = program && kind && strcmp(program, "gapscale") == 0;
    enum store_kind found = STORE_UNKNOWN;
    if (ours && strcmp(kind, results_kind) == 0 && resolved) {
        found = empirical_is(resolved) ? STORE_DIAGNOSIS : STORE_RESULTS;
    } else if (ours && strcmp(kind, fit_kind) == 0) {
        found = STORE_FIT;
    } else if (ours && strcmp(kind, "gapscale-scores") == 0) {
        found = STORE_SCORES;
    }
    h5content_free(c);
    return found;
}

void store_tell_attributes(const struct results *results,
                           void (*tell)(void *context, const char *name, const char *text), void *context) {
    for (size_t i = 0; i < results->root->attribute_count; i++) {
        const struct h5_attribute *a = &results->root->attribute[i];
        char number[32];
        if (a->whole) {
            snprintf(number, sizeof number, "%" PRIu64, *a->whole);
        } else {
            snprintf(number, sizeof number, "%.15g", a->number);
        }
        tell(context, a->name, a->text ? a->text : number);
    }
}
