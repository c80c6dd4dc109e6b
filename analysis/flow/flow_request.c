#include "analysis/flow/flow_request.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/number.h"
#include "sim/config/arguments.h"

enum { MOST_DIMENSION = 1000, MOST_COMPONENTS = 64, MOST_ITEMS = MOST_COMPONENTS * MOST_DIMENSION };

#define CLOSED(LEAST, MOST)                                                                                  \
    { .low = (LEAST), .high = (MOST) }

/* The only place that knows a key's default and range. */
static const struct {
    const char *name;
    double initial;
    struct value_range range; /* its high end may be infinite: `inf` is then a value */
    bool whole;
    const char *doc;
} known_key[FLOW_KEYS] = {
    [FLOW_DIMENSION] = {"dimension", 2, CLOSED(2, MOST_DIMENSION), true,
                        "dimension d of the space around the sphere"},
    [FLOW_LENGTH] = {"n", 4096, CLOSED(2, 200000), true, "tokens"},
    [FLOW_BETA] = {"beta", 32, CLOSED(1e-6, 1e300), false, "inverse temperature"},
    [FLOW_MODES] = {"modes", 12, CLOSED(1, 64), true, "harmonics of degree 1 to this one"},
    [FLOW_STEPS] = {"steps", 3, CLOSED(1, 100), true, "steps of attention"},
    [FLOW_REPLICATES] = {"replicates", 64, CLOSED(8, 100000), true,
                         "independent sets of tokens, at least 8 and 2 a mode"},
    [FLOW_TAU] = {"tau", INFINITY, {0, INFINITY, true, false}, false, "step x + tau ATT; inf: ATT alone"},
    [FLOW_EPS] = {"eps", 0.05, CLOSED(0, 0.999), false,
                  "amplitude of the mode that is put on and followed; 0: none"},
    [FLOW_SEED] = {"seed", 20260512, CLOSED(0, 0x1p53), true, "of all randomness"},
};

/* Keys of a number or a list, about the laws of the keys for the drift. */
enum list_key { CONCENTRATION, SHARE, DIRECTION, LISTS };
static const struct {
    const char *name;
    struct value_range range;
    const char *wanted, *text, *doc;
} listed[LISTS] = {
    [CONCENTRATION] = {"concentration", CLOSED(0, 1e6), "a number or a list [a, b]", "C, [C,...]",
                       "von Mises-Fisher keys for the drift, or a mixture of such laws (none)"},
    [SHARE] = {"share", CLOSED(1e-300, 1e300), "a number or a list [a, b]", "[A,...]",
               "weights of those laws, to any sum (equal)"},
    [DIRECTION] = {"direction", CLOSED(-INFINITY, INFINITY),
                   "a list [a, b, ...], or one such list for each concentration, all as long: [[a, b, ...], "
                   "...]",
                   "[a,b,...]", "mean direction, of any length; [[a,b,...],...] of several (the first axis)"},
};

/* A number, a list, or a list of lists of one length. */
struct list {
    const struct yaml_node *node; /* where it is written; NULL: not given, or faulty */
    size_t rows, columns;
    double *value;
};

struct reading {
    struct flow_request *request;
    struct arguments arguments;
    struct list list[LISTS];
};

const char *flow_request_name(enum flow_key key) { return known_key[key].name; }

static void explain(struct flow_help *help, size_t k, const char *name, const char *value, const char *doc) {
    snprintf(help->term[k], sizeof help->term[k], "%s=%s", name, value);
    help->entry[k] = (struct commandline_entry){help->term[k], doc};
}

void flow_request_help(struct flow_help *help) {
    char number[NUMBER_TEXT];
    for (size_t k = 0; k < FLOW_KEYS; k++) {
        explain(help, k, known_key[k].name,
                isfinite(known_key[k].initial) ? number_print(known_key[k].initial, number) : "inf",
                known_key[k].doc);
    }
    for (size_t k = 0; k < LISTS; k++) {
        explain(help, FLOW_KEYS + k, listed[k].name, listed[k].text, listed[k].doc);
    }
}

/* ---- reading ---- */

static bool is_infinity(const struct yaml_node *node) {
    return node->kind == YAML_SCALAR && !node->quoted && strcmp(node->text, "inf") == 0;
}

static void read_value(enum flow_key key, const struct yaml_node *node, double *value) {
    uint64_t count;
    if (known_key[key].whole) {
        const struct value_range *range = &known_key[key].range;
        if (value_count(node, known_key[key].name, (uint64_t)range->low, (uint64_t)range->high, &count)) {
            *value = (double)count;
        }
    } else if (isinf(known_key[key].range.high) && is_infinity(node)) {
        *value = INFINITY;
    } else {
        value_real(node, known_key[key].name, &known_key[key].range, value);
    }
}

/* The items of one list, or of one that stands in another. */
static bool read_items(enum list_key key, const struct yaml_node *node, double *value) {
    bool good = true;
    for (size_t i = 0; i < value_item_count(node); i++) {
        good &= value_real(value_item(node, i), listed[key].name, &listed[key].range, &value[i]);
    }
    return good;
}

/* Lists of one length, of numbers. */
static bool is_table(const struct yaml_node *node) {
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *row = node->value[i];
        if (row->kind != YAML_LIST || row->count == 0 || row->count != node->value[0]->count) {
            return false;
        }
    }
    return true;
}

static void read_list(enum list_key key, const struct yaml_node *node, struct list *list) {
    const bool nests =
        key == DIRECTION && node->kind == YAML_LIST && node->count > 0 && node->value[0]->kind == YAML_LIST;
    const size_t rows = nests ? node->count : 1, columns = value_item_count(nests ? node->value[0] : node);
    if (node->kind == YAML_MAPPING || columns == 0 || rows * columns > MOST_ITEMS ||
        (key == DIRECTION && node->kind == YAML_SCALAR) || (nests && !is_table(node))) {
        value_refuse(node, listed[key].name, listed[key].wanted);
        return;
    }
    bool good = true;
    double *value = memory_create(rows * columns, sizeof *value);
    for (size_t i = 0; i < rows; i++) {
        good &= read_items(key, nests ? node->value[i] : node, value + i * columns);
    }
    *list = good ? (struct list){node, rows, columns, value} : (struct list){0};
    if (!good) { free(value); }
}

static void read_keys(struct reading *reading) {
    const struct yaml_node *root = reading->arguments.root, *node;
    for (size_t k = 0; k < FLOW_KEYS; k++) {
        reading->request->value[k] = known_key[k].initial;
        if ((node = yaml_find(root, known_key[k].name))) {
            read_value((enum flow_key)k, node, &reading->request->value[k]);
        }
    }
    for (size_t k = 0; k < LISTS; k++) {
        if ((node = yaml_find(root, listed[k].name))) {
            read_list((enum list_key)k, node, &reading->list[k]);
        }
    }
}

/* ---- laws of the keys ---- */

static size_t list_count(const struct list *list) { return list->rows * list->columns; }

static bool keys_are_gathered(const struct list *concentration) {
    bool some = false;
    for (size_t i = 0; i < list_count(concentration); i++) { some = some || concentration->value[i] > 0; }
    return some;
}

/* A fault at a list that was given, or at the concentrations. */
#define REFUSE(at, ...) YAML_FAULT((at)->node, __VA_ARGS__)

/* One law for each concentration. */
static void check_lists(struct reading *reading) {
    const struct list *concentration = &reading->list[CONCENTRATION], *share = &reading->list[SHARE];
    const struct list *direction = &reading->list[DIRECTION];
    size_t count = list_count(concentration), d = reading->request->design.dimension;
    if (count > MOST_COMPONENTS) {
        REFUSE(concentration, "`concentration` has %zu numbers; at most %d laws can be mixed", count,
               MOST_COMPONENTS);
        return;
    }
    if (share->node && list_count(share) != count) {
        REFUSE(share, "`share` has %zu numbers, `concentration` %zu; give one for each", list_count(share),
               count);
    }
    if (count > 1 && !direction->node) {
        REFUSE(concentration, "%zu concentrations need as many directions: direction=[[a,b,...],...]", count);
    } else if (direction->node && direction->rows != count) {
        REFUSE(direction, "`direction` has %zu lists, `concentration` %zu numbers; give one for each",
               direction->rows, count);
    } else if (direction->node && direction->columns != d) {
        REFUSE(direction, "%s has %zu numbers; dimension=%zu needs %zu",
               count > 1 ? "a direction" : "`direction`", direction->columns, d, d);
    }
}

/* A unit vector. False where its numbers are below the least normal double: they have lost their digits. */
static bool mean_make(size_t d, const double *direction, double *mean) {
    double largest = 0, square = 0;
    for (size_t c = 0; c < d; c++) { largest = fmax(largest, fabs(direction[c])); }
    if (largest < 0x1p-1022) { return false; }
    for (size_t c = 0; c < d; c++) {
        mean[c] = direction[c] / largest;
        square += mean[c] * mean[c];
    }
    for (size_t c = 0; c < d; c++) { mean[c] /= sqrt(square); }
    return true;
}

static void means_make(struct reading *reading, size_t count, size_t d) {
    const struct list *direction = &reading->list[DIRECTION];
    for (size_t k = 0; k < count; k++) {
        double *mean = reading->request->mean + k * d;
        mean[0] = 1;
        if (direction->node && !mean_make(d, direction->value + k * d, mean)) {
            REFUSE(direction, "a direction is zero, or its largest number below 2.3e-308, where numbers lose "
                              "their digits: any other length will do");
            return;
        }
    }
}

static void keys_make(struct reading *reading) {
    struct flow_request *r = reading->request;
    const struct list *list = reading->list;
    size_t count = list_count(&list[CONCENTRATION]), d = r->design.dimension;
    if (!keys_are_gathered(&list[CONCENTRATION])) {
        const struct list *alone = list[SHARE].node ? &list[SHARE] : &list[DIRECTION];
        if (alone->node) {
            REFUSE(alone, "this is of keys with concentration=C, C > 0; give one, or leave it out");
        }
        return;
    }
    check_lists(reading);
    if (reading->arguments.reader.faults->count > 0) { return; }
    r->component = memory_create(count, sizeof *r->component);
    r->mean = memory_create(count * d, sizeof *r->mean);
    means_make(reading, count, d);
    for (size_t k = 0; k < count; k++) {
        r->component[k] = (struct sphere_component){list[SHARE].node ? list[SHARE].value[k] : 1,
                                                    list[CONCENTRATION].value[k], r->mean + k * d};
    }
    r->keys = (struct sphere_mixture){d, count, r->component};
}

static void design_make(struct flow_request *r) {
    const double *v = r->value;
    r->design = (struct flow_design){
        .dimension = (size_t)v[FLOW_DIMENSION],
        .count = (size_t)v[FLOW_LENGTH],
        .beta = v[FLOW_BETA],
        .tau = v[FLOW_TAU],
        .modes = (unsigned)v[FLOW_MODES],
        .steps = (unsigned)v[FLOW_STEPS],
        .replicates = (size_t)v[FLOW_REPLICATES],
        .seed = (uint64_t)v[FLOW_SEED],
    };
}

static void check_replicates(struct reading *reading) {
    const double *v = reading->request->value;
    const struct yaml_node *at = yaml_find(reading->arguments.root, known_key[FLOW_REPLICATES].name);
    if (v[FLOW_REPLICATES] >= 2 * v[FLOW_MODES]) { return; }
    at = at ? at : yaml_find(reading->arguments.root, known_key[FLOW_MODES].name);
    YAML_FAULT(at, "replicates=%g: the test of %g modes together needs at least %g", v[FLOW_REPLICATES],
               v[FLOW_MODES], 2 * v[FLOW_MODES]);
}

bool flow_request_read(struct flow_request *request, size_t count, char *const *word) {
    const char *names[FLOW_KEYS + LISTS];
    for (size_t k = 0; k < FLOW_KEYS; k++) { names[k] = known_key[k].name; }
    for (size_t k = 0; k < LISTS; k++) { names[FLOW_KEYS + k] = listed[k].name; }
    *request = (struct flow_request){0};
    struct reading reading = {.request = request,
                              .arguments =
                                  arguments_read("flow", "flow", count, word, FLOW_KEYS + LISTS, names)};
    read_keys(&reading);
    if (reading.arguments.reader.faults->count == 0) {
        design_make(request);
        check_replicates(&reading);
        keys_make(&reading);
    }
    for (size_t k = 0; k < LISTS; k++) { free(reading.list[k].value); }
    return arguments_end(&reading.arguments);
}

void flow_request_free(struct flow_request *request) {
    free(request->component);
    free(request->mean);
}
