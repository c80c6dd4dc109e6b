/* `gapscale families`: everything printed comes from the tables of the families. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/families/family.h"
#include "sim/base/commandline.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/nearest.h"
#include "sim/base/number.h"
#include "sim/commands/command.h"
#include "sim/config/parameters.h"

enum { LINE = 80 };

static const char usage[] = "usage: gapscale families [NAME|--markdown]\n"
                            "\n"
                            "Lists the families of score rows, or explains one: its law, its parameters\n"
                            "with their defaults and ranges, and the growth of its collapse scale.\n"
                            "\n"
                            "      --markdown    all of them as the tables of configs/README.md\n";

static void print_word(const char *word, size_t length, size_t *column) {
    if (*column > 0 && *column + 1 + length > LINE) {
        putchar('\n');
        *column = 0;
    }
    if (*column > 0) { putchar(' '); }
    printf("%.*s", (int)length, word);
    *column += length + (*column > 0);
}

/* Fills lines with the words of `text`; a newline starts a new paragraph. */
static void print_paragraphs(const char *text) {
    size_t column = 0;
    while (*text) {
        size_t length = strcspn(text, " \n");
        if (length > 0) { print_word(text, length, &column); }
        text += length;
        if (*text == '\n') {
            fputs("\n\n", stdout);
            column = 0;
        }
        text += *text != '\0';
    }
    putchar('\n');
}

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
    printf("  %-13s %-10s %-18s %s\n", print_name(family, which, name),
           print_initial(family, which, "required", initial), range, parameter->doc);
}

static void print_family(const struct family *family) {
    printf("%s - %s\n\n", family->name, family->title);
    print_paragraphs(family->doc);
    printf("\nKind %s, extreme-value class %s. As n grows, Lambda^typ ~\n\n", family_kind_name(family->kind),
           family_class_name(family->class));
    print_paragraphs(family->law_text);
    printf("\n  %-13s %-10s %-18s %s\n", "parameter", "default", "range", "meaning");
    for (size_t i = 0; i < family->parameter_count; i++) { print_parameter(family, i); }
    printf("\nEvery parameter may be a number or a schedule {coef: C, log_power: A, power: B}, which\n"
           "stands for C (log n)^A n^B; its value must lie in the range at every n of the series.\n");
}

static void print_list(void) {
    printf("%-11s %-6s %-8s %s\n", "family", "kind", "class", "scores");
    for (size_t i = 0; i < family_count(); i++) {
        const struct family *family = family_at(i);
        printf("%-11s %-6s %-8s %s\n", family->name, family_kind_name(family->kind),
               family_class_name(family->class), family->title);
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
    for (size_t i = 0; i < family_count() * FAMILY_PARAMETERS; i++) {
        const struct family *family = family_at(i / FAMILY_PARAMETERS);
        const struct family_parameter *p = &family->parameter[i % FAMILY_PARAMETERS];
        size_t which = i % FAMILY_PARAMETERS;
        if (which >= family->parameter_count || is_in_lists(family, which)) { continue; }
        if (family_takes_position(family) && which > family_position_index(family)) { continue; }
        printf("| `%s` | `%s` | %s | %s | %s |\n", family->name,
               print_name(family, i % FAMILY_PARAMETERS, name),
               print_initial(family, i % FAMILY_PARAMETERS, "must be given", initial),
               parameters_describe(p, range), p->doc);
    }
}

static int unknown_family(const char *name) {
    const char **names = memory_create(family_count(), sizeof *names);
    for (size_t i = 0; i < family_count(); i++) { names[i] = family_at(i)->name; }
    const char *nearest = nearest_name(name, family_count(), names);
    if (nearest) {
        message_error("families: there is no family \"%s\"; did you mean \"%s\"?", name, nearest);
    } else {
        message_error("families: there is no family \"%s\"; `gapscale families` lists them", name);
    }
    free(names);
    return EXIT_USAGE;
}

int command_families(int argc, char **argv) {
    bool markdown = false;
    const struct commandline_option known = {"markdown", .flag = &markdown};
    struct commandline line = {1, &known, NULL, .usage = usage};
    if (!commandline_read(&line, argc, argv)) { return line.status; }
    if (line.words + markdown > 1) {
        return commandline_refuse(&line, "unexpected \"%s\": give one name at most", argv[argc - 1]);
    }
    const struct family *family = line.words == 1 ? family_find(line.word[0]) : NULL;
    if (line.words == 1 && !family) { return unknown_family(line.word[0]); }
    if (family) {
        print_family(family);
    } else if (markdown) {
        print_markdown();
    } else {
        print_list();
    }
    return EXIT_DONE;
}
