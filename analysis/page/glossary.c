#include "analysis/page/glossary.h"

#include "analysis/page/html.h"

static const struct {
    const char *key, *term, *meaning;
} entry[GLOSSARY_END] = {
#define GLOSSARY_ENTRY(KEY, TERM, MEANING) [GLOSSARY_##KEY] = {#KEY, TERM, MEANING},
    GLOSSARY_TABLE(GLOSSARY_ENTRY)};

void glossary_link(FILE *out, enum glossary term, const char *words) {
    if (term != GLOSSARY_NONE) { fprintf(out, "<a class=\"term\" href=\"#g-%s\">", entry[term].key); }
    html_math(out, words ? words : entry[term].term);
    if (term != GLOSSARY_NONE) { fputs("</a>", out); }
}

void glossary_print(FILE *out) {
    fputs("<dl class=\"glossary\">\n", out);
    for (int i = GLOSSARY_NONE + 1; i < GLOSSARY_END; i++) {
        fprintf(out, "<div id=\"g-%s\"><dt>", entry[i].key);
        html_math(out, entry[i].term);
        fputs("</dt><dd>", out);
        html_math(out, entry[i].meaning);
        fputs("</dd></div>\n", out);
    }
    fputs("</dl>\n", out);
}
