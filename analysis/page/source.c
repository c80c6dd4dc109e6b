#include "analysis/page/source.h"

#include <math.h>
#include <string.h>

#include "analysis/page/grid.h"
#include "sim/results/store.h"

/* ---- what was run ---- */

/* Of all series of a file. */
struct range {
    double first, last; /* log n */
    double least, most; /* replicates at an n */
};

static struct range range_of(const struct results *r) {
    struct range range = {INFINITY, -INFINITY, INFINITY, 0};
    for (size_t i = 0; i < r->series_count; i++) {
        const struct results_series *s = &r->series[i];
        range.first = fmin(range.first, s->log_n[0]);
        range.last = fmax(range.last, s->log_n[s->size[RESULTS_LOG_N] - 1]);
        range.least = fmin(range.least, results_least_replicates(s));
        range.most = fmax(range.most, results_most_replicates(s));
    }
    return range;
}

/* Measured rows have none. */
static void print_randomness(FILE *out, const struct results *r) {
    char seed[WORDS];
    if (r->series_count > 0 && r->series[0].family->kind == FAMILY_MEASURED) {
        grid_cell(out, "-", NAN);
        grid_cell(out, "measured", NAN);
        return;
    }
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)r->seed);
    grid_cell(out, seed, (double)r->seed);
    grid_cell(out, r->common_randomness ? "shared by all n" : "fresh at every n", r->common_randomness);
}

static void print_run(FILE *out, const char *path, const struct results *r) {
    struct range range = range_of(r);
    char first[WORDS], last[WORDS], words[WORDS_LINE];
    glossary_say(out, "<tr><th scope=\"row\">%t</th>", path);
    snprintf(words, sizeof words, "%zu", r->series_count);
    grid_cell(out, words, (double)r->series_count);
    snprintf(words, sizeof words, "%s .. %s", words_length(range.first, first),
             words_length(range.last, last));
    grid_cell(out, words, range.last);
    snprintf(words, sizeof words, range.least < range.most ? "%.0f .. %.0f" : "%.0f", range.least,
             range.most);
    grid_cell(out, words, range.most);
    print_randomness(out, r);
    fputs("</tr>\n", out);
}

void source_print_runs(FILE *out, const struct study *study) {
    grid_open(out, "What was run");
    grid_head(out, "file", GLOSSARY_NONE, NULL);
    grid_head(out, "series", GLOSSARY_SERIES, NULL);
    grid_head(out, "n", GLOSSARY_LENGTH, NULL);
    grid_head(out, "replicates", GLOSSARY_REPLICATE, NULL);
    grid_head(out, "seed", GLOSSARY_SEED, NULL);
    grid_head(out, "randomness", GLOSSARY_SEED, NULL);
    grid_body(out);
    for (size_t i = 0; i < study->file_count; i++) { print_run(out, study->paths[i], study->results[i]); }
    grid_close(out);
}

/* ---- settings and provenance ---- */

static bool is_config(const char *name) { return strncmp(name, "config", strlen("config")) == 0; }

static void print_attribute(void *context, const char *name, const char *text) {
    FILE *out = context;
    if (is_config(name) || *text == '\0') { return; }
    if (strcmp(name, "digest") == 0) {
        glossary_say(out, "<div><dt>%l</dt><dd>%t</dd></div>\n", GLOSSARY_DIGEST, NULL, text);
    } else {
        glossary_say(out, "<div><dt>%t</dt><dd>%t</dd></div>\n", name, text);
    }
}

static void print_config(FILE *out, const char *summary, const char *text) {
    const char *details = "<details><summary>%s</summary><pre tabindex=\"0\">%t</pre></details>\n";
    if (*text) { glossary_say(out, details, summary, text); }
}

bool source_print_settings(FILE *out, const struct study *study) {
    bool good = true;
    for (size_t i = 0; i < study->file_count && good; i++) {
        glossary_say(out, "<h3>%t</h3>\n", study->paths[i]);
        print_config(out, "Config, as it was written", study->results[i]->config_text);
        print_config(out, "Config, with every default", study->results[i]->config_resolved);
        fputs("<dl class=\"attributes\">\n", out);
        good = store_tell_attributes(study->paths[i], print_attribute, out);
        fputs("</dl>\n", out);
    }
    return good;
}
