#include "analysis/report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/columns.h"
#include "analysis/text/words.h"

static const struct heading {
    const char *head, *column;
    bool interval;
} heading[] = {
    {"exponent of $\\beta_c$", "exponent", true},
    {"theory", "exponent_predicted", false},
    {"power of $\\Lambda^{\\mathrm{typ}}$", "scale_exponent", true},
    {"$\\beta_c/\\Lambda^{\\mathrm{typ}}\\to$", "amplitude", true},
    {"limit", "amplitude_predicted", false},
    {"$p$ of exact values", "exact_joint_p", false},
};
enum { HEADINGS = sizeof heading / sizeof *heading };

/* What LaTeX would take for its own. */
static void print_escaped(FILE *out, const char *text) {
    for (; *text; text++) { fprintf(out, "%s%c", strchr("_&%$#{}", *text) ? "\\" : "", *text); }
}

/* 4e-07 as 4 \times 10^{-7}. */
static void print_number(FILE *out, const char *words) {
    const char *e = strchr(words, 'e');
    if (e) {
        fprintf(out, "%.*s\\times10^{%d}", (int)(e - words), words, atoi(e + 1));
    } else {
        fputs(words, out);
    }
}

static void print_pair(FILE *out, const char *words) {
    const char *sign = strstr(words, " +- ");
    char value[WORDS];
    snprintf(value, sizeof value, "%.*s", (int)(sign ? sign - words : (long)strlen(words)), words);
    fputc('$', out);
    print_number(out, value);
    if (sign) {
        fputs(" \\pm ", out);
        print_number(out, sign + 4);
    }
    fputc('$', out);
}

static void print_cell(FILE *out, const struct heading *h, const struct column_place *place,
                       bool parentheses) {
    char words[WORDS];
    double value = column_value(&column_fit, false, h->column, "", place);
    fputs(" & ", out);
    if (isnan(value)) {
        fputs("--", out);
    } else if (!h->interval) {
        print_pair(out, words_number(value, words));
    } else {
        double half = column_half(&column_fit, false, h->column, place);
        print_pair(out, parentheses ? words_parenthesised(value, half / EXPONENT_SIGMAS_95, words)
                                    : words_measured(value, half, words));
    }
}

void fitlatex_print(FILE *out, const struct study *study, bool parentheses) {
    char room[COLUMN_TEXT];
    fprintf(out, "%% gapscale fit: collapse points against theory; errors are %s\n",
            parentheses ? "standard errors of the last digits" : "half 95% intervals");
    fputs("\\begin{tabular}{llrrrrrrl}\n\\hline\nseries & in", out);
    for (size_t k = 0; k < HEADINGS; k++) { fprintf(out, " & %s", heading[k].head); }
    fputs(" & verdict \\\\\n\\hline\n", out);
    for (size_t i = 0; i < study->count; i++) {
        struct column_place place = column_place(study, i, room);
        if (!summary_table_has(&place)) { continue; }
        print_escaped(out, place.fit->name);
        fprintf(out, " & $%s$", place.fit->by_n ? "n" : "\\log n");
        for (size_t k = 0; k < HEADINGS; k++) { print_cell(out, &heading[k], &place, parentheses); }
        fprintf(out, " & %s \\\\\n", verdict_name[place.verdict->kind]);
    }
    fputs("\\hline\n\\end{tabular}\n", out);
}
