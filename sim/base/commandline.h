/* commandline: the words of a command, read by the table of its options. */
#ifndef GAPSCALE_SIM_BASE_COMMANDLINE_H
#define GAPSCALE_SIM_BASE_COMMANDLINE_H

#include <stdbool.h>
#include <stddef.h>

/* --name, and -letter unless that is 0. Exactly one of the others says what becomes of it. */
struct commandline_option {
    const char *name;
    char letter;
    bool *flag;        /* is set */
    const char **text; /* is set to what follows */
    int *threads;      /* likewise to a whole number from 1 to 4096 */
    /* Hears what follows; false after a message. */
    bool (*take)(const struct commandline_option *option, const char *value, void *context);
};

struct commandline {
    size_t count; /* of options */
    const struct commandline_option *option;
    void *context;
    const char *usage;

    size_t words; /* what is left: those that belong to no option */
    char **word;
    int status; /* where the command does not go on: EXIT_DONE after help, else EXIT_USAGE */
};

/* Reads argv behind argv[0], the command's name. Whether the command goes on: after -h or --help, which every
 * command knows, the usage is on stdout; after what makes no sense a message is on stderr. */
bool commandline_read(struct commandline *line, int argc, char **argv);

/* How the command is used, its first lines, on stderr, and below it, where the eye is, what is wrong with the
 * words that are left. Returns EXIT_USAGE. */
int commandline_refuse(const struct commandline *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
