#include "analysis/flow/flow_request.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/nearest.h"
#include "sim/base/number.h"

enum { MOST_DIMENSION = 1000, MOST_COMPONENTS = 64 };

/* The only place that knows a key's default and range. */
static const struct {
    const char *name;
    double initial, low, high;
    bool open, whole; /* open: low itself is not allowed */
    const char *doc;
} known[FLOW_KEYS] = {
    [FLOW_DIMENSION] = {"dimension", 2, 2, MOST_DIMENSION, false, true,
                        "dimension d of the space around the sphere"},
    [FLOW_LENGTH] = {"n", 4096, 2, 200000, false, true, "tokens"},
    [FLOW_BETA] = {"beta", 32, 1e-6, 1e300, false, false, "inverse temperature"},
    [FLOW_MODES] = {"modes", 12, 1, 64, false, true, "harmonics of degree 1 to this one"},
    [FLOW_STEPS] = {"steps", 3, 1, 100, false, true, "steps of attention"},
    [FLOW_REPLICATES] = {"replicates", 64, 8, 100000, false, true,
                         "independent sets of tokens, at least 2 modes"},
    [FLOW_TAU] = {"tau", INFINITY, 0, INFINITY, true, false, "step x + tau ATT; inf: ATT alone"},
    [FLOW_EPS] = {"eps", 0.05, 0, 0.999, false, false,
                  "amplitude of the mode that is put on and followed; 0: none"},
    [FLOW_SEED] = {"seed", 20260512, 0, 0x1p53, false, true, "of all randomness"},
};

/* Keys of a number or a list, about the laws of the keys for the drift. */
enum list_key { CONCENTRATION, SHARE, DIRECTION, LISTS };
static const struct {
    const char *name;
    double low, high;
    const char *range, *text, *doc;
} listed[LISTS] = {
    [CONCENTRATION] = {"concentration", 0, 1e6, "numbers from 0 to 1000000", "C, [C,...]",
                       "von Mises-Fisher keys for the drift, or a mixture of such laws (none)"},
    [SHARE] = {"share", 1e-300, 1e300, "positive numbers from 1e-300 to 1e300", "[A,...]",
               "weights of those laws, to any sum (equal)"},
    [DIRECTION] = {"direction", -INFINITY, INFINITY, "finite numbers", "[a,b,...]",
                   "mean direction, of any length; [[a,b,...],...] of several (the first axis)"},
};

/* A number (depth 0), a list (1) or a list of lists of one length (2). */
struct list {
    unsigned depth;
    size_t rows, columns;
    double *value; /* NULL: not given */
};

struct reading {
    struct flow_request *request;
    bool given[FLOW_KEYS];
    struct list list[LISTS];
};

const char *flow_request_name(enum flow_key key) { return known[key].name; }

void flow_request_help(FILE *out) {
    char number[NUMBER_TEXT];
    for (size_t k = 0; k < FLOW_KEYS; k++) {
        const char *text = isfinite(known[k].initial) ? number_print(known[k].initial, number) : "inf";
        fprintf(out, "  %s=%-*s %s\n", known[k].name, (int)(24 - strlen(known[k].name)), text, known[k].doc);
    }
    for (size_t k = 0; k < LISTS; k++) {
        fprintf(out, "  %s=%-*s %s\n", listed[k].name, (int)(24 - strlen(listed[k].name)), listed[k].text,
                listed[k].doc);
    }
}

/* ---- single numbers ---- */

static bool value_is_good(enum flow_key key, double x) {
    if (!(x >= known[key].low && x <= known[key].high) || (known[key].open && x == known[key].low)) {
        return false;
    }
    return !known[key].whole || x == floor(x);
}

static bool refuse_value(enum flow_key key, const char *text) {
    char low[NUMBER_TEXT], high[NUMBER_TEXT];
    number_print(known[key].low, low);
    if (isfinite(known[key].high)) {
        number_print(known[key].high, high);
    } else {
        snprintf(high, sizeof high, "inf");
    }
    message_error("%s=%s: expected a %snumber %s %s to %s%s", known[key].name, text,
                  known[key].whole ? "whole " : "", known[key].open ? "above" : "from", low, high,
                  key == FLOW_EPS ? ": a harmonic is between -1 and 1, and 1 + eps times it must be a density"
                                  : "");
    return false;
}

static bool read_value(enum flow_key key, const char *text, double *value) {
    if (strcmp(text, "inf") == 0) {
        *value = INFINITY;
    } else if (!number_read(text, value, NULL)) {
        return refuse_value(key, text);
    }
    return value_is_good(key, *value) || refuse_value(key, text);
}

/* ---- lists ---- */

/* The number at *at, which moves to what follows it. */
static bool read_item(const char **at, double *x) {
    const char *start = *at + strspn(*at, " ");
    size_t length = strcspn(start, " ,[]");
    char *word = memory_copy_text(start, length);
    bool good = number_read(word, x, NULL);
    free(word);
    *at = start + length + strspn(start + length, " ");
    return good;
}

static bool list_add(struct list *list, size_t count, double x) {
    if (count >= (size_t)MOST_COMPONENTS * MOST_DIMENSION) { return false; }
    list->value = memory_resize(list->value, count + 1, sizeof *list->value);
    list->value[count] = x;
    return true;
}

/* Numbers after a '[' up to its ']'; *count numbers are there before. */
static bool read_items(const char **at, struct list *list, size_t *count) {
    double x;
    do {
        if (**at == ',' || **at == '[') { (*at)++; }
        if (!read_item(at, &x) || !list_add(list, (*count)++, x)) { return false; }
    } while (**at == ',');
    return *(*at)++ == ']';
}

static bool read_rows(const char **at, struct list *list, size_t *count) {
    do {
        (*at)++; /* the outer '[', or ',' */
        *at += strspn(*at, " ");
        size_t before = *count;
        if (**at != '[' || !read_items(at, list, count)) { return false; }
        if (list->rows > 0 && *count - before != list->columns) { return false; }
        list->columns = *count - before;
        list->rows++;
        *at += strspn(*at, " ");
    } while (**at == ',');
    return *(*at)++ == ']';
}

static bool list_parse(const char *text, struct list *list) {
    const char *at = text + strspn(text, " ");
    size_t count = 0;
    double x;
    bool good;
    if (*at != '[') {
        good = read_item(&at, &x) && list_add(list, count, x);
        list->rows = list->columns = 1;
    } else if (at[1 + strspn(at + 1, " ")] == '[') {
        list->depth = 2;
        good = read_rows(&at, list, &count);
    } else {
        list->depth = 1;
        good = read_items(&at, list, &count);
        list->rows = 1;
        list->columns = count;
    }
    return good && at[strspn(at, " ")] == '\0';
}

static bool read_list(enum list_key key, const char *text, struct list *list) {
    bool good = list_parse(text, list) && (key == DIRECTION ? list->depth > 0 : list->depth < 2);
    for (size_t i = 0; good && i < list->rows * list->columns; i++) {
        double x = list->value[i];
        good = isfinite(x) && x >= listed[key].low && x <= listed[key].high;
    }
    if (!good) {
        message_error("%s=%s: expected %s, %s", listed[key].name, text, listed[key].range,
                      key == DIRECTION ? "[a,b,...] or one such list for each concentration, all as long: "
                                         "[[a,b,...],...]"
                                       : "one or a list [a,b,...]");
    }
    return good;
}

/* ---- words ---- */

static bool refuse_key(const char *word, const char *key) {
    const char *names[FLOW_KEYS + LISTS];
    for (size_t k = 0; k < FLOW_KEYS; k++) { names[k] = known[k].name; }
    for (size_t k = 0; k < LISTS; k++) { names[FLOW_KEYS + k] = listed[k].name; }
    const char *near = nearest_name(key, FLOW_KEYS + LISTS, names);
    message_error("flow has no key '%s'%s%s%s", *key ? key : word, near ? "; did you mean '" : "",
                  near ? near : "", near ? "'?" : "; gapscale flow -h lists them");
    return false;
}

static bool refuse_twice(const char *key) {
    message_error("%s is given twice; keep one", key);
    return false;
}

static bool read_word(struct reading *reading, const char *word) {
    const char *value = strchr(word, '=');
    char key[32] = "";
    if (!value) {
        message_error("'%s': expected KEY=VALUE", word);
        return false;
    }
    snprintf(key, sizeof key, "%.*s", (int)(value++ - word), word);
    for (size_t k = 0; k < FLOW_KEYS; k++) {
        if (strcmp(key, known[k].name) != 0) { continue; }
        if (reading->given[k]) { return refuse_twice(key); }
        reading->given[k] = true;
        return read_value((enum flow_key)k, value, &reading->request->value[k]);
    }
    for (size_t k = 0; k < LISTS; k++) {
        if (strcmp(key, listed[k].name) != 0) { continue; }
        if (reading->list[k].value) { return refuse_twice(key); }
        return read_list((enum list_key)k, value, &reading->list[k]);
    }
    return refuse_key(word, key);
}

/* ---- laws of the keys ---- */

static size_t list_count(const struct list *list) { return list->rows * list->columns; }

static bool keys_are_gathered(const struct list *concentration) {
    bool some = false;
    for (size_t i = 0; i < list_count(concentration); i++) { some = some || concentration->value[i] > 0; }
    return some;
}

static bool check_lists(const struct reading *reading) {
    const struct list *concentration = &reading->list[CONCENTRATION], *share = &reading->list[SHARE];
    const struct list *direction = &reading->list[DIRECTION];
    size_t count = list_count(concentration), d = reading->request->design.dimension;
    if (!keys_are_gathered(concentration)) {
        if (!share->value && !direction->value) { return true; }
        message_error("%s is that of keys with concentration=C, C > 0; give one, or leave it out",
                      listed[share->value ? SHARE : DIRECTION].name);
        return false;
    }
    if (count > MOST_COMPONENTS) {
        message_error("concentration has %zu numbers; at most %d laws can be mixed", count, MOST_COMPONENTS);
    } else if (share->value && list_count(share) != count) {
        message_error("share has %zu numbers, concentration %zu; give one for each", list_count(share),
                      count);
    } else if (count > 1 && !direction->value) {
        message_error("%zu concentrations need as many directions: direction=[[a,b,...],...]", count);
    } else if (direction->value && direction->rows != count) {
        message_error("direction has %zu lists, concentration %zu numbers; give one for each",
                      direction->rows, count);
    } else if (direction->value && direction->columns != d) {
        message_error("%s has %zu numbers; dimension=%zu needs %zu", count > 1 ? "a direction" : "direction",
                      direction->columns, d, d);
    } else {
        return true;
    }
    return false;
}

/* A unit vector. Numbers below the least normal double have lost their digits. */
static bool mean_make(size_t d, const double *direction, double *mean) {
    double largest = 0, square = 0;
    for (size_t c = 0; c < d; c++) { largest = fmax(largest, fabs(direction[c])); }
    if (largest < 0x1p-1022) {
        message_error("a direction is zero, or its largest number below 2.3e-308, where numbers lose their "
                      "digits: any other length will do");
        return false;
    }
    for (size_t c = 0; c < d; c++) {
        mean[c] = direction[c] / largest;
        square += mean[c] * mean[c];
    }
    for (size_t c = 0; c < d; c++) { mean[c] /= sqrt(square); }
    return true;
}

static bool keys_make(const struct reading *reading) {
    struct flow_request *r = reading->request;
    const struct list *list = reading->list;
    size_t count = list_count(&list[CONCENTRATION]), d = r->design.dimension;
    if (!check_lists(reading)) { return false; }
    if (!keys_are_gathered(&list[CONCENTRATION])) { return true; }
    r->component = memory_create(count, sizeof *r->component);
    r->mean = memory_create(count * d, sizeof *r->mean);
    for (size_t k = 0; k < count; k++) {
        double *mean = r->mean + k * d;
        mean[0] = 1;
        if (list[DIRECTION].value && !mean_make(d, list[DIRECTION].value + k * d, mean)) { return false; }
        r->component[k] = (struct sphere_component){list[SHARE].value ? list[SHARE].value[k] : 1,
                                                    list[CONCENTRATION].value[k], mean};
    }
    r->keys = (struct sphere_mixture){d, count, r->component};
    return true;
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

bool flow_request_read(struct flow_request *request, int count, char **word) {
    struct reading reading = {.request = request};
    const double *v = request->value;
    bool good = true;
    *request = (struct flow_request){0};
    for (size_t k = 0; k < FLOW_KEYS; k++) { request->value[k] = known[k].initial; }
    for (int i = 0; i < count; i++) { good = read_word(&reading, word[i]) && good; }
    if (good && v[FLOW_REPLICATES] < 2 * v[FLOW_MODES]) {
        message_error("replicates=%g: the test of %g modes together needs at least %g", v[FLOW_REPLICATES],
                      v[FLOW_MODES], 2 * v[FLOW_MODES]);
        good = false;
    }
    if (good) {
        design_make(request);
        good = keys_make(&reading);
    }
    for (size_t k = 0; k < LISTS; k++) { free(reading.list[k].value); }
    return good;
}

void flow_request_free(struct flow_request *request) {
    free(request->component);
    free(request->mean);
}
