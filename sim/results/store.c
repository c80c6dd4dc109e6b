#include "sim/results/store.h"

#include <gsl/gsl_version.h>
#include <hdf5.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/numerics.h"
#include "sim/config/resolve.h"
#include "sim/results/digest.h"
#include "sim/results/page.h"

#ifndef GAPSCALE_VERSION
#define GAPSCALE_VERSION "unknown"
#endif
#ifndef GAPSCALE_COMMIT
#define GAPSCALE_COMMIT "unknown"
#endif

enum { ROOT_ATTRIBUTES = 24 };
static const uint64_t SCHEMA_VERSION = 1;

/* ---- provenance ---- */

struct stamp {
    char created[32], host[256], threads[16];
    size_t count;
    struct h5_attribute attribute[ROOT_ATTRIBUTES];
};

static void stamp_add(struct stamp *s, const char *name, const char *text) {
    s->attribute[s->count++] = (struct h5_attribute){.name = name, .text = text};
}

static void stamp_make(struct stamp *s, const char *kind, const struct store_provenance *provenance) {
    *s = (struct stamp){.count = 0};
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(s->created, sizeof s->created, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (gethostname(s->host, sizeof s->host - 1) != 0) { snprintf(s->host, sizeof s->host, "unknown"); }
    snprintf(s->threads, sizeof s->threads, "%d", provenance->threads);
    s->attribute[s->count++] = (struct h5_attribute){.name = "schema_version", .whole = &SCHEMA_VERSION};
    stamp_add(s, "kind", kind);
    stamp_add(s, "program", "gapscale");
    stamp_add(s, "program_version", GAPSCALE_VERSION);
    stamp_add(s, "commit", GAPSCALE_COMMIT);
    stamp_add(s, "compiler", __VERSION__);
    stamp_add(s, "gsl_version", gsl_version);
    stamp_add(s, "hdf5_version", H5_VERS_INFO);
    stamp_add(s, "created", s->created);
    stamp_add(s, "command_line", provenance->command_line ? provenance->command_line : "");
    stamp_add(s, "host", s->host);
    stamp_add(s, "threads", s->threads);
    if (provenance->model) { stamp_add(s, "model", provenance->model); }
    if (provenance->licence) { stamp_add(s, "licence", provenance->licence); }
    if (provenance->input) { stamp_add(s, "input", provenance->input); }
    if (provenance->trained_context > 0) {
        s->attribute[s->count++] =
            (struct h5_attribute){.name = "trained_context", .number = provenance->trained_context};
    }
}

/* ---- writing ---- */

int store_write(const char *path, const struct results *results, const struct store_provenance *provenance) {
    struct stamp stamp;
    const uint64_t number = NUMERICS_NUMBER;
    char fingerprint[16];
    snprintf(fingerprint, sizeof fingerprint, "%08" PRIx32, numerics_fingerprint());
    stamp_make(&stamp, "gapscale-results", provenance);
    stamp_add(&stamp, "config", results->config_text);
    stamp_add(&stamp, "config_resolved", results->config_resolved);
    stamp_add(&stamp, "isa", results->isa);
    stamp_add(&stamp, "numerics_fingerprint", fingerprint);
    stamp.attribute[stamp.count++] = (struct h5_attribute){.name = "numerics_number", .whole = &number};
    stamp.attribute[stamp.count++] = (struct h5_attribute){.name = "seed", .whole = &results->seed};

    struct page *page = page_create(results);
    int status = h5file_write(path, stamp.count, stamp.attribute, page->group_count, page->group);
    page_free(page);
    return status;
}

int store_write_derived(const char *path, const char *kind, size_t input_count, const char *const *inputs,
                        size_t group_count, const struct h5_group *groups,
                        const struct store_provenance *provenance) {
    struct stamp stamp;
    stamp_make(&stamp, kind, provenance);
    size_t length = 1;
    for (size_t i = 0; i < input_count; i++) { length += strlen(inputs[i]) + 1; }
    char *list = memory_create(length, 1);
    for (size_t i = 0; i < input_count; i++) {
        if (i > 0) { strcat(list, "\n"); }
        strcat(list, inputs[i]);
    }
    stamp_add(&stamp, "inputs", list);
    int status = h5file_write(path, stamp.count, stamp.attribute, group_count, groups);
    free(list);
    return status;
}

/* ---- reading ---- */

static const char *root_text(const struct h5_content *c, const char *name) {
    const struct h5_attribute *a = h5file_attribute(c->attribute_count, c->attribute, name);
    return a && a->text ? a->text : NULL;
}

static const uint64_t *root_whole(const struct h5_content *c, const char *name) {
    const struct h5_attribute *a = h5file_attribute(c->attribute_count, c->attribute, name);
    return a ? a->whole : NULL;
}

/* What is wrong with a file as a gapscale file of this kind; NULL when nothing is. */
static const char *content_fault(const struct h5_content *c) {
    const char *kind = root_text(c, "kind");
    const uint64_t *version = root_whole(c, "schema_version");
    if (!kind || !version) { return "it is no gapscale file"; }
    if (*version != SCHEMA_VERSION) {
        return "it has another schema version; use the gapscale that wrote it";
    }
    if (strcmp(kind, "gapscale-results") != 0) {
        return "it is no results file (is it a fit? give the file it came from)";
    }
    if (!root_text(c, "config_resolved") || !root_text(c, "config") || !root_text(c, "isa") ||
        !root_whole(c, "seed")) {
        return "its root attributes are incomplete";
    }
    return NULL;
}

static struct h5_content *content_open(const char *path) {
    char why[H5_WHY];
    struct h5_content *c = h5file_read(path, why);
    if (!c) { message_error("cannot read %s: %s", path, why); }
    return c;
}

static bool read_parameters(const struct h5_group *g, struct results_series *s) {
    for (size_t i = 0; i < PAGE_PARTS * s->family->parameter_count; i++) {
        char name[PAGE_NAME];
        double *value = page_parameter(s, i / PAGE_PARTS, i % PAGE_PARTS, name);
        const struct h5_attribute *a = h5file_attribute(g->attribute_count, g->attribute, name);
        if (!a || a->text || a->whole) { return false; }
        *value = a->number;
    }
    return true;
}

/* A file may come from anywhere: lengths and parameters must be what a config allows. */
static bool values_are_allowed(const struct results_series *s) {
    size_t components = s->size[RESULTS_COMPONENT];
    bool output = components > 0 && s->size[RESULTS_COLUMN] > 1 && s->size[RESULTS_LEVEL] > 0;
    if (results_has_output(s) &&
        !(output && s->family->dimension && s->size[RESULTS_PAIR] == components * (components + 1) / 2 &&
          family_is_constant(s->family, s->parameter))) {
        return false;
    }
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) {
        if (!(s->log_n[n] > 0 && s->log_n[n] <= 1e6)) { return false; }
        for (size_t i = 0; i < s->family->parameter_count; i++) {
            const struct family_parameter *p = &s->family->parameter[i];
            double value = schedule_value(&s->parameter[i], s->log_n[n]);
            if (!(value >= p->low && value <= p->high)) { return false; }
        }
    }
    return true;
}

static bool read_criteria(const struct h5_group *g, struct results_series *s) {
    const struct h5_dataset *d = h5file_dataset(g, "criterion");
    for (size_t i = 0; d && d->text && i < s->size[RESULTS_CRITERION]; i++) {
        if (!criterion_parse(d->text[i], &s->criterion[i])) { return false; }
    }
    return d && d->text;
}

static size_t dimension_size(const struct h5_group *g, const char *name) {
    for (size_t i = 0; i < g->dimension_count; i++) {
        if (strcmp(g->dimension[i].name, name) == 0) { return g->dimension[i].size; }
    }
    return 0;
}

static const struct h5_group *find_group(const struct h5_content *c, const char *name) {
    for (size_t i = 0; i < c->group_count; i++) {
        if (strcmp(c->group[i].name, name) == 0) { return &c->group[i]; }
    }
    return NULL;
}

static bool axes_agree(const struct h5_group *g, const struct h5_dataset *d, const struct results_series *s,
                       const struct results_field *f) {
    for (unsigned k = 0; k < f->rank; k++) {
        if (g->dimension[d->axis[k]].size != s->size[f->axis[k]]) { return false; }
    }
    return true;
}

/* Files of earlier versions have no exact values, or fewer. */
static bool read_field(const struct h5_group *g, const struct h5_group *exact, const struct results_series *s,
                       const struct results_field *f) {
    if (f->kind == RESULTS_EXACT) { g = exact; }
    const struct h5_dataset *d = g ? h5file_dataset(g, page_dataset(f)) : NULL;
    if (!d) { return f->kind == RESULTS_EXACT; }
    if (!d->number || d->rank != f->rank || !axes_agree(g, d, s, f)) { return false; }
    memcpy(*f->values, d->number, results_field_size(s, f) * sizeof(double));
    return true;
}

static bool read_series(const struct h5_content *c, const struct h5_group *g, struct results_series *s) {
    const struct h5_attribute *family = h5file_attribute(g->attribute_count, g->attribute, "family");
    const struct h5_attribute *replicates = h5file_attribute(g->attribute_count, g->attribute, "replicates");
    s->family = family && family->text ? family_stored(family->text) : NULL;
    if (!s->family || !replicates || !replicates->whole || strlen(g->name) >= sizeof s->name) {
        return false;
    }
    snprintf(s->name, sizeof s->name, "%s", g->name);
    s->replicates = *replicates->whole;
    for (unsigned i = 0; i < RESULTS_DIMENSIONS; i++) {
        s->size[i] = dimension_size(g, results_dimension_name[i]);
    }
    for (unsigned i = 0; i < RESULTS_DIMENSIONS; i++) {
        if (results_has_dimension(s, i) && s->size[i] == 0) { return false; }
    }
    results_allocate(s);
    struct results_field field[RESULTS_FIELDS];
    size_t fields = results_fields(s, field);
    char path[PAGE_NAME];
    page_exact_path(s->name, path);
    const struct h5_group *exact = find_group(c, path);
    bool good = read_parameters(g, s) && read_criteria(g, s);
    for (size_t i = 0; good && i < fields && field[i].units; i++) {
        good = read_field(g, exact, s, &field[i]);
    }
    return good && values_are_allowed(s);
}

/* The series of a resolved config in their order, which a file that lists its groups by name does not know:
 * copies the next name, from `at` on, and returns where to go on; NULL after the last. */
static const char *next_series(const char *at, char name[CONFIG_NAME]) {
    static const char start[] = "\n  - name: ";
    at = strstr(at, start);
    if (!at) { return NULL; }
    at += sizeof start - 1;
    snprintf(name, CONFIG_NAME, "%.*s", (int)strcspn(at, "\n"), at);
    return at;
}

/* The group of every series that the config names. */
static bool read_all_series(const struct h5_content *c, struct results *r) {
    char name[CONFIG_NAME];
    for (const char *at = r->config_resolved; (at = next_series(at, name)) != NULL;) {
        const struct h5_group *g = find_group(c, name);
        if (!g || r->series_count == c->group_count) { return false; }
        if (!read_series(c, g, &r->series[r->series_count++])) { return false; }
    }
    return r->series_count > 0;
}

static char *copy_text(const char *text) { return memory_copy_text(text, strlen(text)); }

/* NULL after a message. */
static struct results *content_results(const struct h5_content *c, const char *path) {
    const char *fault = content_fault(c);
    struct results *r = NULL;
    if (!fault) {
        r = memory_create(1, sizeof *r);
        r->seed = *root_whole(c, "seed");
        r->config_text = copy_text(root_text(c, "config"));
        r->config_resolved = copy_text(root_text(c, "config_resolved"));
        r->isa = copy_text(root_text(c, "isa"));
        r->common_randomness = resolve_is_common(r->config_resolved);
        r->series = memory_create(c->group_count, sizeof *r->series);
        if (!read_all_series(c, r)) { fault = "one of its series is not as results/SCHEMA.md says"; }
    }
    if (!fault) { return r; }
    message_error("cannot read %s: %s", path, fault);
    results_free(r);
    return NULL;
}

struct results *store_read(const char *path) {
    struct h5_content *c = content_open(path);
    struct results *r = c ? content_results(c, path) : NULL;
    h5file_free(c);
    return r;
}

enum store_match store_compare(const char *path, const char *config_resolved, char why[STORE_WHY]) {
    if (access(path, F_OK) != 0) { return STORE_ABSENT; }
    struct h5_content *c = h5file_read(path, why);
    if (!c) { return STORE_FOREIGN; }
    enum store_match match = STORE_FOREIGN;
    const char *fault = content_fault(c);
    if (fault) {
        snprintf(why, STORE_WHY, "%s", fault);
    } else {
        match = strcmp(root_text(c, "config_resolved"), config_resolved) == 0 ? STORE_SAME : STORE_OTHER;
    }
    h5file_free(c);
    return match;
}

/* ---- digest ---- */

bool store_digest(const char *path, char digest[65]) {
    struct h5_content *c = content_open(path);
    struct results *r = c ? content_results(c, path) : NULL;
    if (r) {
        struct page *page = page_create(r);
        digest_groups(r->seed, r->config_resolved, page, c->group_count, c->group, digest);
        page_free(page);
    }
    results_free(r);
    h5file_free(c);
    return r != NULL;
}

void store_digest_results(const struct results *r, char digest[65]) {
    struct page *page = page_create(r);
    digest_groups(r->seed, r->config_resolved, page, page->group_count, page->group, digest);
    page_free(page);
}
