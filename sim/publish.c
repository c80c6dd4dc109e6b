#include "publish.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exact.h"
#include "message.h"
#include "store.h"

bool publish_prepare(const char *path, bool is_default) {
    char copy[4096];
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy) {
        message_error("%.60s...: the name is too long", path);
        return false;
    }
    const char *directory = dirname(copy);
    if (is_default && mkdir(directory, 0777) != 0 && errno != EEXIST) {
        message_error("cannot make the directory %s: %s", directory, strerror(errno));
        return false;
    }
    if (access(directory, W_OK | X_OK) != 0) {
        message_error("cannot write in %s: %s; choose another place with -o FILE", directory,
                      strerror(errno));
        return false;
    }
    return true;
}

int publish_check(const char *path, const struct config *config, bool force, bool *finished) {
    *finished = false;
    if (force) { return EXIT_DONE; }
    switch (store_compare(path, config->resolved)) {
    case STORE_ABSENT: return EXIT_DONE;
    case STORE_SAME:
        message_say("already done: %s holds the results of this config (--force computes them again)", path);
        *finished = true;
        return EXIT_DONE;
    case STORE_OTHER:
        message_error("%s holds results of another config; choose another -o FILE, or --force to replace it",
                      path);
        return EXIT_USAGE;
    case STORE_FOREIGN: break;
    }
    message_error("%s exists and is no results file; choose another -o FILE, or --force to replace it", path);
    return EXIT_USAGE;
}

char *publish_command_line(int count, char **word) {
    size_t size = 1;
    for (int i = 0; i < count; i++) { size += strlen(word[i]) + 1; }
    char *line = calloc(size, 1);
    for (int i = 0; line && i < count; i++) {
        strcat(line, word[i]);
        if (i + 1 < count) { strcat(line, " "); }
    }
    return line;
}

int publish_results(const struct publish *publish) {
    struct results *results = publish->plan->results;
    int status = collect_results(publish->plan, publish->source, publish->context);
    if (status == EXIT_DONE) {
        if (!publish->quiet) { message_say("computing the exact values beside it"); }
        status = exact_fill(results, publish->threads);
    }
    if (status != EXIT_DONE) { return status; }
    if (publish->stop && !stop_defer(publish->stop)) { return EXIT_RESUMABLE; }
    struct store_provenance provenance = {.command_line = publish->command_line, .threads = publish->threads};
    status = store_write(publish->output, results, &provenance);
    if (status == EXIT_DONE && !publish->quiet) { message_say("wrote %s", publish->output); }
    return status;
}
