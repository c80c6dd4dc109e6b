#include "sim/results/store.h"

#include <gsl/gsl_version.h>
#include <hdf5.h>
#include <inttypes.h>
#include <math.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/numerics.h"
#include "sim/config/resolve.h"

#ifndef GAPSCALE_VERSION
#define GAPSCALE_VERSION "unknown"
#endif
#ifndef GAPSCALE_COMMIT
#define GAPSCALE_COMMIT "unknown"
#endif

enum { ROOT_ATTRIBUTES = 24, GROUP_ATTRIBUTES = 8 + 3 * FAMILY_PARAMETERS, NAME = 64 };
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
}

/* ---- writing ---- */

/* What theory says of a series stands in a group within the series' own. */
static const char exact_prefix[] = "exact/";
enum { EXACT_PREFIX = sizeof exact_prefix - 1 };

static bool field_is_exact(const char *name) { return strncmp(name, exact_prefix, EXACT_PREFIX) == 0; }

static void exact_name(const char *series, char name[CONFIG_NAME + EXACT_PREFIX]) {
    snprintf(name, CONFIG_NAME + EXACT_PREFIX, "%s/%.*s", series, EXACT_PREFIX - 1, exact_prefix);
}

/* A series as two groups, with what their tables point to. */
struct page {
    struct results_field field[RESULTS_FIELDS];
    struct h5_dimension dimension[RESULTS_DIMENSIONS], exact_dimension[RESULTS_DIMENSIONS];
    struct h5_dataset dataset[RESULTS_FIELDS + 1], exact[RESULTS_FIELDS + 1];
    size_t dimensions, datasets, exacts, exact_dimensions;
    char exact_name[CONFIG_NAME + EXACT_PREFIX];
    struct h5_attribute attribute[GROUP_ATTRIBUTES];
    char name[3 * FAMILY_PARAMETERS][NAME];
    char (*label)[CRITERION_LABEL];
    const char **criterion;
    uint64_t replicates;
    size_t attributes;
};

static void page_add_parameters(struct page *page, const struct results_series *s) {
    for (size_t i = 0; i < s->family->parameter_count; i++) {
        const char *const part[] = {"coef", "log_power", "power"};
        const double value[] = {s->parameter[i].coef, s->parameter[i].log_power, s->parameter[i].power};
        for (size_t k = 0; k < 3; k++) {
            char *name = page->name[3 * i + k];
            snprintf(name, NAME, "%s_%s", s->family->parameter[i].name, part[k]);
            page->attribute[page->attributes++] = (struct h5_attribute){.name = name, .number = value[k]};
        }
    }
}

static void page_add_criteria(struct page *page, const struct results_series *s, struct h5_dataset *dataset) {
    size_t count = s->size[RESULTS_CRITERION];
    page->label = memory_create(count, sizeof *page->label);
    page->criterion = memory_create(count, sizeof *page->criterion);
    for (size_t i = 0; i < count; i++) {
        criterion_label(&s->criterion[i], page->label[i]);
        page->criterion[i] = page->label[i];
    }
    *dataset = (struct h5_dataset){
        .name = "criterion",
        .long_name = "what marks the collapse, with its threshold",
        .rank = 1,
        .axis = {RESULTS_CRITERION},
        .text = page->criterion,
    };
}

static struct h5_dataset field_dataset(const struct results_field *f) {
    struct h5_dataset d = {f->name, f->units, f->long_name, f->rank, {0}, *f->values, NULL};
    for (unsigned k = 0; k < f->rank; k++) { d.axis[k] = f->axis[k]; }
    return d;
}

/* The exact group has those dimensions only that it needs, with copies of their scales. */
static void page_add_exact(struct page *page, struct h5_dataset d, const struct results_series *s) {
    if (field_is_exact(d.name)) { d.name += EXACT_PREFIX; }
    for (unsigned k = 0; k < d.rank; k++) {
        const char *name = results_dimension_name[d.axis[k]];
        unsigned at = 0;
        while (at < page->exact_dimensions && page->exact_dimension[at].name != name) { at++; }
        if (at == page->exact_dimensions) {
            page->exact_dimension[page->exact_dimensions++] = (struct h5_dimension){name, s->size[d.axis[k]]};
        }
        d.axis[k] = at;
    }
    page->exact[page->exacts++] = d;
}

static void page_add_fields(struct page *page, struct results_series *s) {
    size_t fields = results_fields(s, page->field);
    page->dimensions = results_has_output(s) ? RESULTS_DIMENSIONS : RESULTS_COMPONENT;
    for (size_t i = 0; i < page->dimensions; i++) {
        page->dimension[i] = (struct h5_dimension){results_dimension_name[i], s->size[i]};
    }
    for (size_t i = 0; i < fields && page->field[i].units; i++) {
        struct h5_dataset d = field_dataset(&page->field[i]);
        if (!field_is_exact(d.name)) { page->dataset[page->datasets++] = d; }
        if (field_is_exact(d.name) || strcmp(d.name, results_dimension_name[RESULTS_LOG_N]) == 0 ||
            strcmp(d.name, "beta_ratio") == 0) {
            page_add_exact(page, d, s);
        }
    }
    page_add_criteria(page, s, &page->dataset[page->datasets]);
    page_add_exact(page, page->dataset[page->datasets++], s);
}

/* group[0] is the series, group[1] its exact values. */
static void page_make(struct page *page, struct results_series *s, struct h5_group group[2]) {
    *page = (struct page){.replicates = s->replicates};
    page_add_fields(page, s);
    exact_name(s->name, page->exact_name);
    page->attribute[0] = (struct h5_attribute){.name = "family", .text = s->family->name};
    page->attribute[1] = (struct h5_attribute){.name = "class", .text = family_class_name(s->family->class)};
    page->attribute[2] = (struct h5_attribute){.name = "replicates", .whole = &page->replicates};
    page->attributes = 3;
    page_add_parameters(page, s);
    group[0] = (struct h5_group){s->name,         page->dimensions, page->datasets, page->attributes,
                                 page->dimension, page->dataset,    page->attribute};
    group[1] = (struct h5_group){
        page->exact_name, page->exact_dimensions, page->exacts, 0, page->exact_dimension, page->exact, NULL};
}

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

    struct page *page = memory_create(results->series_count, sizeof *page);
    struct h5_group *group = memory_create(2 * results->series_count, sizeof *group);
    for (size_t i = 0; i < results->series_count; i++) {
        page_make(&page[i], &results->series[i], &group[2 * i]);
    }
    int status = h5file_write(path, stamp.count, stamp.attribute, 2 * results->series_count, group);
    for (size_t i = 0; i < results->series_count; i++) {
        free(page[i].label);
        free(page[i].criterion);
    }
    free(page);
    free(group);
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
    for (size_t i = 0; i < s->family->parameter_count; i++) {
        double *const value[] = {&s->parameter[i].coef, &s->parameter[i].log_power, &s->parameter[i].power};
        const char *const part[] = {"coef", "log_power", "power"};
        for (size_t k = 0; k < 3; k++) {
            char name[NAME];
            snprintf(name, sizeof name, "%s_%s", s->family->parameter[i].name, part[k]);
            const struct h5_attribute *a = h5file_attribute(g->attribute_count, g->attribute, name);
            if (!a || a->text || a->whole) { return false; }
            *value[k] = a->number;
        }
    }
    return true;
}

/* A file may come from anywhere: lengths and parameters must be what a config allows. */
static bool values_are_allowed(const struct results_series *s) {
    size_t components = s->size[RESULTS_COMPONENT];
    bool output = components > 0 && s->size[RESULTS_COLUMN] > 1 && s->size[RESULTS_LEVEL] > 0;
    if (results_has_output(s) &&
        !(output && s->family->on_sphere && s->size[RESULTS_PAIR] == components * (components + 1) / 2 &&
          schedule_is_constant(&s->parameter[0]))) {
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

/* Files of earlier versions have no exact values, or fewer. */
static bool read_field(const struct h5_group *g, const struct h5_group *exact, const struct results_series *s,
                       const struct results_field *f) {
    bool is_exact = field_is_exact(f->name);
    if (is_exact && !exact) { return true; }
    if (is_exact) { g = exact; }
    const struct h5_dataset *d = h5file_dataset(g, f->name + (is_exact ? EXACT_PREFIX : 0));
    if (!d && is_exact) { return true; }
    if (!d || !d->number || d->rank != f->rank) { return false; }
    for (unsigned k = 0; k < f->rank; k++) {
        if (g->dimension[d->axis[k]].size != s->size[f->axis[k]]) { return false; }
    }
    memcpy(*f->values, d->number, results_field_size(s, f) * sizeof(double));
    return true;
}

static bool read_series(const struct h5_content *c, const struct h5_group *g, struct results_series *s) {
    const struct h5_attribute *family = h5file_attribute(g->attribute_count, g->attribute, "family");
    const struct h5_attribute *replicates = h5file_attribute(g->attribute_count, g->attribute, "replicates");
    s->family = family && family->text ? family_find(family->text) : NULL;
    if (!s->family || !replicates || !replicates->whole || strlen(g->name) >= sizeof s->name) {
        return false;
    }
    snprintf(s->name, sizeof s->name, "%s", g->name);
    s->replicates = *replicates->whole;
    for (size_t i = 0; i < RESULTS_DIMENSIONS; i++) {
        s->size[i] = dimension_size(g, results_dimension_name[i]);
        if (s->size[i] == 0 && i < RESULTS_COMPONENT) { return false; }
    }
    results_allocate(s);
    struct results_field field[RESULTS_FIELDS];
    size_t fields = results_fields(s, field);
    char within[CONFIG_NAME + EXACT_PREFIX];
    exact_name(s->name, within);
    const struct h5_group *exact = find_group(c, within);
    bool good = read_parameters(g, s) && read_criteria(g, s);
    for (size_t i = 0; good && i < fields && field[i].units; i++) {
        good = read_field(g, exact, s, &field[i]);
    }
    return good && values_are_allowed(s);
}

/* Where a series stands in the config: the file lists its groups by name, people want their own order. */
static size_t config_position(const char *resolved, const char *name) {
    char line[CONFIG_NAME + 16];
    snprintf(line, sizeof line, "name: %s\n", name);
    const char *at = strstr(resolved, line);
    return at ? (size_t)(at - resolved) : strlen(resolved);
}

struct ranked {
    size_t position;
    struct results_series series;
};

static int by_position(const void *a, const void *b) {
    size_t x = ((const struct ranked *)a)->position, y = ((const struct ranked *)b)->position;
    return (x > y) - (x < y);
}

static void sort_series(struct results *r) {
    struct ranked *ranked = memory_create(r->series_count, sizeof *ranked);
    for (size_t i = 0; i < r->series_count; i++) {
        ranked[i] = (struct ranked){config_position(r->config_resolved, r->series[i].name), r->series[i]};
    }
    qsort(ranked, r->series_count, sizeof *ranked, by_position);
    for (size_t i = 0; i < r->series_count; i++) { r->series[i] = ranked[i].series; }
    free(ranked);
}

static char *copy_text(const char *text) { return memory_copy_text(text, strlen(text)); }

struct results *store_read(const char *path) {
    struct h5_content *c = content_open(path);
    if (!c) { return NULL; }
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
        for (size_t i = 0; !fault && i < c->group_count; i++) {
            if (strchr(c->group[i].name, '/')) { continue; }
            if (!read_series(c, &c->group[i], &r->series[r->series_count++])) {
                fault = "one of its series is not as results/SCHEMA.md says";
            }
        }
    }
    h5file_free(c);
    if (!fault) {
        sort_series(r);
        return r;
    }
    message_error("cannot read %s: %s", path, fault);
    results_free(r);
    return NULL;
}

enum store_match store_compare(const char *path, const char *config_resolved) {
    if (access(path, F_OK) != 0) { return STORE_ABSENT; }
    char why[H5_WHY];
    struct h5_content *c = h5file_read(path, why);
    if (!c) { return STORE_FOREIGN; }
    enum store_match match = STORE_FOREIGN;
    if (!content_fault(c)) {
        match = strcmp(root_text(c, "config_resolved"), config_resolved) == 0 ? STORE_SAME : STORE_OTHER;
    }
    h5file_free(c);
    return match;
}

/* ---- digest ---- */

static void hash_bytes(struct sha256_ctx *hash, size_t size, const void *bytes) {
    sha256_update(hash, size, bytes);
}

static void hash_whole(struct sha256_ctx *hash, uint64_t value) {
    uint8_t byte[8];
    for (size_t i = 0; i < 8; i++) { byte[i] = (uint8_t)(value >> (8 * i)); }
    hash_bytes(hash, sizeof byte, byte);
}

static void hash_text(struct sha256_ctx *hash, const char *text) {
    hash_whole(hash, text ? strlen(text) : UINT64_MAX);
    if (text) { hash_bytes(hash, strlen(text), (const uint8_t *)text); }
}

static void hash_number(struct sha256_ctx *hash, double value) {
    uint64_t bits = 0x7ff8000000000000u; /* every NaN alike */
    if (!isnan(value)) { memcpy(&bits, &value, sizeof bits); }
    hash_whole(hash, bits);
}

static void hash_dataset(struct sha256_ctx *hash, const struct h5_group *g, const struct h5_dataset *d) {
    size_t count = 1;
    hash_text(hash, d->name);
    hash_text(hash, d->units);
    hash_text(hash, d->long_name);
    for (unsigned k = 0; k < d->rank; k++) {
        count *= g->dimension[d->axis[k]].size;
        hash_text(hash, g->dimension[d->axis[k]].name);
        hash_whole(hash, g->dimension[d->axis[k]].size);
    }
    for (size_t i = 0; i < count; i++) {
        if (d->text) {
            hash_text(hash, d->text[i]);
        } else {
            hash_number(hash, d->number[i]);
        }
    }
}

static void hash_group(struct sha256_ctx *hash, const struct h5_group *g) {
    hash_text(hash, g->name);
    for (size_t i = 0; i < g->attribute_count; i++) {
        hash_text(hash, g->attribute[i].name);
        hash_text(hash, g->attribute[i].text);
        hash_whole(hash, g->attribute[i].whole ? *g->attribute[i].whole : 0);
        hash_number(hash, g->attribute[i].number);
    }
    for (size_t i = 0; i < g->dataset_count; i++) { hash_dataset(hash, g, &g->dataset[i]); }
}

bool store_digest(const char *path, char digest[65]) {
    struct h5_content *c = content_open(path);
    if (!c) { return false; }
    const char *fault = content_fault(c);
    if (fault) {
        message_error("cannot read %s: %s", path, fault);
        h5file_free(c);
        return false;
    }
    struct sha256_ctx hash;
    sha256_init(&hash);
    hash_whole(&hash, *root_whole(c, "seed"));
    hash_text(&hash, root_text(c, "config_resolved"));
    for (size_t i = 0; i < c->group_count; i++) { hash_group(&hash, &c->group[i]); }
    uint8_t bytes[SHA256_DIGEST_SIZE];
    sha256_digest(&hash, sizeof bytes, bytes);
    for (size_t i = 0; i < sizeof bytes; i++) { snprintf(digest + 2 * i, 3, "%02x", bytes[i]); }
    h5file_free(c);
    return true;
}
