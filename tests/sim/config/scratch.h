/* scratch: configs written to a directory of their own and read with stderr kept, for the tests of this room.
 */
#ifndef GAPSCALE_TESTS_SIM_CONFIG_SCRATCH_H
#define GAPSCALE_TESTS_SIM_CONFIG_SCRATCH_H

#include "tests/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/config/config_read.h"

#define HEAD "n: [256, 512]\nbeta: [1, 2]\n"
#define TAIL "series: [{family: gaussian}]\n"

/* A directory of its own, and stderr kept in a file. */
struct scratch {
    char directory[256], config[288], messages[288];
};

static inline int set_up(void **state) {
    struct scratch *scratch = calloc(1, sizeof *scratch);
    const char *place = getenv("TMPDIR");
    if (!scratch) { return -1; }
    snprintf(scratch->directory, sizeof scratch->directory, "%s/gapscale-config-XXXXXX",
             place ? place : P_tmpdir);
    if (!mkdtemp(scratch->directory)) { return -1; }
    snprintf(scratch->config, sizeof scratch->config, "%s/c.yaml", scratch->directory);
    snprintf(scratch->messages, sizeof scratch->messages, "%s/stderr", scratch->directory);
    *state = scratch;
    return 0;
}

static inline int tear_down(void **state) {
    struct scratch *scratch = *state;
    unlink(scratch->config);
    unlink(scratch->messages);
    int status = rmdir(scratch->directory);
    free(scratch);
    return status;
}

static inline void write_file(const char *path, const char *text, size_t length) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static inline char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) { fail_msg("cannot open %s", path); }
    char *text = calloc(1, 1 << 22);
    assert_non_null(text);
    *length = fread(text, 1, (1 << 22) - 1, file);
    fclose(file);
    return text;
}

/* stderr goes to the scratch file from here on; returns what quiet_end needs. */
static inline int quiet_start(const struct scratch *scratch) {
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    assert_non_null(freopen(scratch->messages, "wb", stderr));
    return kept;
}

/* `messages` (may be NULL) receives what was said. */
static inline void quiet_end(const struct scratch *scratch, int kept, char **messages) {
    size_t length;
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    if (messages) { *messages = read_file(scratch->messages, &length); }
}

static inline struct config *read_quietly(const struct scratch *scratch, const char *path, size_t count,
                                          const char *const *set, char **messages) {
    int kept = quiet_start(scratch);
    struct config *config = config_read(path, count, set);
    quiet_end(scratch, kept, messages);
    return config;
}

static inline struct config *read_good(const struct scratch *scratch, const char *text, size_t count,
                                       const char *const *set) {
    char *messages;
    write_file(scratch->config, text, strlen(text));
    struct config *config = read_quietly(scratch, scratch->config, count, set, &messages);
    if (!config) { fail_msg("refused:\n%s\n%s", text, messages); }
    assert_string_equal(messages, "");
    free(messages);
    return config;
}

/* `place` is "LINE:COLUMN"; the message there must hold `words`. */
static inline void check_message(const char *messages, const char *name, const char *place,
                                 const char *words) {
    char start[512];
    snprintf(start, sizeof start, "%s:%s: error: ", name, place);
    for (const char *at = messages; (at = strstr(at, start)); at++) {
        const char *found = strstr(at, words), *end = strchr(at, '\n');
        if (found && found < end) { return; }
    }
    fail_msg("expected %s... %s ...\nbut got\n%s", start, words, messages);
}

static inline void check_refused_bytes(const struct scratch *scratch, const char *text, size_t length,
                                       const char *place, const char *words) {
    char *messages;
    write_file(scratch->config, text, length);
    struct config *config = read_quietly(scratch, scratch->config, 0, NULL, &messages);
    if (config) { fail_msg("accepted:\n%s", text); }
    check_message(messages, scratch->config, place, words);
    free(messages);
}

#endif
