#include "analysis/page/page.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/figures/drawing.h"
#include "analysis/page/asset.h"
#include "analysis/page/glossary.h"
#include "analysis/page/overview.h"
#include "analysis/page/section.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/results/destination.h"
#include "sim/results/store.h"

static const char of_all[] = "all series";

static bool is_drawn(const struct drawing_sheet *sheet) {
    for (size_t i = 0; i < sheet->count; i++) {
        if (sheet->drawing[i].svg) { return true; }
    }
    return false;
}

static void print_head(FILE *out, const char *title) {
    glossary_say(out,
                 DESTINATION_PAGE_MARK
                 "-->\n"
                 "<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n"
                 "<meta name=\"generator\" content=\"gapscale\">\n"
                 "<link rel=\"icon\" href=\"data:,\">\n"
                 "<title>%t · gapscale report</title>\n<style>\n%s</style></head>\n<body>\n"
                 "<a class=\"skip\" href=\"#verdicts\">Skip to the verdicts</a>\n"
                 "<header><p class=\"eyebrow\">gapscale report</p><h1>%t</h1>\n",
                 title, asset_style, title);
}

/* What it is all about, in a sentence. */
static void print_lead(FILE *out, const struct study *study) {
    size_t measured = 0;
    for (size_t i = 0; i < study->count; i++) {
        measured += study->fit[i].series->family->kind == FAMILY_MEASURED;
    }
    fputs("<p class=\"lead\">", out);
    if (measured < study->count) {
        glossary_say(
            out,
            "At which inverse temperature does softmax attention collapse? Measured %l beside the %l "
            "that theory names as critical, and beside values computed without sampling.",
            GLOSSARY_COLLAPSE, "collapse points", GLOSSARY_LAMBDA_TYP, "accumulation scale");
    }
    if (measured > 0) {
        glossary_say(
            out,
            "%s%l: where its heads collapse, where it stands as trained, and how its temperature would "
            "have to follow the context length.",
            measured < study->count ? " And " : "", GLOSSARY_MEASURED, "scores as a model computed them");
    }
    fputs("</p></header>\n", out);
}

static void print_contents(FILE *out, const struct study *study, bool has_common) {
    fputs("<nav aria-label=\"Contents\"><details open><summary>Contents</summary><ul>\n"
          "<li><a href=\"#verdicts\">Verdicts</a></li>\n",
          out);
    if (has_common) { fputs("<li><a href=\"#all\">All series together</a></li>\n", out); }
    fputs("<li><a href=\"#series\">Series</a><ul>\n", out);
    for (size_t i = 0; i < study->count; i++) {
        fprintf(out, "<li><a href=\"#s-%s\">%s</a></li>\n", study->fit[i].name, study->fit[i].name);
    }
    fputs("</ul></li>\n<li><a href=\"#settings\">Settings and provenance</a></li>\n"
          "<li><a href=\"#glossary\">Glossary</a></li>\n</ul></details></nav>\n",
          out);
}

static void print_all(FILE *out, const struct drawing_sheet *sheet, size_t number) {
    fputs("<section id=\"all\" aria-labelledby=\"all-h\"><h2 id=\"all-h\">All series together</h2>\n", out);
    section_print_figures(out, sheet, number, of_all);
    fputs("</section>\n", out);
}

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

static void print_settings(FILE *out, const struct study *study) {
    for (size_t i = 0; i < study->file_count; i++) {
        glossary_say(out, "<h3>%t</h3>\n", study->paths[i]);
        print_config(out, "Config, as it was written", study->results[i]->config_text);
        print_config(out, "Config, with every default", study->results[i]->config_resolved);
        fputs("<dl class=\"attributes\">\n", out);
        store_tell_attributes(study->results[i], print_attribute, out);
        fputs("</dl>\n", out);
    }
}

static void print_body(FILE *out, const struct study *study, const struct drawing_sheet *sheets,
                       enum drawing_end end) {
    const struct drawing_sheet *common = &sheets[study->count];
    bool has_common = is_drawn(common);
    print_contents(out, study, has_common);
    glossary_say(out,
                 "<main>\n<section id=\"verdicts\" aria-labelledby=\"verdicts-h\"><h2 id=\"verdicts-h\">%l"
                 "</h2>\n",
                 GLOSSARY_VERDICT, "Verdicts");
    if (end == DRAWING_NO_GNUPLOT) {
        fputs("<p class=\"warning\">gnuplot was not found where this page was made: it has tables and no "
              "figures.</p>\n",
              out);
    }
    overview_print(out, study);
    fputs("</section>\n", out);
    if (has_common) { print_all(out, common, study->count); }
    fputs("<section id=\"series\" aria-labelledby=\"series-h\"><h2 id=\"series-h\">Series</h2>\n", out);
    for (size_t i = 0; i < study->count; i++) { section_print(out, study, i, &sheets[i]); }
    fputs("</section>\n<section id=\"settings\" aria-labelledby=\"settings-h\">"
          "<h2 id=\"settings-h\">Settings and provenance</h2>\n",
          out);
    print_settings(out, study);
    fputs("</section>\n<section id=\"glossary\" aria-labelledby=\"glossary-h\">"
          "<h2 id=\"glossary-h\">Glossary</h2>\n",
          out);
    glossary_print(out);
    fputs("</section>\n</main>\n", out);
}

bool page_print(FILE *out, const struct study *study, const char *title) {
    struct drawing_sheet *sheets;
    bool *wanted = memory_create(study->count, sizeof *wanted);
    for (size_t i = 0; i < study->count; i++) { wanted[i] = section_has_figures(study, i); }
    enum drawing_end end = drawing_make(study, wanted, &sheets);
    if (end == DRAWING_NO_GNUPLOT) {
        message_say("gnuplot was not found: the page has no figures; install it (Debian: gnuplot-nox) or put "
                    "it on the PATH");
    }
    bool good = end != DRAWING_FAILED;
    if (good) {
        print_head(out, title);
        print_lead(out, study);
        print_body(out, study, sheets, end);
        fprintf(out, "<script>\n%s</script>\n</body></html>\n", asset_script);
    }
    drawing_release(study, sheets);
    free(wanted);
    return good;
}
