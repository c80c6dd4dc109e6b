/* The script is a file, not a pipe: no writer can block or be killed by a reader that went away. */
#include "analysis/figures/gnuplot.h"

#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/message.h"

static void run_release(struct gnuplot *run) {
    if (run->script) { fclose(run->script); }
    if (run->said) { fclose(run->said); }
    *run = (struct gnuplot){0};
}

static int spawn(struct gnuplot *run, const char *directory) {
    /* -d: no settings of the user; -: read standard input. */
    static char *const arguments[] = {"gnuplot", "-d", "-", NULL};
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) { return error; }
    error = posix_spawn_file_actions_adddup2(&actions, fileno(run->script), STDIN_FILENO);
    if (!error) { error = posix_spawn_file_actions_adddup2(&actions, fileno(run->said), STDOUT_FILENO); }
    if (!error) { error = posix_spawn_file_actions_adddup2(&actions, fileno(run->said), STDERR_FILENO); }
    if (!error) { error = posix_spawn_file_actions_addchdir_np(&actions, directory); }
    if (!error) { error = posix_spawnp(&run->process, "gnuplot", &actions, NULL, arguments, environ); }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

int gnuplot_start(struct gnuplot *run, FILE *script, const char *directory) {
    *run = (struct gnuplot){.script = script, .said = tmpfile()};
    int error = fflush(script) || ferror(script) || fseek(script, 0, SEEK_SET) ? EIO : 0;
    if (!run->said) { error = errno; }
    if (!error) { error = spawn(run, directory); }
    if (!error) { return 0; }
    if (error == ENOENT) {
        message_error("gnuplot was not found; install it (Debian: gnuplot-nox) or put it on the PATH");
    } else {
        message_error("cannot start gnuplot: %s", strerror(error));
    }
    run_release(run);
    return 1;
}

static void repeat_words(FILE *said) {
    enum { LINES = 12 };
    char line[256];
    rewind(said);
    for (int i = 0; i < LINES && fgets(line, sizeof line, said); i++) {
        line[strcspn(line, "\n")] = '\0';
        message_say("gnuplot: %s", line);
    }
}

int gnuplot_finish(struct gnuplot *run) {
    int status;
    pid_t ended;
    do { ended = waitpid(run->process, &status, 0); } while (ended < 0 && errno == EINTR);
    bool good = ended == run->process && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!good) {
        message_error("gnuplot failed; it said:");
        repeat_words(run->said);
    }
    run_release(run);
    return good ? 0 : 1;
}
