#include "flow_request.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/memory.h"
#include "../sim/message.h"
#include "../sim/nearest.h"
#include "../sim/number.h"

/* The only place that knows a key's default and range. */
static const struct {
    const char *name;
    double initial, low, high;
    bool open, whole; /* open: low itself is not allowed */
    const char *doc;
} known[FLOW_KEYS] = {
    [FLOW_DIMENSION] = {"dimension", 2, 2, FLOW_MOST_DIMENSION, false, true,
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
    [FLOW_CONCENTRATION] = {"concentration", 0, 0, 1e6, false, false,
                            "von Mises-Fisher keys for the drift; 0: none"},
    [FLOW_SEED] = {"seed", 20260512, 0, 0x1p53, false, true, "of all randomness"},
};

const char *flow_request_name(enum flow_key key) { return known[key].name; }

void flow_request_help(FILE *out) {
    char number[NUMBER_TEXT];
    for (size_t k = 0; k < FLOW_KEYS; k++) {
        const char *text = isfinite(known[k].initial) ? number_print(known[k].initial, number) : "inf";
        fprintf(out, "  %s=%-*s %s\n", known[k].name, (int)(24 - strlen(known[k].name)), text, known[k].doc);
    }
    fputs("  direction=[a,b,...]       mean direction of those keys, any length > 0 (the first axis)\n", out);
}

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

static bool parse_direction(struct flow_request *r, const char *text) {
    size_t length = strlen(text);
    char *copy = memory_copy_text(text, length), *rest = copy;
    bool good = length > 2 && text[0] == '[' && text[length - 1] == ']';
    if (good) {
        copy[length - 1] = '\0';
        rest++;
    }
    r->directions = 0;
    for (char *item; good && (item = strsep(&rest, ","));) {
        item += strspn(item, " ");
        item[strcspn(item, " ")] = '\0';
        good = r->directions < FLOW_MOST_DIMENSION && number_read(item, &r->direction[r->directions], NULL) &&
               isfinite(r->direction[r->directions]);
        r->directions++;
    }
    free(copy);
    if (!good) { message_error("direction=%s: expected numbers [a,b,...], one for each dimension", text); }
    return good;
}

static bool refuse_key(const char *word, const char *key) {
    const char *names[FLOW_KEYS + 1] = {[FLOW_KEYS] = "direction"};
    for (size_t k = 0; k < FLOW_KEYS; k++) { names[k] = known[k].name; }
    const char *near = nearest_name(key, FLOW_KEYS + 1, names);
    message_error("flow has no key '%s'%s%s%s", *key ? key : word, near ? "; did you mean '" : "",
                  near ? near : "", near ? "'?" : "; gapscale flow -h lists them");
    return false;
}

static bool parse_key(struct flow_request *r, const char *word) {
    const char *value = strchr(word, '=');
    char key[32] = "";
    if (!value) {
        message_error("'%s': expected KEY=VALUE", word);
        return false;
    }
    snprintf(key, sizeof key, "%.*s", (int)(value++ - word), word);
    if (strcmp(key, "direction") == 0) { return parse_direction(r, value); }
    size_t k = 0;
    while (k < FLOW_KEYS && strcmp(key, known[k].name) != 0) { k++; }
    if (k == FLOW_KEYS) { return refuse_key(word, key); }
    if (r->given[k]) {
        message_error("%s is given twice; keep one", key);
        return false;
    }
    r->given[k] = true;
    bool inf = strcmp(value, "inf") == 0;
    if (inf) { r->value[k] = INFINITY; }
    if (!inf && !number_read(value, &r->value[k], NULL)) { return refuse_value((enum flow_key)k, value); }
    return value_is_good((enum flow_key)k, r->value[k]) || refuse_value((enum flow_key)k, value);
}

static bool check_direction(struct flow_request *r) {
    size_t d = r->design.dimension;
    if (r->directions > 0 && !(r->value[FLOW_CONCENTRATION] > 0)) {
        message_error("direction is that of keys with concentration=C, C > 0; give one, or leave it out");
        return false;
    }
    if (r->directions == 0) {
        r->direction[0] = 1;
        r->directions = d;
    }
    double largest = 0;
    for (size_t c = 0; c < r->directions; c++) { largest = fmax(largest, fabs(r->direction[c])); }
    if (r->directions != d) {
        message_error("direction has %zu numbers; dimension=%zu needs %zu", r->directions, d, d);
        return false;
    }
    if (largest == 0) {
        message_error("direction is zero: it points nowhere; give any vector of length > 0");
        return false;
    }
    for (size_t c = 0; c < d; c++) { r->direction[c] /= largest; } /* squares stay in range */
    return true;
}

bool flow_request_read(struct flow_request *r, int count, char **word) {
    for (size_t k = 0; k < FLOW_KEYS; k++) { r->value[k] = known[k].initial; }
    bool good = true;
    for (int i = 0; i < count; i++) { good = parse_key(r, word[i]) && good; }
    if (!good) { return false; }
    const double *v = r->value;
    if (v[FLOW_REPLICATES] < 2 * v[FLOW_MODES]) {
        message_error("replicates=%g: the test of %g modes together needs at least %g", v[FLOW_REPLICATES],
                      v[FLOW_MODES], 2 * v[FLOW_MODES]);
        return false;
    }
    r->design.dimension = (size_t)v[FLOW_DIMENSION];
    r->design.count = (size_t)v[FLOW_LENGTH];
    r->design.beta = v[FLOW_BETA];
    r->design.tau = v[FLOW_TAU];
    r->design.modes = (unsigned)v[FLOW_MODES];
    r->design.steps = (unsigned)v[FLOW_STEPS];
    r->design.replicates = (size_t)v[FLOW_REPLICATES];
    r->design.seed = (uint64_t)v[FLOW_SEED];
    return check_direction(r);
}
