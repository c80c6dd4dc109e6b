#include "sim/config/config_read.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/config/arguments.h"
#include "sim/config/override.h"
#include "sim/config/resolve.h"
#include "sim/config/series.h"
#include "sim/config/text.h"

enum { WEIGHTS_LIMIT = 64 };

static const char *const top_keys[] = {
    SERIES_SHARED_KEYS, "seed",   "common_randomness", "keep_replicates", "ordered_weights",
    "quantiles",        "series",
};

static void read_top(const struct yaml_node *defaults, const struct yaml_node *root, struct config *config) {
    const struct yaml_node *quantiles = reader_find(root, defaults, "quantiles");
    uint64_t weights = 0;
    yaml_check_keys(root, "the config", READER_COUNT(top_keys), top_keys);
    value_count(reader_find(root, defaults, "seed"), "seed", 0, UINT64_MAX, &config->seed);
    value_flag(reader_find(root, defaults, "common_randomness"), "common_randomness",
               &config->common_randomness);
    value_count(reader_find(root, defaults, "keep_replicates"), "keep_replicates", 1, READER_REPLICATES,
                &config->keep_replicates);
    value_count(reader_find(root, defaults, "ordered_weights"), "ordered_weights", 1, WEIGHTS_LIMIT,
                &weights);
    config->ordered_weights = (size_t)weights;
    if (reader_list_fits(quantiles, "quantiles", CONFIG_QUANTILES)) {
        config->quantile_count = reader_reals(quantiles, "quantiles", &value_fraction, config->quantile);
    }
}

static void apply_overrides(struct yaml_node *root, size_t count, const char *const *set,
                            struct fault_source *source) {
    for (size_t i = 0; i < count; i++) {
        if (arguments_source("--set", set[i], root->source->faults, &source[i]) &&
            root->kind == YAML_MAPPING) {
            override_apply(root, &source[i]);
        }
    }
}

/* Faults go where those of the first source do. */
static void read_config(const struct yaml_node *defaults, struct fault_source *source, size_t count,
                        const char *const *set, struct config *config) {
    struct yaml_node *root = yaml_parse(source, 0);
    if (!root) { return; }
    apply_overrides(root, count, set, source + 1);
    if (reader_is_mapping(root, "config", "a mapping of keys, with at least a list `series:`")) {
        read_top(defaults, root, config);
        series_read(defaults, root, config);
    }
    if (fault_count(source) == 0) { config->resolved = resolve_config(config); }
    yaml_free(root);
}

struct config *config_read(const char *path, size_t count, const char *const *set) {
    struct config *config = memory_create(1, sizeof *config);
    struct fault_source *source = memory_create(count + 1, sizeof *source);
    struct reader reader = reader_start();
    source->name = path;
    source->faults = reader.faults;
    config->text = text_read(path, source);
    if (config->text) { read_config(reader.defaults, source, count, set, config); }
    bool good = reader_end(&reader, true);
    free(source);
    if (good) { return config; }
    config_free(config);
    return NULL;
}

struct config *config_read_resolved(const char *text) {
    struct config *config = memory_create(1, sizeof *config);
    struct reader reader = reader_start();
    struct fault_source source = {"config_resolved", text, strlen(text), reader.faults};
    config->text = memory_copy_part(text, source.length);
    read_config(reader.defaults, &source, 0, NULL, config);
    if (reader_end(&reader, false)) { return config; }
    config_free(config);
    return NULL;
}
