/* `gapscale families`: everything printed comes from the tables of the families. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/families/family.h"
#include "sim/base/commandline.h"
#include "sim/base/help.h"
#include "sim/base/message.h"
#include "sim/base/number.h"
#include "sim/base/terminal.h"
#include "sim/commands/command.h"
#include "sim/config/parameters.h"

/* "bias", or "tokens.zipf" for what is written within another. */
static const char *print_name(const struct family *family, size_t which, char out[NUMBER_TEXT]) {
    size_t holder = family_parameter_holder(family, which);
    snprintf(out, NUMBER_TEXT, "%s%s%s", holder == which ? "" : family->parameter[holder].name,
             holder == which ? "" : ".", family->parameter[which].name);
    return out;
}

/* The default: its word, or its number; `none` where it must be given, as must what is within another but for
 * those whose default is 0. */
static const char *print_initial(const struct family *family, size_t which, const char *none,
                                 char out[NUMBER_TEXT]) {
    const struct family_parameter *parameter = &family->parameter[which];
    if (family_parameter_holder(family, which) != which && parameter->initial != 0) { return none; }
    const char *word = family_parameter_word(parameter, parameter->initial);
    return isnan(parameter->initial) ? none : word ? word : number_print(parameter->initial, out);
}

/* Whether it is a number in the lists of another parameter, which tells of it. */
static bool is_in_lists(const struct family *family, size_t which) {
    size_t holder = family_parameter_holder(family, which);
    return holder != which && family_parameter_columns(&family->parameter[holder]) > 0;
}

enum { TITLE_COLUMN = 29, PARAMETER_COLUMN = 47 };

static void print_parameter(const struct family *family, size_t which) {
    const struct family_parameter *parameter = &family->parameter[which];
    char name[NUMBER_TEXT], initial[NUMBER_TEXT], range[VALUE_TEXT];
    if (is_in_lists(family, which)) { return; }
    if (parameter->word || family_parameter_columns(parameter) > 0) {
        parameters_describe(parameter, range);
    } else {
        snprintf(range, sizeof range, "%c%g, %g]", parameter->open ? '(' : '[', parameter->low,
                 parameter->high);
    }
    int column = printf("  %-15s %-9s %-18s ", print_name(family, which, name),
                        print_initial(family, which, "required", initial), range);
    help_fill(stdout, parameter->doc, HELP_WIDTH, PARAMETER_COLUMN, (size_t)column);
}

static void print_family(const struct family *family) {
    int column = printf("%s - ", family->name);
    help_fill(stdout, family->title, HELP_WIDTH, 0, (size_t)column);
    putchar('\n');
    help_fill(stdout, family->doc, HELP_WIDTH, 0, 0);
    column = printf("\nKind %s, extreme-value class %s. As n grows, Lambda^typ ~ ",
                    family_kind_name(family->kind), family_class_name(family->class));
    help_fill(stdout, family->law_text, HELP_WIDTH, 0, (size_t)column - 1);
    printf("\n  %-15s %-9s %-18s %s\n", "parameter", "default", "range", "meaning");
    for (size_t i = 0; i < family->parameter_count; i++) { print_parameter(family, i); }
    putchar('\n');
    help_fill(stdout,
              "Every parameter may be a number or a schedule {coef: C, log_power: A, power: B}, which stands "
              "for C (log n)^A n^B; its value must lie in the range at every n of the series.",
              HELP_WIDTH, 0, 0);
}

static void print_list(void) {
    printf("%-11s %-7s %-8s %s\n", "family", "kind", "class", "scores");
    for (size_t i = 0; i < family_count(); i++) {
        const struct family *family = family_at(i);
        printf("%-11s %-7s %-8s ", family->name, family_kind_name(family->kind),
               family_class_name(family->class));
        help_fill(stdout, family->title, terminal_width(stdout), TITLE_COLUMN, TITLE_COLUMN);
    }
}

static void print_markdown(void) {
    char name[NUMBER_TEXT], initial[NUMBER_TEXT], range[VALUE_TEXT];
    puts("| family | scores | class | Lambda^typ ~ |\n|---|---|---|---|");
    for (size_t i = 0; i < family_count(); i++) {
        const struct family *family = family_at(i);
        printf("| `%s` | %s | %s | %s |\n", family->name, family->title, family_class_name(family->class),
               family->law_text);
    }
    puts("\n| family | parameter | default | range | meaning |\n|---|---|---|---|---|");
    for (size_t i = 0; i < family_count(); i++) {
        const struct family *family = family_at(i);
        size_t last = family_takes_position(family) ? family_position_index(family) : SIZE_MAX;
        for (size_t k = 0; k < family->parameter_count && k <= last; k++) {
            if (is_in_lists(family, k)) { continue; }
            printf("| `%s` | `%s` | %s | %s | %s |\n", family->name, print_name(family, k, name),
                   print_initial(family, k, "must be given", initial),
                   parameters_describe(&family->parameter[k], range), family->parameter[k].doc);
        }
    }
}

static int families(const struct commandline *line, bool markdown) {
    const char *name = line->words > 0 ? line->word[0] : NULL;
    if (line->words + markdown > 1) {
        return commandline_refuse(line, "unexpected \"%s\": give one name at most",
                                  line->word[line->words - 1]);
    }
    const struct family *family = name ? parameters_family(name) : NULL;
    if (name && !family) { return EXIT_USAGE; }
    if (family) {
        print_family(family);
    } else if (markdown) {
        print_markdown();
    } else {
        print_list();
    }
    return EXIT_DONE;
}

int command_families(int argc, char **argv) {
    bool markdown = false;
    const struct commandline_option known = {
        "markdown", .meaning = "all of them as the tables of configs/README.md", .flag = &markdown};
    struct commandline line = {
        .takes = "[NAME]",
        .choices = family_names,
        .about = "Lists the families of score rows, or explains one: its law, its parameters with their "
                 "defaults and ranges, and the growth of its collapse scale.",
        .count = 1,
        .option = &known};
    return commandline_read(&line, argc, argv) ? families(&line, markdown) : line.status;
}
