/* Files that somebody made up, or that decayed: every command ends with an answer or with words, in bounded
 * time and memory. Sixty results files, or with GAPSCALE_TEST_LONG a thousand, and as many files of fits. */
#include "tests/experiment.h"

#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/commands/command.h"
#include "sim/base/message.h"
#include "sim/commands/command.h"
#include "sim/results/store.h"

enum { SECONDS = 100 /* of work */, MEBIBYTES = 600, NAME = 64 };

static char directory[] = "/tmp/gapscale-crafted-XXXXXX";

/* In a child: a process that has had OpenMP threads cannot fork one that has them. */
static int make_sound(void **state) {
    (void)state;
    if (!mkdtemp(directory) || chdir(directory) != 0) { return -1; }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct results *r = experiment_run(
            "seed: 3\nreplicates: 300\nkeep_replicates: 300\nordered_weights: 2\nn: [20, 300, 3000]\n"
            "beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 7}\nseries:\n"
            "  - {family: gaussian}\n"
            "  - {family: spherical, dimension: 3, output: true, value_matrix: {rows: [[1, 2, 3], "
            "[4, 5, 6]]}}\n");
        _exit(store_write("sound.h5", r, &(struct store_provenance){.command_line = "test", .threads = 1}));
    }
    int status;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int remove_all(void **state) {
    (void)state;
    char command[80];
    snprintf(command, sizeof command, "rm -r %s", directory);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

/* ---- chance ---- */

static uint64_t random_state;

static size_t below(size_t bound) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(random_state >> 33) % bound;
}

static double odd_number(void) {
    const double odd[] = {0,    -1,           NAN, INFINITY, -INFINITY,  1e300,  -1e300, 5e-324,
                          1e-9, 4294967295.0, 1e6, 2,        1073741824, 0x1p63, 0.5,    17};
    return odd[below(sizeof odd / sizeof odd[0])];
}

/* ---- crafts ---- */

struct pick {
    size_t left;
    char name[NAME];
};

static herr_t pick_link(hid_t group, const char *name, const H5L_info_t *info, void *context) {
    (void)group;
    (void)info;
    struct pick *p = context;
    snprintf(p->name, sizeof p->name, "%s", name);
    return p->left-- == 0;
}

/* A member of one of the file's groups, chosen by chance. */
static hid_t pick_group(hid_t file, char name[NAME]) {
    const char *const groups[] = {"/gaussian", "/gaussian/exact", "/spherical", "/spherical/exact"};
    hid_t group;
    do { group = H5Gopen2(file, groups[below(4)], H5P_DEFAULT); } while (group < 0); /* fits have two */
    H5G_info_t info;
    H5Gget_info(group, &info);
    struct pick p = {.left = below(info.nlinks)};
    H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, pick_link, &p);
    snprintf(name, NAME, "%s", p.name);
    return group;
}

static void craft_values(hid_t file) {
    char name[NAME];
    hid_t group = pick_group(file, name), id = H5Dopen2(group, name, H5P_DEFAULT);
    if (id >= 0) {
        hid_t space = H5Dget_space(id), type = H5Dget_type(id);
        size_t count = (size_t)H5Sget_simple_extent_npoints(space);
        bool another_craft = count > 1 << 20; /* made that shape */
        double *number = calloc(another_craft ? 1 : count, sizeof *number);
        if (H5Tget_class(type) == H5T_FLOAT && !another_craft) {
            H5Dread(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, number);
            bool all = below(3) == 0;
            for (size_t i = 0; i < count; i++) {
                if (all || i == below(count)) { number[i] = odd_number(); }
            }
            H5Dwrite(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, number);
        }
        free(number);
        H5Tclose(type);
        H5Sclose(space);
        H5Dclose(id);
    }
    H5Gclose(group);
}

/* A dataset of another shape, in chunks that were never written. */
static void craft_shape(hid_t file) {
    char name[NAME];
    hsize_t size[4], chunk[4];
    int rank = 1 + (int)below(4);
    hid_t group = pick_group(file, name), list = H5Pcreate(H5P_DATASET_CREATE);
    for (int i = 0; i < rank; i++) {
        const hsize_t odd[] = {1, 2, 3, 7, 70, 1000, 1 << 20, 1 << 30};
        size[i] = odd[below(8)];
        chunk[i] = size[i] < 16 ? size[i] : 16;
    }
    hid_t space = H5Screate_simple(rank, size, NULL);
    H5Ldelete(group, name, H5P_DEFAULT);
    H5Pset_chunk(list, rank, chunk);
    if (below(2)) { H5Pset_deflate(list, 9); }
    H5Dclose(H5Dcreate2(group, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(list);
    H5Gclose(group);
}

static void craft_loss(hid_t file) {
    char name[NAME];
    hid_t group = pick_group(file, name);
    H5Ldelete(group, name, H5P_DEFAULT);
    H5Gclose(group);
}

/* Made anew: HDF5 1.10 cannot write what stands in its dense storage. */
static void set_attribute(hid_t file, const char *object, const char *name, hid_t type, const void *value) {
    hid_t home = H5Oopen(file, object, H5P_DEFAULT), space = H5Screate(H5S_SCALAR);
    assert_true(H5Adelete(home, name) >= 0);
    hid_t id = H5Acreate2(home, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(id >= 0 && H5Awrite(id, type, value) >= 0);
    H5Aclose(id);
    H5Sclose(space);
    H5Oclose(home);
}

static void craft_attribute(hid_t file) {
    const char *const of[][2] = {{"/gaussian", "replicates"},
                                 {"/spherical", "replicates"},
                                 {"/gaussian", "sigma_coef"},
                                 {"/gaussian", "sigma_power"},
                                 {"/spherical", "dimension_coef"},
                                 {"/spherical", "dimension_log_power"},
                                 {"/", "seed"},
                                 {"/", "schema_version"}};
    size_t k = below(8);
    uint64_t whole = (uint64_t)1 << below(64);
    double number = odd_number();
    bool is_whole = k < 2 || k > 5;
    set_attribute(file, of[k][0], of[k][1], is_whole ? H5T_NATIVE_UINT64 : H5T_NATIVE_DOUBLE,
                  is_whole ? (void *)&whole : (void *)&number);
}

static void set_text(hid_t file, const char *object, const char *name, const char *text) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    set_attribute(file, object, name, type, &text);
    H5Tclose(type);
}

static void craft_family(hid_t file) {
    const char *const family[] = {"gaussian", "spherical", "plateau", "pareto", "gumbel", "nobody", ""};
    set_text(file, below(2) ? "/gaussian" : "/spherical", "family", family[below(7)]);
}

/* Digits of the config that others stand in the place of. */
static void craft_config(hid_t file) {
    char *text = NULL;
    hid_t id = H5Aopen(file, "config_resolved", H5P_DEFAULT), type = H5Aget_type(id);
    assert_true(H5Aread(id, type, &text) >= 0);
    size_t length = strlen(text);
    for (int changes = 1 + (int)below(3); changes > 0;) {
        size_t at = below(length);
        if (strchr("0123456789", text[at])) {
            const char *const other[] = {"0", "9", "e", "[", "9", "1", ",", "."};
            text[at] = other[below(8)][0];
            changes--;
        }
    }
    H5Tclose(type);
    H5Aclose(id);
    set_text(file, "/", "config_resolved", text);
    H5free_memory(text);
}

static void flip_bits(void) {
    FILE *file = fopen("crafted.h5", "r+");
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    for (int i = 0; i < 8; i++) {
        /* most of what describes the file stands at its start */
        long at = (long)below(below(2) ? size : size / 8);
        fseek(file, at, SEEK_SET);
        int byte = fgetc(file);
        fseek(file, at, SEEK_SET);
        fputc(byte ^ (1 << below(8)), file);
    }
    fclose(file);
}

/* Bits of crafted.h5 (every fourth), or what HDF5 itself changes there by some of these crafts. */
static void craft(uint64_t seed, const char *sound, size_t kinds, void (*const crafts[])(hid_t)) {
    random_state = seed * 0x9e3779b97f4a7c15u + 1;
    char command[64];
    snprintf(command, sizeof command, "cp %s crafted.h5", sound);
    assert_int_equal(system(command), 0);
    below(2);
    if (seed % 4 == 0) {
        flip_bits();
        return;
    }
    hid_t file = H5Fopen("crafted.h5", H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(file >= 0);
    for (size_t count = 1 + below(2); count > 0; count--) { crafts[below(kinds)](file); }
    assert_true(H5Fclose(file) >= 0);
}

/* ---- commands ---- */

static struct {
    long kibibytes;
    double seconds;
} most;

static double seconds_of(struct timeval time) { return (double)time.tv_sec + 1e-6 * (double)time.tv_usec; }

/* Status of a command in a child of bounded time and memory; -1 when that dies. */
static int status_of(int (*command)(int, char **), const char *const *word) {
    char *argv[6] = {NULL};
    int count = 0;
    for (; word[count]; count++) { argv[count] = strdup(word[count]); }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_RDWR);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        setrlimit(RLIMIT_CPU, &(struct rlimit){SECONDS, SECONDS});
        alarm(20 * SECONDS); /* for one that waits for nothing */
        int status = command(count, argv);
        fflush(NULL);
        _exit(status);
    }
    int status;
    struct rusage usage;
    assert_int_equal(wait4(child, &status, 0, &usage), child);
    most.seconds = fmax(most.seconds, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
    if (usage.ru_maxrss > most.kibibytes) { most.kibibytes = usage.ru_maxrss; }
    assert_true(usage.ru_maxrss < 1024L * MEBIBYTES);
    for (int i = 0; i < count; i++) { free(argv[i]); }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int fit_of(const char *file) {
    return status_of(command_fit, (const char *const[]){"fit", file, "--json", "-o", "out.fit.h5", NULL});
}

static unsigned rounds(void) {
    return getenv("GAPSCALE_TEST_LONG") ? 1000 : getenv("GAPSCALE_TEST_QUICK") ? 20 : 60;
}

static void assert_told(unsigned round, const char *verb, int status) {
    if (status != EXIT_DONE && status != EXIT_USAGE) {
        fail_msg("round %u: %s ends with %d", round, verb, status);
    }
}

static void say_most(void) {
    print_message("at most %ld KiB, %.1f s of work\n", most.kibibytes, most.seconds);
}

static void ends_with_words(void **state) {
    (void)state;
    static void (*const crafts[])(hid_t) = {craft_values, craft_values,    craft_values, craft_shape,
                                            craft_loss,   craft_attribute, craft_family, craft_config};
    bool plots = getenv("GAPSCALE_TEST_LONG");
    unsigned refused = 0;
    assert_int_equal(fit_of("sound.h5"), EXIT_DONE);
    for (unsigned i = 0; i < rounds(); i++) {
        craft(i, "sound.h5", 8, crafts);
        int status = fit_of("crafted.h5");
        assert_told(i, "fit", status);
        refused += status == EXIT_USAGE;
        assert_told(i, "show", status_of(command_show, (const char *const[]){"show", "crafted.h5", NULL}));
        if (plots) {
            assert_told(i, "plot",
                        status_of(command_plot, (const char *const[]){"plot", "crafted.h5", "-o", "pictures",
                                                                      "--figure=entropy", NULL}));
        }
    }
    say_most();
    assert_true(refused > rounds() / 4 && refused < rounds());
}

/* Files of fits: shown, taken for results, and replaced. */
static void fits_end_with_words(void **state) {
    (void)state;
    static void (*const crafts[])(hid_t) = {craft_values, craft_shape, craft_loss};
    assert_int_equal(fit_of("sound.h5"), EXIT_DONE);
    for (unsigned i = 0; i < rounds(); i++) {
        craft(i, "out.fit.h5", 3, crafts);
        assert_told(i, "show", status_of(command_show, (const char *const[]){"show", "crafted.h5", NULL}));
        assert_told(i, "fit", status_of(command_fit, (const char *const[]){"fit", "crafted.h5", NULL}));
        assert_told(
            i, "fit -o",
            status_of(command_fit, (const char *const[]){"fit", "lost.h5", "-o", "crafted.h5", NULL}));
    }
    say_most();
}

/* ---- each number that is an index, a count or a size ---- */

static void set_number(const char *path, size_t at, double value) {
    hid_t file = H5Fopen("crafted.h5", H5F_ACC_RDWR, H5P_DEFAULT), id = H5Dopen2(file, path, H5P_DEFAULT);
    double number[8] = {0};
    assert_true(H5Dread(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, number) >= 0);
    number[at] = value;
    assert_true(H5Dwrite(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, number) >= 0);
    H5Dclose(id);
    assert_true(H5Fclose(file) >= 0);
}

static void indices_are_checked(void **state) {
    (void)state;
    const struct {
        const char *path;
        size_t at;
        double value;
    } wrong[] = {{"/spherical/pair_first", 0, 1e9}, {"/spherical/pair_second", 2, 2},
                 {"/spherical/pair_first", 1, -1},  {"/spherical/pair_second", 1, NAN},
                 {"/gaussian/block_size", 0, 1e18}, {"/gaussian/block_size", 1, NAN},
                 {"/gaussian/rank", 1, 3},          {"/gaussian/log_n", 1, 1},
                 {"/spherical/log_n", 2, INFINITY}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(system("cp sound.h5 crafted.h5"), 0);
        set_number(wrong[i].path, wrong[i].at, wrong[i].value);
        assert_int_equal(fit_of("crafted.h5"), EXIT_USAGE);
    }
}

static void dimension_is_checked(void **state) {
    (void)state;
    const double dimension[] = {2, 4, 64, 1e9, 3.5};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(system("cp sound.h5 crafted.h5"), 0);
        hid_t file = H5Fopen("crafted.h5", H5F_ACC_RDWR, H5P_DEFAULT);
        set_attribute(file, "/spherical", "dimension_coef", H5T_NATIVE_DOUBLE, &dimension[i]);
        assert_true(H5Fclose(file) >= 0);
        assert_int_equal(fit_of("crafted.h5"), EXIT_USAGE);
    }
}

int main(void) {
    gsl_set_error_handler_off();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indices_are_checked),
        cmocka_unit_test(dimension_is_checked),
        cmocka_unit_test(ends_with_words),
        cmocka_unit_test(fits_end_with_words),
    };
    return cmocka_run_group_tests_name("crafted", tests, make_sound, remove_all);
}
