/* The commands fit and plot: what they write, and what they refuse. */
#include "tests/digest.h"
#include "tests/experiment.h"

#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/commands/command.h"
#include "analysis/figures/figures.h"
#include "sim/base/message.h"
#include "sim/results/store.h"

/* The results that every command is given, made once. */
static int make_results(void **state) {
    *state = experiment_run("replicates: 100\nkeep_replicates: 20\nn: {from: 2^8, to: 2^20, points: 6}\n"
                            "beta: {relative_to: lambda_typ, from: 1/16, to: 16, points: 33}\n"
                            "collapse: {susceptibility: false}\n"
                            "series: [{name: hand-made, family: gaussian}]\n");
    return *state ? 0 : 1;
}

static int free_results(void **state) {
    results_free(*state);
    return 0;
}

struct directory {
    char path[64], results[96], fits[96], figures[96];
};

static void remove_tree(const char *path) {
    char command[160];
    snprintf(command, sizeof command, "rm -r '%s'", path);
    assert_int_equal(system(command), 0);
}

static struct directory make_directory(void) {
    struct directory d;
    const char *place = getenv("TMPDIR");
    snprintf(d.path, sizeof d.path, "%s/gapscale-XXXXXX", place && strlen(place) < 40 ? place : P_tmpdir);
    assert_non_null(mkdtemp(d.path));
    snprintf(d.results, sizeof d.results, "%s/r.h5", d.path);
    snprintf(d.fits, sizeof d.fits, "%s/r.fit.h5", d.path);
    snprintf(d.figures, sizeof d.figures, "%s/r-figures", d.path);
    return d;
}

static void write_results(const struct directory *d, const struct results *results) {
    assert_int_equal(
        store_write(d->results, results, &(struct store_provenance){.command_line = "test", .threads = 1}),
        0);
}

/* Runs a command with its output thrown away. */
static int run_quietly(int (*command)(int, char **), int argc, const char *const *words) {
    char *argv[8] = {NULL};
    for (int i = 0; i < argc; i++) { argv[i] = strdup(words[i]); }
    fflush(stdout);
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    int status = command(argc, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    close(null);
    for (int i = 0; i < argc; i++) { free(argv[i]); }
    return status;
}
#define RUN(command, ...)                                                                                    \
    run_quietly(command, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),                        \
                (const char *const[]){__VA_ARGS__})

static void fit_command_works(void **state) {
    struct directory d = make_directory();
    struct stat info;
    char before[65], after[65];
    write_results(&d, *state);
    assert_true(digest_read(d.results, before));
    assert_int_equal(RUN(command_fit, "fit", d.results), EXIT_DONE);
    assert_int_equal(stat(d.fits, &info), 0);
    assert_int_equal(RUN(command_fit, "fit", d.results, "--json", "-o", d.fits), EXIT_DONE);
    assert_int_equal(RUN(command_fit, "fit", d.results, d.results), EXIT_USAGE); /* one file */
    assert_int_equal(RUN(command_fit, "fit", "-h"), EXIT_DONE);
    assert_int_equal(RUN(command_fit, "fit"), EXIT_USAGE);
    assert_int_equal(RUN(command_fit, "fit", "--colour", d.results), EXIT_USAGE);
    assert_int_equal(RUN(command_fit, "fit", d.results, "-o", d.results), EXIT_USAGE);
    assert_int_equal(RUN(command_fit, "fit", d.fits), EXIT_USAGE); /* no results but fits */
    assert_int_equal(RUN(command_fit, "fit", "/nonexistent.h5"), EXIT_USAGE);
    assert_true(digest_read(d.results, after));
    assert_string_equal(before, after);
    remove_tree(d.path);
}

static bool has_gnuplot(void) { return system("gnuplot --version >/dev/null 2>&1") == 0; }

static void plot_command_works(void **state) {
    struct directory d = make_directory();
    write_results(&d, *state);
    assert_int_equal(RUN(command_plot, "plot", "-h"), EXIT_DONE);
    assert_int_equal(RUN(command_plot, "plot"), EXIT_USAGE);
    assert_int_equal(RUN(command_plot, "plot", "--json", d.results), EXIT_USAGE);
    assert_int_equal(RUN(command_plot, "plot", "--figure", "colapse", d.results), EXIT_USAGE);
    assert_int_equal(RUN(command_plot, "plot", d.results, "--figure"), EXIT_USAGE);
    assert_int_equal(RUN(command_plot, "plot", "/nonexistent.h5"), EXIT_USAGE);
    assert_int_equal(RUN(command_plot, "plot", d.results, "-o", d.results), EXIT_USAGE); /* not a directory */
    char *path = strdup(getenv("PATH"));
    setenv("PATH", d.path, 1); /* without gnuplot */
    int status = RUN(command_plot, "plot", d.results);
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(status, EXIT_FAILED);
    if (has_gnuplot()) {
        char kept[160], left_out[160];
        snprintf(kept, sizeof kept, "%s/hand-made-collapse.gp", d.figures);
        snprintf(left_out, sizeof left_out, "%s/hand-made-entropy.svg", d.figures);
        assert_int_equal(RUN(command_plot, "plot", "--keep", "--figure=collapse", d.results), EXIT_DONE);
        assert_int_equal(access(kept, R_OK), 0);
        assert_int_not_equal(access(left_out, R_OK), 0);
        assert_int_equal(RUN(command_plot, "plot", d.results), EXIT_DONE);
        for (size_t f = 0; f < figure_count; f++) {
            const struct figure *figure = figure_list[f];
            if (figure->applies || figure->is_optional || strcmp(figure->name, "all-exact") == 0) {
                continue;
            } /* nothing of it here */
            for (size_t e = 0; e < PICTURE_FORMATS; e++) {
                char name[160];
                struct stat info;
                snprintf(name, sizeof name, "%s/%s%s.%s", d.figures, figure->series_print ? "hand-made-" : "",
                         figure->name, picture_extension[e]);
                assert_int_equal(stat(name, &info), 0);
                assert_true(info.st_size > 1000);
            }
        }
    }
    remove_tree(d.path);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fit_command_works),
        cmocka_unit_test(plot_command_works),
    };
    return cmocka_run_group_tests_name("commands", tests, make_results, free_results);
}
