/* The script is a file in memory, not a pipe: no writer can block or be killed by a reader that went away,
 * and gnuplot reads it in blocks, where it reads standard input byte by byte. */
#include "analysis/figures/gnuplot.h"

#include <errno.h>
#include <omp.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"

static FILE *open_memory(const char *name) {
    int descriptor = memfd_create(name, MFD_CLOEXEC);
    return descriptor >= 0 ? fdopen(descriptor, "w+") : NULL;
}

void gnuplot_close(struct gnuplot *run) {
    if (run->script) { fclose(run->script); }
    if (run->said) { fclose(run->said); }
    *run = (struct gnuplot){0};
}

bool gnuplot_open(struct gnuplot *run) {
    *run = (struct gnuplot){.script = open_memory("script"), .said = open_memory("said")};
    if (run->script && run->said) { return true; }
    message_error("cannot make a script in memory: %s", strerror(errno));
    gnuplot_close(run);
    return false;
}

/* The environment without GNUTERM, GNUPLOT_LIB and the like, which would change what is drawn. Free with
 * free(). */
static char **plain_environment(void) {
    size_t count = 0, kept = 0;
    while (environ[count]) { count++; }
    char **plain = memory_create(count + 1, sizeof *plain);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(environ[i], "GNU", 3) != 0) { plain[kept++] = environ[i]; }
    }
    return plain;
}

static int spawn(const struct gnuplot *run, char **environment, pid_t *process) {
    /* -d: no settings of the user. Where there is no /dev/stdin, - reads the same, slowly. */
    char script[] = "/dev/stdin", input[] = "-", name[] = "gnuplot", plain[] = "-d";
    char *const arguments[] = {name, plain, access(script, F_OK) == 0 ? script : input, NULL};
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) { return error; }
    error = posix_spawn_file_actions_adddup2(&actions, fileno(run->script), STDIN_FILENO);
    if (!error) { error = posix_spawn_file_actions_adddup2(&actions, fileno(run->said), STDOUT_FILENO); }
    if (!error) { error = posix_spawn_file_actions_adddup2(&actions, fileno(run->said), STDERR_FILENO); }
    if (!error) { error = posix_spawnp(process, "gnuplot", &actions, NULL, arguments, environment); }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

void gnuplot_draw(struct gnuplot *run) {
    char **environment = plain_environment();
    pid_t process;
    run->error = 0;
    if (fflush(run->script) || ferror(run->script) || fseek(run->script, 0, SEEK_SET)) { run->error = EIO; }
    if (!run->error) { run->error = spawn(run, environment, &process); }
    free(environment);
    if (run->error) { return; }
    if (TEMP_FAILURE_RETRY(waitpid(process, &run->status, 0)) != process) { run->error = errno; }
}

static void tell_failure(const struct gnuplot *run) {
    enum { LINES = 12 };
    char line[256];
    const char *words = fseek(run->said, 0, SEEK_END) == 0 && ftell(run->said) > 0 ? "; it said:" : "";
    if (WIFSIGNALED(run->status)) {
        message_error("gnuplot was ended by a signal (%s)%s", strsignal(WTERMSIG(run->status)), words);
    } else {
        message_error("gnuplot failed with status %d%s", WEXITSTATUS(run->status), words);
    }
    rewind(run->said);
    for (int i = 0; i < LINES && fgets(line, sizeof line, run->said); i++) {
        line[strcspn(line, "\n")] = '\0';
        message_say("gnuplot: %s", line);
    }
}

bool gnuplot_tell(const struct gnuplot *run) {
    bool good = run->error == 0 && WIFEXITED(run->status) && WEXITSTATUS(run->status) == 0;
    if (run->error == ENOENT) {
        message_error("gnuplot was not found; install it (Debian: gnuplot-nox) or put it on the PATH");
    } else if (run->error) {
        message_error("cannot run gnuplot: %s", strerror(run->error));
    } else if (!good) {
        tell_failure(run);
    }
    return good;
}

int gnuplot_at_once(void) {
    enum { MOST = 16 };
    return omp_get_max_threads() < MOST ? omp_get_max_threads() : MOST;
}
