#include "sim/config/target.h"

#include <string.h>

#include "sim/base/number.h"

void target_read(const struct yaml_node *node, struct config_series *out) {
    static const char *const keys[] = {"collapse"};
    if (node->kind == YAML_SCALAR && strcmp(node->text, "none") == 0) {
        out->target = 0;
        return;
    }
    if (!reader_is_mapping(node, "target", "none, or a mapping such as {collapse: 0.01}")) { return; }
    yaml_check_keys(node, "`target`", READER_COUNT(keys), keys);
    const struct yaml_node *collapse = yaml_find(node, "collapse");
    if (collapse) {
        value_real(collapse, "target.collapse", &value_fraction, &out->target);
    } else {
        YAML_FAULT(
            node, "`target` says nothing; write {collapse: X}, X the relative standard error that is enough");
    }
}

void target_check(const struct yaml_node *node, const struct config_series *series, bool common) {
    enum { FEWEST = 3 };
    const struct yaml_node *given = yaml_find(node, "target"), *at = given ? given : node;
    if (series->target > 0 && series->beta.count < FEWEST) {
        YAML_FAULT(at,
                   "series `%s` has a target and %zu beta%s, between which no collapse point is found; ask "
                   "for more betas, or write `target: none` in this series",
                   series->name, series->beta.count, series->beta.count == 1 ? "" : "s");
    }
    if (series->target > 0 && series->output.asked) {
        YAML_FAULT(at,
                   "series `%s` has a target, and an output, whose betas are not there for the collapse; "
                   "leave one of them out",
                   series->name);
    }
    if (series->target > 0 && common) {
        YAML_FAULT(at,
                   "series `%s` has a target, so that replicates differ from n to n, and `common_randomness` "
                   "takes the same at every n; leave one of them out",
                   series->name);
    }
}

void target_write(FILE *out, double target) {
    char text[NUMBER_TEXT];
    if (target > 0) {
        fprintf(out, "target: {collapse: %s}\n", number_print(target, text));
    } else {
        fputs("target: none\n", out);
    }
}
