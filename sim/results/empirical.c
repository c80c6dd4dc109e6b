#include "sim/results/empirical.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/config/value.h"
#include "sim/config/yaml.h"

const double empirical_quantile[EMPIRICAL_QUANTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};
static const struct criterion criterion[EMPIRICAL_CRITERIA] = {{CRITERION_ENTROPY, 1},
                                                               {CRITERION_PARTICIPATION, 0.5},
                                                               {CRITERION_TOP_TWO_RATIO, 0.5},
                                                               {CRITERION_SUSCEPTIBILITY, 0}};
enum { MOST_LENGTHS = 1 << 16, MOST_BLOCKS = 256 };
static const uint64_t MOST_ROWS = (uint64_t)1 << 48;

bool empirical_is(const char *resolved) {
    static const char start[] = "diagnose:";
    return strncmp(resolved, start, sizeof start - 1) == 0;
}

static size_t list_length(const struct yaml_node *root, const char *name) {
    const struct yaml_node *list = yaml_find(root, name);
    return list && list->kind == YAML_LIST && list->count <= MOST_LENGTHS ? list->count : 0;
}

static const char *text_of(const struct yaml_node *root, const char *name) {
    const struct yaml_node *node = yaml_find(root, name);
    return node && node->kind == YAML_SCALAR ? node->text : NULL;
}

static void read_source(const struct yaml_node *root, struct results_series *s) {
    const char *model = text_of(root, "model"), *trained = text_of(root, "trained");
    s->model = model ? memory_copy_text(model) : NULL;
    s->trained = trained ? strtod(trained, NULL) : NAN;
}

static bool read_series(const struct yaml_node *node, struct results_series *s) {
    const struct yaml_node *name = node->kind == YAML_MAPPING ? yaml_find(node, "name") : NULL,
                           *rows = name ? yaml_find(node, "rows") : NULL;
    if (!rows || name->kind != YAML_SCALAR || strlen(name->text) >= sizeof s->name) { return false; }
    strcpy(s->name, name->text);
    s->family = family_stored("empirical");
    return value_count(rows, "rows", 1, MOST_ROWS, &s->replicates);
}

static void size_series(struct results_series *s, size_t lengths, size_t betas, size_t blocks) {
    results_size_common(s, lengths, betas, EMPIRICAL_QUANTILES, EMPIRICAL_RANKS, EMPIRICAL_CRITERIA);
    s->size[RESULTS_BLOCK] = blocks;
    s->size[RESULTS_REPLICATE] = s->replicates < EMPIRICAL_KEPT ? s->replicates : EMPIRICAL_KEPT;
    s->size[RESULTS_SPACING] = EMPIRICAL_SPACINGS;
    s->size[RESULTS_WINDOW] = EMPIRICAL_WINDOWS;
    s->size[RESULTS_PRESCRIPTION] = EMPIRICAL_PRESCRIPTIONS;
    s->size[RESULTS_MULTIPLIER] = EMPIRICAL_MULTIPLIERS;
    s->criterion = memory_copy(criterion, EMPIRICAL_CRITERIA, sizeof *criterion);
}

static bool fill_shape(const struct yaml_node *root, struct results *r) {
    const struct yaml_node *list = yaml_find(root, "series"), *blocks = yaml_find(root, "blocks");
    size_t lengths = list_length(root, "n"), betas = list_length(root, "beta");
    uint64_t count;
    if (!list || list->kind != YAML_LIST || !blocks || lengths == 0 || betas == 0 ||
        !value_count(blocks, "blocks", 1, MOST_BLOCKS, &count)) {
        return false;
    }
    r->series = memory_create(list->count, sizeof *r->series);
    for (size_t i = 0; i < list->count; i++) {
        struct results_series *s = &r->series[r->series_count++];
        if (!read_series(list->value[i], s)) { return false; }
        size_series(s, lengths, betas, count);
        read_source(root, s);
    }
    return r->series_count > 0;
}

struct results *empirical_shape(const char *resolved) {
    const struct fault_source source = {.name = "config", .text = resolved, .length = strlen(resolved)};
    struct yaml_node *root = yaml_parse(&source, 0);
    struct results *r = memory_create(1, sizeof *r);
    bool good = root && root->kind == YAML_MAPPING && fill_shape(root, r);
    yaml_free(root);
    if (good) { return r; }
    results_free(r);
    return NULL;
}
