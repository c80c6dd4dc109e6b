/* commandline: the words of a command, read by the table of its options. Its help (help.h), the manual page
 * (manual.h) and what shells complete (completion.h) are made of the same tables. */
#ifndef GAPSCALE_SIM_BASE_COMMANDLINE_H
#define GAPSCALE_SIM_BASE_COMMANDLINE_H

#include <stdbool.h>
#include <stddef.h>

/* --name, and -letter unless that is 0. Exactly one of the last four says what becomes of it. */
struct commandline_option {
    const char *name;
    char letter;
    const char *value;          /* what follows it, as help calls it, in capitals; NULL: nothing */
    const char *meaning;        /* a line of any length */
    bool repeats;               /* may be given several times; of others but flags that is refused */
    const char *const *choices; /* what may follow it, ended by NULL; NULL: names of files, or anything */
    bool *flag;                 /* is set */
    const char **text;          /* is set to what follows, which must not be empty */
    int *threads;               /* likewise to a whole number from 1 to 4096 */
    /* Hears what follows; false after a message. */
    bool (*take)(const struct commandline_option *option, const char *value, void *context);
};

/* A key or a name that help explains. */
struct commandline_entry {
    const char *term, *meaning;
};

struct commandline {
    const char *takes;          /* the words that belong to no option, as help calls them: "RESULTS..." */
    const char *const *choices; /* what the first of them may be; as of an option */
    const char *about;          /* paragraphs */
    size_t entries;
    const struct commandline_entry *entry; /* explained below them */
    const char *notes;                     /* paragraphs below the options; NULL: none */
    size_t count;                          /* of options */
    const struct commandline_option *option;
    void *context;

    const char *name; /* of the command */
    size_t words;     /* what is left: those that belong to no option */
    char **word;
    int status; /* where the command does not go on: EXIT_DONE after help, else EXIT_USAGE */
};

/* Reads argv behind argv[0], the command's name. Whether the command goes on: after -h or --help, which every
 * command knows, its help is on stdout; after what makes no sense, an empty word among it, a message is on
 * stderr. */
bool commandline_read(struct commandline *line, int argc, char **argv);

/* How the command is used, in two lines on stderr, and below them, where the eye is, what is wrong with the
 * words that are left. Returns EXIT_USAGE. */
int commandline_refuse(const struct commandline *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A subcommand: gets its own name as argv[0] and returns the exit status. */
struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

/* Lets `see` see the line of a command, which is not run. */
void commandline_see(const struct command *command,
                     void (*see)(const struct commandline *line, void *context), void *context);

#endif
