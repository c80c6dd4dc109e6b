#include "analysis/page/glossary.h"

#include <stdarg.h>
#include <string.h>

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

void glossary_say(FILE *out, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    for (const char *at = format; *at;) {
        const size_t plain = strcspn(at, "%");
        fwrite(at, 1, plain, out);
        at += plain;
        if (!*at) { break; }
        const enum glossary term = at[1] == 'l' ? va_arg(arguments, enum glossary) : GLOSSARY_NONE;
        const char *text = va_arg(arguments, const char *);
        switch (at[1]) {
        case 's': fputs(text, out); break;
        case 't': html_text(out, text); break;
        case 'm': html_math(out, text); break;
        case 'p': html_plain(out, text); break;
        default: glossary_link(out, term, text);
        }
        at += 2;
    }
    va_end(arguments);
}

void glossary_print(FILE *out) {
    fputs("<dl class=\"glossary\">\n", out);
    for (int i = GLOSSARY_NONE + 1; i < GLOSSARY_END; i++) {
        glossary_say(out, "<div id=\"g-%s\"><dt>%m</dt><dd>%m</dd></div>\n", entry[i].key, entry[i].term,
                     entry[i].meaning);
    }
    fputs("</dl>\n", out);
}
