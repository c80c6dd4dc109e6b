#include "sim/base/commandline.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/help.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/nearest.h"
#include "sim/base/number.h"

/* Who sees a line in the place of a command that reads it. */
static struct {
    void (*see)(const struct commandline *line, void *context);
    void *context;
} witness;

enum { MOST_THREADS = 4096, HELP = 'h', LETTERLESS = 256 }; /* beyond all letters */

static int value_of(const struct commandline *line, size_t i) {
    return line->option[i].letter ? line->option[i].letter : LETTERLESS + (int)i;
}

static bool take_threads(const char *text, int *threads) {
    uint64_t value;
    if (number_read_whole(text, &value) && value >= 1 && value <= MOST_THREADS) {
        *threads = (int)value;
        return true;
    }
    message_error("--threads takes a whole number from 1 to %d, not '%s'", MOST_THREADS, text);
    return false;
}

/* False after a message. */
static bool take_text(const struct commandline *line, const struct commandline_option *option) {
    *option->text = optarg;
    if (*optarg) { return true; }
    commandline_refuse(line, "--%s takes %s, not an empty text", option->name, option->value);
    return false;
}

/* False after a message; `given` tells of every option whether it was there before. */
static bool take(const struct commandline *line, int value, bool *given) {
    size_t i = 0;
    while (value_of(line, i) != value) { i++; }
    const struct commandline_option *option = &line->option[i];
    if (option->flag) { return *option->flag = true; }
    if (given[i] && !option->repeats) {
        commandline_refuse(line, "--%s is given twice, the second time as '%s'; give it once", option->name,
                           optarg);
        return false;
    }
    given[i] = true;
    if (option->text) { return take_text(line, option); }
    if (option->threads) { return take_threads(optarg, option->threads); }
    return option->take(option, optarg, line->context);
}

/* How keys are given, where somebody may have taken one for an option: a letter for one of KEY=VALUE alone.
 */
static const char *way_of_keys(const struct commandline *line, bool is_letter) {
    for (size_t i = 0; !is_letter && i < line->count; i++) {
        if (strcmp(line->option[i].name, "set") == 0) { return "; keys of the config go as --set KEY=VALUE"; }
    }
    return strstr(line->takes, "KEY=VALUE") ? "; keys go without dashes, as KEY=VALUE" : "";
}

/* What getopt cannot read, and has said nothing of. */
static void refuse_option(const struct commandline *line, int value, char *const *argv) {
    const char *word = argv[optind - 1], **name = memory_create(line->count + 1, sizeof *name);
    int length = (int)strcspn(word, "=");
    size_t meant = 0; /* by what is short for an option */
    for (size_t i = 0; i < line->count; i++) {
        name[i] = line->option[i].name;
        meant += length > 2 && strncmp(name[i], word + 2, (size_t)length - 2) == 0;
    }
    char *given = memory_copy_part(word, (size_t)length);
    const char *near = strncmp(given, "--", 2) == 0 ? nearest_name(given + 2, line->count, name) : NULL;
    if (value == ':') {
        commandline_refuse(line, "%s needs a value", word);
    } else if (optopt && word[length]) {
        commandline_refuse(line, "%s takes no value", given);
    } else if (optopt) {
        commandline_refuse(line, "there is no option -%c%s", optopt, way_of_keys(line, true));
    } else if (meant > 1) {
        commandline_refuse(line, "%s may be one of %zu options; write more of it", given, meant);
    } else if (near) {
        commandline_refuse(line, "there is no option %s; did you mean --%s?", given, near);
    } else {
        commandline_refuse(line, "there is no option %s%s", given, way_of_keys(line, false));
    }
    free(given);
    free(name);
}

/* False after a message. */
static bool words_are_there(const struct commandline *line) {
    for (size_t i = 0; i < line->words; i++) {
        if (*line->word[i]) { continue; }
        commandline_refuse(line, "a word is empty where %s belongs; is a variable of the shell not set?",
                           line->takes);
        return false;
    }
    return true;
}

static bool read_options(struct commandline *line, int argc, char **argv, const char *letters,
                         const struct option *known) {
    bool good = true, *given = memory_create(line->count, sizeof *given);
    int value;
    optind = 0;
    while (good && (value = getopt_long(argc, argv, letters, known, NULL)) != -1 && value != HELP) {
        bool is_known = value != '?' && value != ':';
        if (!is_known) { refuse_option(line, value, argv); }
        good = is_known && take(line, value, given);
    }
    free(given);
    line->words = (size_t)(argc - optind);
    line->word = argv + optind;
    if (good && value == HELP) { help_print(stdout, line); }
    good = good && (value == HELP || words_are_there(line));
    line->status = good ? EXIT_DONE : EXIT_USAGE;
    return good && value != HELP;
}

bool commandline_read(struct commandline *line, int argc, char **argv) {
    line->name = argv[0];
    line->status = EXIT_DONE;
    if (witness.see) {
        witness.see(line, witness.context);
        return false;
    }
    struct option *known = memory_create(line->count + 2, sizeof *known);
    char *letters = memory_create(2 * line->count + 3, 1), *letter = letters;
    *letter++ = ':'; /* getopt is to say nothing itself */
    for (size_t i = 0; i < line->count; i++) {
        const struct commandline_option *option = &line->option[i];
        int argument = option->flag ? no_argument : required_argument;
        known[i] = (struct option){option->name, argument, NULL, value_of(line, i)};
        if (option->letter) { *letter++ = option->letter; }
        if (option->letter && argument) { *letter++ = ':'; }
    }
    known[line->count] = (struct option){"help", no_argument, NULL, HELP};
    *letter = HELP;
    bool goes_on = read_options(line, argc, argv, letters, known);
    free(known);
    free(letters);
    return goes_on;
}

int commandline_refuse(const struct commandline *line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *words = memory_format_list(format, arguments);
    va_end(arguments);
    help_print_usage(stderr, line);
    message_error("%s", words);
    free(words);
    return EXIT_USAGE;
}

void commandline_see(const struct command *command,
                     void (*see)(const struct commandline *line, void *context), void *context) {
    char *argv[] = {memory_copy_text(command->name), NULL};
    witness.see = see;
    witness.context = context;
    command->run(1, argv);
    witness.see = NULL;
    free(argv[0]);
}
