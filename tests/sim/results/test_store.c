#include "tests/test.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/message.h"
#include "sim/base/numerics.h"
#include "sim/config/config_read.h"
#include "sim/results/store.h"

static const char config_text[] =
    "seed: 18446744073709551615\n"
    "replicates: 70\n"
    "keep_replicates: 3\n"
    "ordered_weights: 2\n"
    "n: [16, 300]\n"
    "beta: {relative_to: lambda_typ, values: [0.5, 1, 2]}\n"
    "series:\n"
    "  - {name: zeta, family: gumbel, scale: {coef: 2, log_power: -1, power: 0.25}}\n"
    "  - {name: alpha, family: gaussian}\n"
    "  - {name: eta, family: spherical, dimension: 3, output: true, value_matrix: {rows: [[1, 2, 3], [4, 5, "
    "6]]}}\n";

static const struct store_provenance provenance = {"run test", 2};

/* A directory of its own for every test. */
static int make_place(void **state) {
    char *place = strdup("/tmp/gapscale-store-XXXXXX");
    *state = mkdtemp(place);
    return *state && chdir(place) == 0 ? 0 : -1;
}

static int remove_place(void **state) {
    char command[200];
    snprintf(command, sizeof command, "rm -rf %s", (char *)*state);
    free(*state);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

/* Results whose every array holds numbers of its own. */
static struct results *make_results(const char *text, const char *isa) {
    write_text("config.yaml", text);
    struct config *config = config_read("config.yaml", 0, NULL);
    assert_non_null(config);
    struct results *r = results_create(config, isa);
    config_free(config);
    for (size_t i = 0; i < r->series_count; i++) {
        struct results_field field[RESULTS_FIELDS];
        size_t fields = results_fields(&r->series[i], field);
        for (size_t f = 0; f < fields; f++) {
            for (size_t k = 0; k < results_field_size(&r->series[i], &field[f]); k++) {
                double *x = *field[f].values + k;
                if (isnan(*x)) { *x = (double)(i + 1) * 1000 + (double)f + 0.001 * (double)k; }
            }
        }
        r->series[i].lambda[0] = INFINITY;
        r->series[i].lambda[1] = NAN;
    }
    return r;
}

static void check_equal(struct results *a, struct results *b) {
    assert_true(a->seed == b->seed && a->series_count == b->series_count);
    assert_string_equal(a->config_text, b->config_text);
    assert_string_equal(a->config_resolved, b->config_resolved);
    assert_string_equal(a->isa, b->isa);
    for (size_t i = 0; i < a->series_count; i++) {
        struct results_series *x = &a->series[i], *y = &b->series[i];
        struct results_field fx[RESULTS_FIELDS], fy[RESULTS_FIELDS];
        size_t fields = results_fields(x, fx);
        assert_int_equal(fields, results_fields(y, fy));
        assert_string_equal(x->name, y->name);
        assert_ptr_equal(x->family, y->family);
        assert_int_equal(x->replicates, y->replicates);
        assert_memory_equal(x->parameter, y->parameter, x->family->parameter_count * sizeof *x->parameter);
        assert_memory_equal(x->size, y->size, sizeof x->size);
        assert_memory_equal(x->criterion, y->criterion, x->size[RESULTS_CRITERION] * sizeof *x->criterion);
        for (size_t f = 0; f < fields && fx[f].units; f++) {
            assert_memory_equal(*fx[f].values, *fy[f].values, results_field_size(x, &fx[f]) * sizeof(double));
        }
    }
}

static void test_round_trip(void **state) {
    (void)state;
    struct results *r = make_results(config_text, "base");
    assert_int_equal(store_write("a.h5", r, &provenance), EXIT_DONE);
    struct results *back = store_read("a.h5");
    assert_non_null(back);
    assert_string_equal(back->series[0].name, "zeta"); /* the order of the config, not of the alphabet */
    check_equal(r, back);
    results_free(back);
    results_free(r);
}

/* The file says with which last digits it was computed. */
static void test_numerics(void **state) {
    (void)state;
    char why[H5_WHY], fingerprint[16];
    struct results *r = make_results(config_text, "base");
    assert_int_equal(store_write("a.h5", r, &provenance), EXIT_DONE);
    struct h5_content *c = h5file_read("a.h5", why);
    assert_non_null(c);
    const struct h5_attribute *number = h5file_attribute(c->attribute_count, c->attribute, "numerics_number"),
                              *hash =
                                  h5file_attribute(c->attribute_count, c->attribute, "numerics_fingerprint");
    snprintf(fingerprint, sizeof fingerprint, "%08x", numerics_fingerprint());
    assert_true(number && number->whole && *number->whole == NUMERICS_NUMBER);
    assert_true(hash && hash->text);
    assert_string_equal(hash->text, fingerprint);
    h5file_free(c);
    results_free(r);
}

static void check_digest(const char *path, char digest[65]) {
    assert_true(store_digest(path, digest));
    assert_int_equal(strspn(digest, "0123456789abcdef"), 64);
}

static void test_digest(void **state) {
    (void)state;
    char want[65], got[65];
    struct results *r = make_results(config_text, "base"), *other = make_results(config_text, "avx2");
    const struct store_provenance elsewhere = {"another command line", 64};
    assert_int_equal(store_write("a.h5", r, &provenance), EXIT_DONE);
    assert_int_equal(store_write("b.h5", other, &elsewhere), EXIT_DONE);
    check_digest("a.h5", want);
    check_digest("b.h5", got);
    assert_string_equal(got, want);

    /* any single number, in any array, makes another digest */
    for (size_t i = 0; i < r->series_count; i++) {
        struct results_field field[RESULTS_FIELDS];
        size_t fields = results_fields(&r->series[i], field);
        for (size_t f = 0; f < fields && field[f].units; f++) {
            double *last = *field[f].values + results_field_size(&r->series[i], &field[f]) - 1,
                   before = *last;
            *last = nextafter(before, INFINITY);
            assert_int_equal(store_write("b.h5", r, &provenance), EXIT_DONE);
            check_digest("b.h5", got);
            assert_string_not_equal(got, want);
            *last = before;
        }
    }
    r->seed--;
    assert_int_equal(store_write("b.h5", r, &provenance), EXIT_DONE);
    check_digest("b.h5", got);
    assert_string_not_equal(got, want);
    results_free(other);
    results_free(r);
}

/* ---- the page ---- */

static char *read_page(const char *path) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 1 << 16);
    assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
    fclose(file);
    return text;
}

static char top[4096]; /* of the repository: where the tests start */

static void test_page(void **state) {
    (void)state;
    char path[4200];
    snprintf(path, sizeof path, "%s/results/SCHEMA.md", top);
    char *page = read_page(path), *end = strstr(page, "## Fit file");
    assert_non_null(end);
    *end = '\0';
    static struct results_series s;
    struct results_field field[RESULTS_FIELDS];
    s.size[RESULTS_COMPONENT] = 1; /* with an output */
    size_t fields = results_fields(&s, field), rows = 0;
    while (!field[fields - 1].units) { fields--; }
    for (size_t f = 0; f < fields; f++) {
        char row[300] = "";
        size_t at = (size_t)snprintf(row, sizeof row, "| `%s` |", field[f].name);
        for (unsigned k = 0; k < field[f].rank; k++) {
            at += (size_t)snprintf(row + at, sizeof row - at, "%s %s", k ? "," : "",
                                   results_dimension_name[field[f].axis[k]]);
        }
        snprintf(row + at, sizeof row - at, " | %s | %s |\n", field[f].units, field[f].long_name);
        if (!strstr(page, row)) { fail_msg("SCHEMA.md lacks the row %s", row); }
    }
    for (char *line = strstr(page, "| dataset |"); line; line = strstr(line + 1, "\n| `")) { rows++; }
    assert_int_equal(rows, fields + 2); /* its head, and criterion */
    free(page);
}

/* ---- other files ---- */

static void test_compare(void **state) {
    (void)state;
    struct results *r = make_results(config_text, "base");
    assert_int_equal(store_compare("a.h5", r->config_resolved), STORE_ABSENT);
    assert_int_equal(store_write("a.h5", r, &provenance), EXIT_DONE);
    assert_int_equal(store_compare("a.h5", r->config_resolved), STORE_SAME);
    assert_int_equal(store_compare("a.h5", "seed: 1\n"), STORE_OTHER);
    write_text("text", "no HDF5");
    write_text("empty", "");
    assert_int_equal(mkdir("directory", 0777), 0);
    assert_int_equal(mkfifo("pipe", 0666), 0); /* nobody writes to it: opening it would wait for ever */
    const char *const foreign[] = {"text", "empty", "directory", "pipe"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(store_compare(foreign[i], r->config_resolved), STORE_FOREIGN);
        assert_null(store_read(foreign[i]));
    }
    assert_null(store_read("missing"));
    assert_int_equal(store_write_derived("fit.h5", "gapscale-fit", 0, NULL, 0, NULL, &provenance), EXIT_DONE);
    assert_null(store_read("fit.h5"));
    assert_int_equal(store_compare("fit.h5", r->config_resolved), STORE_FOREIGN);
    results_free(r);
}

static void spoil(const char *bytes, size_t size, unsigned round) {
    FILE *file = fopen("bad.h5", "w");
    assert_non_null(file);
    char *copy = malloc(size);
    memcpy(copy, bytes, size);
    uint64_t random = round * 0x9e3779b97f4a7c15u + 1;
    for (int k = 0; k < 8; k++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        copy[(random >> 20) % size] ^= (char)(1 << (random >> 61));
    }
    size_t length = round % 4 == 0 ? (random >> 16) % size : size;
    assert_int_equal(fwrite(copy, 1, length, file), length);
    fclose(file);
    free(copy);
}

/* Truncated files and flipped bits end in a message or in results, never in a crash. */
static void test_damage(void **state) {
    (void)state;
    struct results *r = make_results(config_text, "base");
    assert_int_equal(store_write("a.h5", r, &provenance), EXIT_DONE);
    results_free(r);
    FILE *file = fopen("a.h5", "r");
    char *bytes = malloc(1 << 20);
    size_t size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    int stderr_before = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    unsigned rounds = getenv("GAPSCALE_TEST_QUICK") ? 30 : 200, refused = 0;
    for (unsigned i = 0; i < rounds; i++) {
        spoil(bytes, size, i);
        struct results *back = store_read("bad.h5");
        refused += back == NULL;
        results_free(back);
    }
    free(bytes);
    dup2(stderr_before, STDERR_FILENO);
    close(stderr_before);
    close(nowhere);
    assert_true(refused > rounds / 8);
}

static bool directory_holds(const char *directory, const char *only) {
    char command[300];
    snprintf(command, sizeof command, "test \"$(ls %s)\" = '%s'", directory, only);
    return system(command) == 0;
}

/* In a child, because a file that HDF5 cannot close ends the program. */
static int write_in_child(const char *path, const struct results *r) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) { _exit(store_write(path, r, &provenance)); }
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_full_disk(void **state) {
    (void)state;
    struct results *r = make_results(config_text, "base");
    assert_int_equal(store_write("nowhere/a.h5", r, &provenance), EXIT_FAILED);
    assert_int_equal(mkdir("small", 0777), 0);
    if (mount("tmpfs", "small", "tmpfs", 0, "size=128k") != 0) {
        results_free(r);
        skip();
    }
    bool good = true, filled = false;
    write_text("small/old.h5", "what was there");
    for (int i = 0; good && i < 5 && !filled; i++) { /* each time less room, until it no longer fits */
        char bulk[64];
        snprintf(bulk, sizeof bulk, "head -c 30000 /dev/zero > small/bulk-%d", i);
        good = system(bulk) >= 0;
        filled = write_in_child("small/old.h5", r) == EXIT_FAILED;
        if (!filled) { write_text("small/old.h5", "what was there"); }
    }
    char *old = read_page("small/old.h5");
    good = good && filled && strcmp(old, "what was there") == 0 && system("ls small | grep -q tmp") != 0;
    free(old);
    umount("small");
    results_free(r);
    assert_true(good);
    assert_true(directory_holds("small", ""));
}

/* ---- what others read ---- */

static void test_other_readers(void **state) {
    (void)state;
    struct results *r = make_results(config_text, "base");
    assert_int_equal(store_write("a.h5", r, &provenance), EXIT_DONE);
    results_free(r);
    if (system("command -v ncdump >/dev/null 2>&1") != 0) { skip(); }
    assert_int_equal(system("ncdump a.h5 > dump"), 0);
    assert_int_equal(system("grep -q 'double entropy_block(log_n, beta_index, block)' dump"), 0);
    assert_int_equal(system("grep -q '\"entropy=1\"' dump && ! grep -q FillValue dump"), 0);
    write_text("read.py",
               "import sys\n"
               "try: import h5py\n"
               "except ImportError: sys.exit(0)\n"
               "f = h5py.File('a.h5')\n"
               "assert f.attrs['seed'] == 18446744073709551615\n"
               "d = f['alpha/entropy_mean']\n"
               "assert [d.dims[i][0].name for i in range(2)] == ['/alpha/log_n', '/alpha/beta_index']\n"
               "try: import xarray\n"
               "except ImportError: sys.exit(0)\n"
               "for module, engine in ('h5netcdf', 'h5netcdf'), ('netCDF4', 'netcdf4'):\n"
               "    try: __import__(module)\n"
               "    except ImportError: continue\n"
               "    x = xarray.open_dataset('a.h5', group='zeta', engine=engine)\n"
               "    assert x.collapse.dims == ('log_n', 'criterion', 'replicate')\n"
               "    assert list(x.criterion.values)[0] == 'entropy=1'\n");
    assert_int_equal(system("! test -x /usr/bin/python3 || /usr/bin/python3 read.py"), 0);
}

/* A file that version 0.1.0 wrote, kept so that the format never changes unseen. */
static void test_old_file(void **state) {
    (void)state;
    char path[4200], digest[65];
    snprintf(path, sizeof path, "%s/tests/golden/results-v1.h5", top);
    struct results *r = store_read(path);
    assert_non_null(r);
    assert_int_equal(r->series_count, 2);
    assert_string_equal(r->series[0].name, "gaussian");
    assert_int_equal(r->series[0].replicates, 40);
    check_close(r->series[0].log_n[0], log(16), 0);
    results_free(r);
    check_digest(path, digest);
}

int main(void) {
    if (!getcwd(top, sizeof top)) { return 1; }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_numerics, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_digest, make_place, remove_place),
        cmocka_unit_test(test_page),
        cmocka_unit_test_setup_teardown(test_compare, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_full_disk, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_other_readers, make_place, remove_place),
        cmocka_unit_test(test_old_file),
        cmocka_unit_test_setup_teardown(test_damage, make_place, remove_place),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
