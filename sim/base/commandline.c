#include "sim/base/commandline.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/number.h"

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

/* False for what no option is, of which getopt has told. */
static bool take(const struct commandline *line, int value) {
    size_t i = 0;
    while (i < line->count && value_of(line, i) != value) { i++; }
    if (i == line->count) { return false; }
    const struct commandline_option *option = &line->option[i];
    if (option->flag) { return *option->flag = true; }
    if (option->text) { *option->text = optarg; }
    if (option->threads) { return take_threads(optarg, option->threads); }
    return !option->take || option->take(option, optarg, line->context);
}

static bool read_options(struct commandline *line, int argc, char **argv, const char *letters,
                         const struct option *known) {
    bool good = true;
    int value;
    optind = 0;
    while ((value = getopt_long(argc, argv, letters, known, NULL)) != -1 && value != HELP) {
        good = take(line, value) && good;
    }
    line->words = (size_t)(argc - optind);
    line->word = argv + optind;
    line->status = good ? EXIT_DONE : EXIT_USAGE;
    if (value == HELP || !good) { fputs(line->usage, good ? stdout : stderr); }
    return value != HELP && good;
}

bool commandline_read(struct commandline *line, int argc, char **argv) {
    struct option *known = memory_create(line->count + 2, sizeof *known);
    char *letters = memory_create(2 * line->count + 2, 1), *letter = letters;
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

int commandline_refuse(const struct commandline *line) {
    fputs(line->usage, stderr);
    return EXIT_USAGE;
}
